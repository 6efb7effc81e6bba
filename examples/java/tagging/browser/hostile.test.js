// 500 uploads that want to do harm, over 8 connections; afterwards a good photo is read as ever.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { hostile, photos, serve } from './server.js';

const UPLOADS = 500;
const CONNECTIONS = 8;
let server;
let cookie;
let token;
const agent = new http.Agent({ keepAlive: true, maxSockets: CONNECTIONS });

before(async () => {
  server = await serve();
  const first = await fetch(server.address + '/api/state');
  cookie = first.headers.get('set-cookie').split(';')[0];
  token = (await first.json()).token;
  const joined = await fetch(server.address + '/api/accounts', { method: 'POST', headers: { cookie, 'X-Token': token }, body: new URLSearchParams({ name: '<script>alert(1)</script>' }) });
  cookie = joined.headers.get('set-cookie').split(';')[0];
  token = (await joined.json()).token;
});
after(async () => {
  agent.destroy();
  await server?.close();
});

// Numbers that are the same in every run: mulberry32.
function random(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

const good = readFileSync(path.join(photos, 'group.jpg'));
const bomb = readFileSync(path.join(hostile, 'huge.png'));
const kinds = [
  next => ({ body: good.subarray(0, Math.floor(next() * good.length)) }),
  next => ({ body: Buffer.from({ length: 1 + Math.floor(next() * 5000) }, () => Math.floor(next() * 256)) }),
  next => ({ body: damaged(good, next) }),
  next => ({ body: damaged(bomb, next) }),
  () => ({ body: bomb, type: 'image/png' }),
  next => ({ body: bmp(Math.floor(next() * 2 ** 31), Math.floor(next() * 2 ** 31)), type: 'image/bmp' }),
  () => ({ body: Buffer.from('<script>alert(1)</script>'), name: '<script>alert(1)</script>.jpg' }),
  () => ({ body: Buffer.from('<svg onload="alert(1)">'), type: 'image/svg+xml' }),
  () => ({ body: good, type: 'text/html' }),
  () => ({ body: Buffer.alloc(0) }),
  () => ({ body: good.subarray(0, 700), name: '../../../../etc/passwd\u0000.jpg' }),
  () => ({ body: good.subarray(0, 900), rawName: '%zz%' }),
  () => ({ body: Buffer.alloc(100), declared: 2 ** 40 }),
];

function damaged(bytes, next) {
  const changed = Buffer.from(bytes);
  for (let i = 0; i < 12; i++) changed[2 + Math.floor(next() * (bytes.length - 2))] = Math.floor(next() * 256);
  return changed;
}

function bmp(width, height) {
  const head = Buffer.alloc(64);
  head.write('BM');
  head.writeUInt32LE(54, 10);
  head.writeUInt32LE(40, 14);
  head.writeInt32LE(width, 18);
  head.writeInt32LE(height, 22);
  head.writeUInt16LE(1, 26);
  head.writeUInt16LE(24, 28);
  return head;
}

function send(upload) {
  const { body, type = 'image/jpeg', name = 'photo.jpg', rawName, declared } = upload;
  return new Promise((done, failed) => {
    const headers = { Cookie: cookie, 'X-Token': token, 'Content-Type': type, 'X-File': rawName ?? encodeURIComponent(name), 'Content-Length': declared ?? body.length };
    const request = http.request(server.address + '/api/photos', { method: 'POST', agent, headers, timeout: 60_000 }, reply => {
      let text = '';
      reply.setEncoding('utf8');
      reply.on('data', piece => { text += piece; });
      reply.on('end', () => {
        if (declared) request.destroy();
        done({ status: reply.statusCode, text });
      });
    });
    request.on('timeout', () => request.destroy(new Error('no answer in a minute')));
    // A kept connection that the server has closed meanwhile: sent again, as browsers do.
    request.on('error', error => (request.reusedSocket && error.code === 'ECONNRESET' ? done(send(upload)) : failed(error)));
    declared ? request.write(body) : request.end(body);
  });
}

test('hostile uploads get an answer each, and the page still works', async () => {
  const next = random(7);
  const uploads = Array.from({ length: UPLOADS }, (_, at) => kinds[at % kinds.length](next));
  const statuses = {};
  const worker = async () => {
    for (let upload = uploads.pop(); upload; upload = uploads.pop()) {
      const { status, text } = await send(upload);
      statuses[status] = (statuses[status] ?? 0) + 1;
      assert.ok([200, 400, 413, 415, 422, 503].includes(status), `${status}: ${text}`);
      assert.ok(!text.includes('<script'), text);
      if (status !== 200) assert.ok(JSON.parse(text).error.length > 10, text);
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, worker));
  console.log('answers by status:', statuses);
  assert.equal(Object.values(statuses).reduce((sum, many) => sum + many), UPLOADS);
  const each = Math.floor(UPLOADS / kinds.length);
  assert.ok(statuses[422] >= 4 * each && statuses[413] >= each && statuses[415] >= each);
  const answer = await send({ body: good });
  assert.equal(answer.status, 200);
  assert.equal(JSON.parse(answer.text).faces.length, 3);
  const metrics = await (await fetch(server.address + '/metrics')).text();
  assert.match(metrics, /^tagging_refused_total [1-9]\d*$/m);
});
