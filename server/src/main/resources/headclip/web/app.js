import { h, $, toast } from './dom.js';
import { get, send, onUnauthorized } from './api.js';
import { inspect } from './gallery.js';
import { modelsView } from './model.js';
import { liveView } from './live.js';

export const state = { info: undefined, models: [], model: undefined };

// colours
const THEMES = ['auto', 'dark', 'light'];
function theme(t) {
  if (t === 'auto') delete document.documentElement.dataset.theme; else document.documentElement.dataset.theme = t;
  $('theme').textContent = { auto: '◐', dark: '☾', light: '☀' }[t];
  $('theme').setAttribute('aria-label', 'Colours: ' + { auto: 'as the system', dark: 'dark', light: 'light' }[t]);
  try { localStorage.setItem('headclip-theme', t); } catch { /* not kept */ }
}
let chosen = 'auto';
try { chosen = localStorage.getItem('headclip-theme') || 'auto'; } catch { /* not kept */ }
theme(THEMES.includes(chosen) ? chosen : 'auto');
$('theme').addEventListener('click', () => { chosen = THEMES[(THEMES.indexOf(chosen) + 1) % 3]; theme(chosen); });

// models
const changed = [];
export const onModel = (f) => changed.push(f);
export async function refreshModels(select) {
  const r = await get('/v1/models');
  state.models = r.models;
  if (select) state.model = select;
  if (!state.models.some((m) => m.name === state.model)) state.model = r.default;
  $('model').replaceChildren(...state.models.map((m) => h('option', { value: m.name, selected: m.name === state.model }, m.references ? `${m.name} (${m.references} references)` : m.name)));
  changed.forEach((f) => f());
}
export const current = () => state.models.find((m) => m.name === state.model);
$('model').addEventListener('change', () => { state.model = $('model').value; changed.forEach((f) => f('chosen')); });

// views
const views = { inspect: undefined, live: undefined, models: undefined };
function route() {
  let name = location.hash.slice(1).split('/')[0] || 'inspect';
  if (!(name in views) || (name === 'live' && !state.info?.watching)) name = 'inspect';
  for (const v of Object.keys(views)) {
    $(v).hidden = v !== name;
    const tab = $('tab-' + v);
    if (v === name) tab.setAttribute('aria-current', 'page'); else tab.removeAttribute('aria-current');
  }
  document.title = { inspect: 'HeadCLIP', live: 'Live · HeadCLIP', models: 'Models · HeadCLIP' }[name];
  views[name]?.show?.();
}
addEventListener('hashchange', route);

// signing in
let asking = false;
function signIn() {
  if (asking) return;
  asking = true;
  const input = h('input', { type: 'password', id: 'token', autocomplete: 'current-password', required: true });
  const error = h('p', { class: 'note bad', hidden: true, role: 'alert' });
  const form = h('form', { class: 'sheet', method: 'dialog' }, h('h1', {}, 'Sign in'),
    h('p', { class: 'mute' }, 'This server asks for the token that it was started with.'),
    h('label', { for: 'token' }, 'Token'), input, error, h('button', { class: 'primary' }, 'Sign in'));
  const d = h('dialog', { 'aria-label': 'Sign in' }, form);
  form.addEventListener('submit', async (e) => {
    e.preventDefault();
    try {
      await send('POST', '/v1/session', { token: input.value });
      d.close(); d.remove(); asking = false;
      location.reload();
    } catch (x) { error.textContent = x.message; error.hidden = false; }
  });
  d.addEventListener('cancel', (e) => e.preventDefault());
  document.body.append(d);
  d.showModal();
}
onUnauthorized(signIn);
$('signout').addEventListener('click', async () => { await send('DELETE', '/v1/session'); location.reload(); });

async function start() {
  const session = await get('/v1/session');
  if (session.token_needed && !session.signed_in) { signIn(); return; }
  $('signout').hidden = !session.token_needed;
  state.info = await get('/v1/info');
  $('tab-live').hidden = !state.info.watching;
  await refreshModels();
  views.inspect = inspect($('inspect'));
  views.models = modelsView($('models'));
  if (state.info.watching) views.live = liveView($('live'));
  route();
}
start().catch((e) => toast(e.message, true));
