// Which page is shown: the address after # says it.
import { attempt, el, get, learn, post, postPhoto, say, state } from './api.js';
import { photoPage } from './photo.js';
import { profilePage } from './profile.js';

const main = document.getElementById('main');
// Each gives what <main> shows, and may wait for the server before it does.
const pages = { photos: photosPage, profile: () => profilePage(show), friends: friendsPage, numbers: numbersPage, photo: photoPage };
let asked = 0;

async function show() {
  const turn = ++asked;
  const [page, id] = location.hash.slice(1).split('/');
  const known = state.account != null;
  document.querySelector('nav').hidden = !known;
  document.getElementById('who').hidden = !known;
  document.getElementById('me').textContent = known ? state.account.name : '';
  for (const link of document.querySelectorAll('nav a')) {
    const here = link.hash === '#' + page || (link.hash === '#photos' && !(page in pages && page !== 'photo'));
    here ? link.setAttribute('aria-current', 'page') : link.removeAttribute('aria-current');
  }
  await attempt(async () => {
    const parts = await (known ? (pages[page] ?? photosPage)(id) : accountsPage());
    // A slow answer must not paint over the page that was opened since.
    if (turn === asked) main.replaceChildren(...parts);
  });
}

function accountsPage() {
  const enter = id => attempt(async () => { learn(await post('/api/enter', { account: id })); await show(); main.focus(); say(`You are ${state.account.name}.`); });
  const name = el('input', { id: 'new-name', required: true, maxlength: 80, autocomplete: 'off' });
  const join = event => {
    event.preventDefault();
    attempt(async () => { learn(await post('/api/accounts', { name: name.value })); await show(); main.focus(); say(`You are ${state.account.name}.`); });
  };
  return [el('h2', {}, 'Who are you?'),
    el('ul', { class: 'plain row card' }, ...state.accounts.map(account => el('li', {}, el('button', { onclick: () => enter(account.id) }, account.name)))),
    el('form', { class: 'card', onsubmit: join }, el('label', { for: 'new-name' }, 'Somebody new'), el('div', { class: 'row' }, name, el('button', { class: 'main' }, 'Begin')))];
}

async function photosPage() {
  const photos = await get('/api/photos');
  const tiles = photos.map(photo => el('li', {}, el('a', { href: '#photo/' + photo.id },
    el('img', { src: `/api/photos/${photo.id}/picture`, alt: '', loading: 'lazy' }),
    el('span', { class: 'about' }, el('strong', {}, photo.file), el('br'), el('span', { class: 'soft' }, faces(photo)), photo.star ? el('span', { class: 'tag' }, '★ a star') : null))));
  return [el('h2', {}, 'Photos'), uploader(),
    tiles.length ? el('ul', { class: 'plain grid' }, ...tiles) : el('p', { class: 'soft' }, 'No photos yet. The first ones of yourself teach the page your face.')];
}

function faces(photo) {
  if (photo.count === 0) return 'no face';
  return `${photo.named} of ${photo.count} ${photo.count === 1 ? 'face' : 'faces'} named `;
}

function uploader() {
  const input = el('input', { type: 'file', id: 'file', accept: 'image/jpeg,image/png,image/webp,image/bmp,image/gif,image/tiff,video/mp4,video/quicktime,video/webm', multiple: true });
  input.addEventListener('change', () => upload([...input.files]));
  const area = el('div', { class: 'upload' }, el('div', {}, el('label', { for: 'file' }, 'Add photos'), input), el('p', { class: 'soft' }, 'or drop them here. JPEG, PNG, WebP, BMP, GIF, TIFF, up to 16 MiB. Of a clip (MP4, MOV, WebM, up to 64 MiB) the first 30 seconds are watched, or as much as the server gets through in 25: it is kept as a picture of everybody who is in it.'));
  area.addEventListener('dragover', event => { event.preventDefault(); area.classList.add('over'); });
  area.addEventListener('dragleave', () => area.classList.remove('over'));
  area.addEventListener('drop', event => { event.preventDefault(); upload([...event.dataTransfer.files]); });
  return area;
}

async function upload(files) {
  let last = null;
  const refused = [];
  for (const file of files) {
    say(`Looking at ${file.name} …`);
    try {
      last = await postPhoto(file);
    } catch (failure) {
      refused.push(`${file.name}: ${failure.message}`);
    }
  }
  if (last && files.length === 1) location.hash = '#photo/' + last.id;
  else await show();
  say(refused.length ? refused.join(' ') : files.length === 1 ? `${last.count} ${last.count === 1 ? 'face' : 'faces'} found.` : `${files.length} photos added.`, refused.length > 0);
}

function friendsPage() {
  const me = state.account;
  const change = (fields, text) => attempt(async () => { learn(await post('/api/friends', fields)); await show(); main.focus(); say(text); });
  const friends = me.friends.map(friend => el('li', {}, el('span', {}, friend.name, ' ', el('span', { class: 'soft' }, knows(friend))),
    el('button', { class: 'quiet', 'aria-label': `${friend.name} is no friend any more`, onclick: () => change({ friend: friend.id, is: 'no' }, `${friend.name} is not suggested to you any more.`) }, 'Remove')));
  const others = state.accounts.filter(other => other.id !== me.id && !me.friends.some(friend => friend.id === other.id));
  const add = others.map(other => el('li', {}, el('button', { onclick: () => change({ friend: other.id }, `${other.name} is a friend.`) }, '+ ', other.name)));
  const name = el('input', { id: 'friend-name', required: true, maxlength: 80, autocomplete: 'off' });
  const join = event => { event.preventDefault(); change({ name: name.value }, `${name.value} is a friend. Name a face to teach the page how they look.`); };
  return [el('h2', {}, 'Friends'),
    el('div', { class: 'card' }, friends.length ? el('ul', { class: 'plain people' }, ...friends) : 'No friends yet. Only friends are suggested in your photos.'),
    others.length ? el('section', {}, el('h3', {}, 'Others here'), el('ul', { class: 'plain row' }, ...add)) : '',
    el('form', { onsubmit: join }, el('h3', {}, 'A friend who is not here yet'), el('label', { for: 'friend-name' }, 'Name'), el('div', { class: 'row' }, name, el('button', {}, 'Add')))];
}

function knows(friend) {
  if (friend.optedOut) return 'does not want to be suggested';
  return friend.known ? 'the page knows this face' : 'the page does not know this face yet';
}

async function numbersPage() {
  const numbers = await get('/api/counters');
  const texts = { photos: 'Photos taken', refused: 'Uploads refused', faces: 'Faces found', suggested: 'Names suggested', confirmed: 'Suggestions confirmed',
    rejected: 'Names rejected', named: 'Faces named by hand', erased: 'Accounts erased', ms: 'Milliseconds a photo, on average' };
  const rows = Object.entries(texts).map(([key, text]) => el('tr', {}, el('th', { scope: 'row' }, text), el('td', { id: 'n-' + key }, numbers[key] == null ? 'not known yet' : String(numbers[key]))));
  return [el('h2', {}, 'Numbers since the start'), el('div', { class: 'card' }, el('table', {}, el('tbody', {}, ...rows))),
    el('p', { class: 'soft' }, 'All accounts together. The same for Prometheus: ', el('a', { href: '/metrics' }, '/metrics'), '.')];
}

document.getElementById('leave').addEventListener('click', () => attempt(async () => { learn(await post('/api/leave')); location.hash = ''; await show(); main.focus(); say(''); }));
for (const link of document.querySelectorAll('nav a')) link.addEventListener('click', () => say(''));
addEventListener('hashchange', async () => { await show(); main.focus(); });
learn(await get('/api/state').catch(failure => { say(failure.message, true); return {}; }));
await show();
