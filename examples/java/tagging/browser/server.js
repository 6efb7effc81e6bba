// Starts the page on an empty folder and a free port, and Chromium before it.
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

export const root = fileURLToPath(new URL('../../../../', import.meta.url));
export const photos = path.join(root, 'testdata/photos');
export const hostile = path.join(root, 'testdata/hostile');

// The address of a server of one's own, and what ends it.
export async function serve() {
  const folder = await mkdtemp(path.join(tmpdir(), 'tagging-'));
  const jar = path.join(root, 'examples/java/tagging/target/tagging.jar');
  const java = spawn('java', ['-Xmx512m', '-Dtagging.uploads=100000', '-jar', jar, '0', folder, path.join(root, 'models'), photos], { stdio: ['ignore', 'pipe', 'inherit'] });
  const address = await new Promise((found, failed) => {
    let said = '';
    java.stdout.on('data', data => {
      said += data;
      const match = said.match(/http:\/\/localhost:\d+/);
      if (match) found(match[0]);
    });
    java.on('exit', code => failed(new Error(`the server ended with ${code}: ${said}`)));
  });
  const close = async () => {
    java.removeAllListeners('exit');
    const ended = new Promise(done => java.on('exit', done));
    java.kill();
    await ended;
    await rm(folder, { recursive: true });
  };
  return { address, close };
}

// Chromium of the system; CHROMIUM names another. Root cannot have its sandbox.
export function browse() {
  const args = process.getuid() === 0 ? ['--no-sandbox'] : [];
  return chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args });
}
