// What a person sees and does, in Chromium: `make test-page`.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { browse, photos, root, serve } from './server.js';

const SCRIPT = `<img src=x onerror="window.hit=1"><script>window.hit=1</script>`;
const shots = path.join(root, 'target/page');
let server;
let browser;

before(async () => {
  mkdirSync(shots, { recursive: true });
  server = await serve();
  browser = await browse();
});
after(async () => {
  await browser?.close();
  await server?.close();
});

// A browser of one's own, in which any error of the page fails the test.
async function open(width = 1280) {
  const context = await browser.newContext({ viewport: { width, height: 844 }, reducedMotion: 'reduce' });
  const page = await context.newPage();
  page.wrong = [];
  page.on('pageerror', error => page.wrong.push(error.message));
  page.on('console', line => line.type() === 'error' && page.wrong.push(line.text()));
  await page.goto(server.address);
  return page;
}

async function enter(name, width) {
  const page = await open(width);
  await page.getByRole('button', { name, exact: true }).click();
  await page.getByLabel('Add photos').waitFor();
  return page;
}

async function upload(page, file) {
  await page.goto(server.address + '/#photos');
  await page.getByLabel('Add photos').setInputFiles(typeof file === 'string' ? path.join(photos, file) : file);
  await page.locator('.faces li').first().waitFor();
}

const titles = page => page.locator('.faces li strong').allTextContents();
const said = (page, text) => page.getByRole('status').filter({ hasText: text }).waitFor();

async function profilePhotos(page) {
  await page.getByRole('link', { name: 'Profile' }).click();
  return Number(await page.locator('#slots tbody td').first().textContent());
}

test('one name confirmed, one rejected, one given: the next upload knows better', async () => {
  const page = await enter('Barack Obama');
  const knownBefore = await profilePhotos(page);
  await upload(page, 'biden.jpg');
  assert.deepEqual(await titles(page), ['A face, nobody we know']);
  page.once('dialog', dialog => dialog.accept());
  await page.getByRole('button', { name: 'Delete this photo' }).click();
  await said(page, 'deleted');

  await upload(page, 'group.jpg');
  assert.deepEqual((await titles(page)).sort(), ['Barack Obama?', 'Eileen Collins?', 'Looks like Joe Biden']);
  await page.getByRole('button', { name: /yes, Barack Obama/ }).click();
  await said(page, 'is Barack Obama');
  await page.getByRole('button', { name: /no, not Eileen Collins/ }).click();
  await said(page, 'not Eileen Collins');
  assert.deepEqual((await titles(page)).sort(), ['A face, nobody we know', 'Barack Obama', 'Looks like Joe Biden']);

  await page.getByRole('link', { name: 'Friends' }).click();
  await page.getByLabel('Name', { exact: true }).fill('Joe Biden');
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  await said(page, 'Joe Biden is a friend');
  await upload(page, 'group.jpg');
  assert.ok(!(await titles(page)).some(title => title.includes('Collins')), 'the rejected name came back');
  const star = page.locator('.faces li', { hasText: 'Looks like Joe Biden' });
  await star.getByRole('combobox').selectOption({ label: 'Joe Biden' });
  await star.getByRole('button', { name: /^Name face/ }).click();
  await said(page, 'is Joe Biden');

  await upload(page, 'biden.jpg');
  assert.deepEqual(await titles(page), ['Joe Biden?']);
  await upload(page, 'group.jpg');
  assert.deepEqual((await titles(page)).sort(), ['A face, nobody we know', 'Barack Obama', 'Joe Biden']);
  assert.equal(await profilePhotos(page), knownBefore + 1);
  await page.getByRole('link', { name: 'Numbers' }).click();
  const number = async id => Number(await page.locator('#n-' + id).textContent());
  assert.deepEqual([await number('confirmed'), await number('rejected'), await number('named')], [1, 1, 2]);
  assert.deepEqual(page.wrong, []);
});

test('the keyboard is enough, and shows where it is', async () => {
  const page = await open();
  // Listened for from the start: a key pressed before Chromium has been told would open the system's own dialog, which nobody sees.
  const chooser = new Promise(chosen => page.once('filechooser', chosen));
  await page.getByRole('button', { name: 'Barack Obama' }).waitFor();
  await tabTo(page, /^Barack Obama$/);
  await page.keyboard.press('Enter');
  await page.getByLabel('Add photos').waitFor();
  await tabTo(page, /^Add photos$/);
  await page.keyboard.press('Space');
  await (await chooser).setFiles(path.join(photos, 'obama_partial_face.jpg'));
  await page.locator('.faces li').first().waitFor();
  await tabTo(page, /^Face 1: yes, Barack Obama$/);
  await page.keyboard.press('Enter');
  await said(page, 'is Barack Obama');
  assert.match(await focused(page), /^Face 1/, 'the focus stays at the face');
  await tabTo(page, /^Face 1: not Barack Obama after all$/);
  await page.keyboard.press('Enter');
  await said(page, 'will not be suggested');
  assert.ok(!(await titles(page)).includes('Barack Obama?'));
  assert.deepEqual(page.wrong, []);
});

function focused(page) {
  return page.evaluate(() => {
    const element = document.activeElement;
    return element.getAttribute('aria-label') ?? element.labels?.[0]?.textContent ?? element.textContent.trim();
  });
}

async function tabTo(page, name) {
  for (let pressed = 0; pressed < 80; pressed++) {
    await page.keyboard.press('Tab');
    if (name.test(await focused(page))) {
      const outline = await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle);
      assert.notEqual(outline, 'none', `no ring around ${name}`);
      return;
    }
  }
  assert.fail(`Tab does not lead to ${name}`);
}

test('script in names and file names is text', async () => {
  const page = await open();
  await page.getByLabel('Somebody new').fill(SCRIPT);
  await page.getByRole('button', { name: 'Begin' }).click();
  await page.getByLabel('Add photos').waitFor();
  assert.equal(await page.locator('#me').textContent(), SCRIPT);
  await upload(page, { name: SCRIPT.replaceAll('/', '') + '.jpg', mimeType: 'image/jpeg', buffer: readFileSync(path.join(photos, 'group.jpg')) });
  assert.equal(await page.locator('main h2').textContent(), (SCRIPT.replaceAll('/', '') + '.jpg').slice(0, 80));
  await page.getByRole('link', { name: 'Friends' }).click();
  await page.getByLabel('Name', { exact: true }).fill(SCRIPT + '2');
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  await page.locator('.people', { hasText: SCRIPT + '2' }).waitFor();
  for (const link of ['Profile', 'Numbers', 'Photos']) await page.getByRole('link', { name: link, exact: true }).click();
  await page.reload();
  assert.equal(await page.evaluate(() => window.hit), undefined);
  assert.deepEqual(page.wrong, []);
  await page.getByRole('link', { name: 'Profile' }).click();
  await page.getByLabel(/to erase it/).fill(SCRIPT);
  await page.getByRole('button', { name: 'Erase' }).click();
  await page.getByRole('heading', { name: 'Who are you?' }).waitFor();
  assert.equal(await page.getByRole('button', { name: SCRIPT, exact: true }).count(), 0);
});

test('whoever opts out is never suggested, and an erased account is gone', async () => {
  const page = await enter('Barack Obama');
  await upload(page, 'astronaut.jpg');
  assert.deepEqual(await titles(page), ['Eileen Collins?']);
  const friend = await enter('Eileen Collins');
  await friend.getByRole('link', { name: 'Profile' }).click();
  await friend.getByRole('button', { name: 'Never suggest my name' }).click();
  await said(friend, 'suggested to nobody');
  await page.reload();
  await page.locator('.faces li').first().waitFor();
  assert.deepEqual(await titles(page), ['A face, nobody we know']);
  await friend.getByLabel(/to erase it/).fill('Eileen Collins');
  await friend.getByRole('button', { name: 'Erase' }).click();
  await friend.getByRole('heading', { name: 'Who are you?' }).waitFor();
  assert.equal(await friend.getByRole('button', { name: 'Eileen Collins' }).count(), 0);
  await page.reload();
  await page.getByRole('link', { name: 'Friends' }).click();
  await page.getByRole('heading', { name: 'Friends' }).waitFor();
  assert.equal(await page.getByText('Eileen Collins').count(), 0);
});

test('a slow answer does not paint over the page opened since', async () => {
  const page = await enter('Barack Obama');
  await upload(page, 'group.jpg');
  let release;
  const held = new Promise(done => { release = done; });
  await page.route(/\/api\/photos\/[0-9a-f]+$/, async route => { await held; await route.continue(); });
  const late = page.waitForResponse(/\/api\/photos\/[0-9a-f]+$/);
  await page.reload();
  await page.getByRole('link', { name: 'Friends' }).click();
  await page.getByRole('heading', { name: 'Friends' }).waitFor();
  release();
  await (await late).finished();
  await page.waitForLoadState('networkidle');
  assert.equal(await page.locator('main h2').textContent(), 'Friends');
  assert.deepEqual(page.wrong, []);
});

for (const width of [390, 1280]) {
  test(`nothing is cut off at ${width} pixels`, async () => {
    const page = await open(width);
    await page.getByRole('button', { name: 'Barack Obama' }).waitFor();
    await picture(page, width, 'accounts');
    await page.getByRole('button', { name: 'Barack Obama' }).click();
    await page.getByLabel('Add photos').waitFor();
    await upload(page, 'sheet.jpg');
    await picture(page, width, 'sheet');
    await upload(page, 'group.jpg');
    await picture(page, width, 'photo');
    for (const link of ['Photos', 'Profile', 'Friends', 'Numbers']) {
      await page.getByRole('link', { name: link, exact: true }).click();
      await page.getByRole('heading', { level: 2 }).filter({ hasText: link === 'Profile' ? 'My profile' : link }).waitFor();
      await picture(page, width, link.toLowerCase());
    }
  });
}

async function picture(page, width, name) {
  await page.waitForLoadState('networkidle');
  await page.waitForFunction(() => [...document.images].every(image => image.complete || image.loading === 'lazy'));
  const beyond = await page.evaluate(() => [...document.querySelectorAll('body *')].filter(element => !element.closest('.skip') && element.getBoundingClientRect().right > innerWidth + 1)
    .map(element => element.tagName + '.' + element.className));
  assert.deepEqual(beyond, [], `beyond the edge of ${name}`);
  await page.screenshot({ path: path.join(shots, `${width}-${name}.png`), fullPage: true });
}
