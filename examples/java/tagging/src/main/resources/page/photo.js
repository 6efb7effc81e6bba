// One photo: its boxes, and for each face what is known, what is guessed, and what is not known.
import { attempt, el, get, post, say, state } from './api.js';

const UNKNOWN = {
  CLEAR: 'A face, nobody we know',
  SMALL: 'A face, too small to tell',
  NO_FACE: 'Probably not a face',
};

export async function photoPage(id) {
  return parts(await get('/api/photos/' + id));
}

function parts(photo) {
  return [
    el('p', {}, el('a', { href: '#photos' }, '← All photos')),
    el('h2', {}, photo.file),
    el('div', { class: 'photo', 'data-photo': photo.id }, stage(photo), list(photo)),
  ];
}

function stage(photo) {
  const picture = el('img', { src: `/api/photos/${photo.id}/picture`, alt: photo.file, width: photo.width, height: photo.height });
  picture.style.height = 'auto';
  const stage = el('div', { class: 'stage' }, picture);
  photo.faces.forEach((face, at) => {
    const box = el('button', {
      class: 'box ' + look(face), 'data-face': at, 'aria-label': `Face ${at + 1}: ${title(face)}`,
      onclick: () => choose(at, true), onfocus: () => choose(at, false),
    }, el('b', {}, String(at + 1)));
    const [x1, y1, x2, y2] = face.box;
    box.style.left = 100 * x1 / photo.width + '%';
    box.style.top = 100 * y1 / photo.height + '%';
    box.style.width = 100 * (x2 - x1) / photo.width + '%';
    box.style.height = 100 * (y2 - y1) / photo.height + '%';
    stage.append(box);
  });
  return stage;
}

function look(face) {
  if (face.person) return 'named';
  if (face.suggestion) return 'suggested';
  if (face.star) return 'star';
  return 'mute';
}

function title(face) {
  if (face.person) return face.person.name;
  if (face.suggestion) return face.suggestion.name + '?';
  if (face.star) return `Looks like ${face.star}`;
  return UNKNOWN[face.kind];
}

function choose(at, move) {
  for (const element of document.querySelectorAll('[data-face]')) element.classList.toggle('chosen', Number(element.dataset.face) === at);
  const item = document.querySelector(`li[data-face="${at}"]`);
  item.scrollIntoView({ block: 'nearest' });
  if (move) item.querySelector('button, select')?.focus();
}

function focusFace(at) {
  const item = document.querySelector(`li[data-face="${at}"]`);
  (item.querySelector('button, select') ?? item).focus();
}

function list(photo) {
  const items = photo.faces.map((face, at) => item(photo, face, at));
  const none = el('p', { class: 'card' }, 'No face was found in this photo. Faces below about 24 pixels, or turned far away, are not seen.');
  return el('section', { 'aria-label': 'Faces' },
    items.length ? el('ul', { class: 'plain faces' }, ...items) : none,
    el('p', { class: 'soft' }, `Names are guessed among you and your friends only; at most ${100 * state.rate} stranger's face in 100 gets one.`),
    el('button', { class: 'danger', onclick: () => attempt(() => remove(photo)) }, 'Delete this photo'),
  );
}

function item(photo, face, at) {
  const say = (opinion, person, name) => attempt(() => tell(photo, at, opinion, person, name));
  const badge = face.star ? el('p', {}, el('span', { class: 'tag' }, '★ in a photo with you: ' + face.star)) : null;
  const words = el('div', {}, el('p', {}, el('span', { class: 'soft' }, `${at + 1}  `), el('strong', {}, title(face))), el('p', { class: 'soft' }, detail(face)), badge);
  return el('li', { 'data-face': at, tabindex: -1, onfocusin: () => choose(at, false) },
    el('img', { src: `/api/photos/${photo.id}/faces/${at}`, alt: '' }), words, buttons(face, at, say));
}

function detail(face) {
  if (face.person) return 'You said so.';
  if (face.suggestion) return `Likeness ${face.cosine} of 100; ${face.needed} was needed.`;
  if (face.star) return 'From the gallery of stars: none of your friends, as far as we can tell.';
  if (face.kind === 'SMALL') return 'There are too few pixels to compare it with anybody.';
  if (face.kind === 'NO_FACE') return 'It looks more like leaves or a pattern, so it is compared with nobody.';
  return 'Nobody is near enough to be guessed, or the name went to a likelier face of this photo.';
}

function buttons(face, at, say) {
  const row = el('div', { class: 'row' });
  if (face.suggestion) {
    const { id, name } = face.suggestion;
    row.append(
      el('button', { class: 'main', onclick: () => say('confirm', id, name), 'aria-label': `Face ${at + 1}: yes, ${name}` }, 'Yes'),
      el('button', { onclick: () => say('reject', id, name), 'aria-label': `Face ${at + 1}: no, not ${name}` }, 'No'),
    );
  } else if (face.person) {
    row.append(el('button', { onclick: () => say('reject', face.person.id, face.person.name), 'aria-label': `Face ${at + 1}: not ${face.person.name} after all` }, 'Not so'));
  }
  if (face.kind === 'CLEAR') row.append(names(face, at, say));
  return row;
}

function names(face, at, say) {
  const known = [state.account, ...state.account.friends.filter(friend => !friend.optedOut)];
  const select = el('select', { 'aria-label': `Face ${at + 1}: who is it?` },
    el('option', { value: '' }, face.person || face.suggestion ? 'Somebody else…' : 'Who is it?'),
    ...known.filter(person => person.id !== face.person?.id).map(person => el('option', { value: person.id }, person.id === state.account.id ? `Me, ${person.name}` : person.name)));
  // Arrow keys pass over options: nothing is sent before the button.
  const button = el('button', { onclick: () => say('confirm', select.value, select.selectedOptions[0].textContent), disabled: true, 'aria-label': `Name face ${at + 1}` }, 'Name');
  select.addEventListener('change', () => { button.disabled = !select.value; });
  return el('span', { class: 'row' }, select, button);
}

async function tell(photo, at, opinion, person, name) {
  const changed = await post(`/api/photos/${photo.id}/faces/${at}`, { opinion, person });
  if (document.querySelector(`[data-photo="${photo.id}"]`)) {
    document.getElementById('main').replaceChildren(...parts(changed));
    focusFace(at);
  }
  say(opinion === 'confirm' ? `Face ${at + 1} is ${name}. The profile has learned from it.` : `Noted: face ${at + 1} is not ${name}. It will not be suggested for this face again.`);
}

async function remove(photo) {
  if (!confirm('Delete this photo and what was learned from it?')) return;
  await post(`/api/photos/${photo.id}/delete`);
  location.hash = '#photos';
  say('The photo and what was learned from it are deleted.');
}
