import { h, say, segmented, toast } from './dom.js';
import { get, send, events } from './api.js';
import { state, onModel } from './app.js';
import { map, paint } from './draw.js';

// What arrives in the watched folder, the newest large.
export function liveView(root) {
  const count = { anomalous: 0, normal: 0, failed: 0 };
  let all = [], open, only = 'all', how = 'heat', follow = true;
  const title = h('h1', {}, 'Live');
  const counts = h('div', { class: 'counts' });
  const stage = h('div', { class: 'stage' });
  const facts = h('div', { class: 'panel stack' });
  const strip = h('ul', { class: 'strip', 'aria-label': 'Latest images' });
  const note = h('p', { class: 'note bad', role: 'alert', hidden: true });
  const by = h('select', { id: 'live-model' });
  let judge;
  const models = () => by.replaceChildren(...state.models.map((m) => h('option', { value: m.name, selected: m.name === judge }, m.name)));
  by.addEventListener('change', async () => {
    try { judge = (await send('PATCH', '/v1/watch', { model: by.value })).model; toast(`What arrives is judged by ${judge} now`); } catch (e) { toast(e.message, true); models(); }
  });
  onModel(models);
  root.append(h('div', { class: 'bar' }, title, h('label', { class: 'compact', for: 'live-model' }, 'judged by'), by, h('span', { class: 'grow' }),
    segmented('Show', [['all', 'All'], ['bad', 'Anomalous only']], 'all', (v) => { only = v; draw(); }),
    segmented('What is drawn', [['heat', 'Heat map'], ['contour', 'Contour'], ['none', 'Image']], 'heat', (v) => { how = v; large(); })),
  note, h('div', { class: 'livebig' }, stage, h('div', { class: 'stack' }, h('div', { class: 'panel' }, counts), facts)), strip);

  const view = (r, side) => `/v1/watch/results/${r.number}/view?side=${side}`;
  async function large() {
    const r = open;
    if (!r) { stage.replaceChildren(); facts.replaceChildren(h('p', { class: 'mute' }, 'Nothing has arrived yet.')); return; }
    const canvas = h('canvas');
    canvas.dataset.side = 1200;
    stage.replaceChildren(h('div', { class: 'pane' }, h('img', { src: view(r, 1400), alt: r.image }), canvas));
    facts.replaceChildren(h('div', { class: 'verdict ' + (r.error ? '' : r.anomalous ? 'bad' : 'good') }, r.error ? 'Failed' : r.anomalous ? '▲ Anomalous' : '● Normal'),
      h('p', {}, r.error || h('span', { class: 'num' }, `score ${r.score.toFixed(3)}, threshold ${r.threshold.toFixed(3)}`)), h('p', { class: 'small mute' }, r.image, h('br'), new Date(r.time).toLocaleTimeString()));
    if (r.error) return;
    try { const m = await map(`/v1/watch/results/${r.number}/map`); if (open === r) paint(canvas, m, r, how, 0.45, r.map_threshold ?? r.threshold); } catch { /* too old */ }
  }
  function draw() {
    const some = all.filter((r) => only === 'all' || r.anomalous).slice(0, 60);
    counts.replaceChildren(h('div', { class: 'bad' }, h('b', { class: 'num' }, String(count.anomalous)), 'anomalous'), h('div', { class: 'good' }, h('b', { class: 'num' }, String(count.normal)), 'normal'), h('div', {}, h('b', { class: 'num' }, String(count.failed)), 'failed'));
    if (follow && some[0] && open !== some[0]) { open = some[0]; large(); }
    if (!open) large();
    // cards stay: pictures are not fetched again, and the focus is not lost
    const now = some.map(card);
    for (const [k] of cards) if (!some.some((r) => r.number === k)) cards.delete(k);
    [...strip.children].filter((c) => !now.includes(c)).forEach((c) => c.remove());
    now.forEach((c, k) => { if (strip.children[k] !== c) strip.insertBefore(c, strip.children[k] || null); });
  }
  function card(r) {
    if (!cards.has(r.number)) {
      cards.set(r.number, h('li', { class: 'card' + (r.anomalous ? ' bad' : '') }, h('button', { type: 'button', class: 'open', 'aria-label': `${r.image}: ${r.error ? 'failed' : r.anomalous ? 'anomalous' : 'normal'}`, onclick: () => { open = r; follow = r === all[0]; large(); } }, r.error ? h('span', { class: 'wait' }, 'failed') : h('img', { src: view(r, 200), alt: '', loading: 'lazy' })),
        h('div', { class: 'foot' }, h('span', { class: 'badge num ' + (r.error ? 'none' : r.anomalous ? 'bad' : 'good') }, r.error ? 'failed' : `${r.anomalous ? '▲' : '●'} ${r.score.toFixed(3)}`))));
    }
    return cards.get(r.number);
  }
  let pending = false;
  const cards = new Map();
  const trouble = (text) => { note.textContent = text; note.hidden = !text; };
  const again = () => get('/v1/watch').then((w) => trouble(w.stopped || ''), (e) => trouble(e.message));
  get('/v1/watch').catch((e) => { trouble(e.message); throw e; }).then((w) => {
    title.textContent = `Live: ${w.folder}`;
    judge = w.model;
    models();
    trouble(w.stopped || '');
    Object.assign(count, { anomalous: w.anomalous, normal: w.normal, failed: w.failed });
    all = w.recent.reverse();
    draw();
    const last = all.length ? all[0].number : -1;
    events('/v1/watch/events', {
      again,
      lost: () => trouble('The line to the server is lost; load the page again.'),
      result: (r) => {
        trouble('');
        if (r.number === undefined || r.number <= last || all.some((x) => x.number === r.number)) return;
        all.unshift(r);
        all.length = Math.min(all.length, 500);
        count[r.error ? 'failed' : r.anomalous ? 'anomalous' : 'normal']++;
        if (r.anomalous) say(`${r.image} is anomalous`);
        if (!pending) { pending = true; setTimeout(() => { pending = false; draw(); }, 150); }
      },
    });
  });
  return { show: draw };
}
