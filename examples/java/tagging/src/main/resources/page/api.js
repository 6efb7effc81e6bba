// Talks to the server, and makes elements. Texts become text nodes, never HTML, so a name with a script in it is a strange name and no more.

export const state = { token: '', account: null, accounts: [], rate: 0 };

async function answer(reply) {
  const body = await reply.json().catch(() => ({ error: 'The server gave no answer. Is it still running?' }));
  if (!reply.ok) throw new Error(body.error);
  return body;
}

async function send(path, options) {
  try {
    return await answer(await fetch(path, options));
  } catch (failure) {
    throw failure instanceof TypeError ? new Error('The server cannot be reached. Is it still running?') : failure;
  }
}

export const get = path => send(path, {});

export function post(path, fields = {}) {
  return send(path, { method: 'POST', headers: { 'X-Token': state.token }, body: new URLSearchParams(fields) });
}

export function postPhoto(file) {
  const headers = { 'X-Token': state.token, 'X-File': encodeURIComponent(file.name), 'Content-Type': file.type || 'application/octet-stream' };
  return send('/api/photos', { method: 'POST', headers, body: file });
}

// Takes over what the server says of account and friends.
export function learn(news) {
  Object.assign(state, news);
}

// An element with attributes, listeners (onclick: …) and children, which are elements or texts.
export function el(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith('on')) element.addEventListener(key.slice(2), value);
    else if (value === true) element.setAttribute(key, '');
    else if (value !== false && value != null) element.setAttribute(key, value);
  }
  element.append(...children.filter(child => child != null));
  return element;
}

// Tells what happened, to eyes and to screen readers.
export function say(text, wrong = false) {
  const said = document.getElementById('said');
  said.classList.toggle('wrong', wrong);
  said.textContent = text;
}

// Runs what a button does; a failure is told, not lost.
export async function attempt(work) {
  try {
    return await work();
  } catch (failure) {
    say(failure.message, true);
    return null;
  }
}
