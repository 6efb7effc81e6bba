// The profile: what it is made of, what is not known; opting out and erasing.
import { attempt, el, get, learn, post, say, state } from './api.js';

const OUTCOMES = {
  BUILT: 'We know your face.',
  NO_LEADER: 'We are not sure which face is yours: no person leads clearly enough in your photos.',
  NO_FACES: 'There are too few good faces in your photos to be sure.',
  OPTED_OUT: 'You opted out: there is no profile, and your name is suggested to nobody.',
  OTHER: 'There is no profile.',
};
const ROLES = { OWNER: 'You', PARTNER: 'Second owner of the account', LOOK: 'You, in another look' };

export async function profilePage(refresh) {
  const profile = await get('/api/profile');
  return [el('h2', {}, 'My profile'), made(profile), members(profile), wishes(refresh), erasure(refresh)];
}

function made(profile) {
  const confirmed = profile.outcome !== 'BUILT' && profile.slots.length && profile.outcome !== 'OPTED_OUT';
  const sentence = confirmed ? OUTCOMES[profile.outcome] + ' So the profile is made of the faces that were confirmed, and of nothing else.' : OUTCOMES[profile.outcome];
  const rows = profile.slots.map(slot => el('tr', {}, el('th', { scope: 'row' }, ROLES[slot.role]), el('td', {}, String(slot.photos)), el('td', {}, String(slot.faces)),
    el('td', {}, slot.faces > 1 ? slot.coherence + ' %' : '–')));
  const head = el('thead', {}, el('tr', {}, ...['Part', 'Photos', 'Faces', 'Agreement'].map(text => el('th', { scope: 'col' }, text))));
  return el('section', { class: 'card' }, el('p', { id: 'outcome' }, el('strong', {}, sentence)),
    profile.confidence == null ? null : el('p', {}, `${Math.min(99, profile.confidence)} % sure that it shows you, from ${count(profile.photos, 'photo')} with ${count(profile.faces, 'face')}.`),
    rows.length ? el('table', { id: 'slots' }, head, el('tbody', {}, ...rows)) : null,
    el('details', {}, el('summary', {}, 'How this was decided'), el('pre', {}, profile.explanation)));
}

function count(many, what) {
  return `${many} ${what}${many === 1 ? '' : 's'}`;
}

function members(profile) {
  if (!profile.members.length) return el('p', { class: 'soft' }, 'Upload photos of yourself, or confirm your face in one, and the faces it is made of are shown here.');
  const thumbs = profile.members.map(member => member.own
    ? el('img', { src: `/api/photos/${member.photo}/faces/${member.face}`, alt: 'A face of the profile' })
    : el('span', {}, 'in a friend’s photo'));
  return el('section', {}, el('h3', {}, 'Made of these faces'), el('div', { class: 'thumbs' }, ...thumbs));
}

function wishes(refresh) {
  const out = state.account.optedOut;
  const change = () => attempt(async () => {
    learn(await post('/api/optout', { out: out ? 'no' : 'yes' }));
    await refresh();
    say(out ? 'Your name may be suggested to your friends again.' : 'Your name is suggested to nobody from now on.');
  });
  return el('section', {}, el('h3', {}, 'Being suggested'),
    el('p', {}, out ? 'Your name is suggested to nobody.' : 'Your friends see your name suggested in their photos.'),
    el('button', { id: 'optout', onclick: change }, out ? 'Allow suggestions of my name' : 'Never suggest my name'));
}

function erasure(refresh) {
  const name = el('input', { id: 'erase-name', autocomplete: 'off', maxlength: 80 });
  const erase = event => {
    event.preventDefault();
    attempt(async () => {
      learn(await post('/api/erase', { name: name.value }));
      await refresh();
      say('The account is erased: photos, profile, and its name in the photos of others.');
    });
  };
  return el('section', {}, el('h3', {}, 'Erase this account'),
    el('p', {}, 'Photos, profile and your name in the photos of others go for good, at once.'),
    el('form', { onsubmit: erase }, el('label', { for: 'erase-name' }, `Write “${state.account.name}” to erase it`),
      el('div', { class: 'row' }, name, el('button', { class: 'danger' }, 'Erase'))));
}
