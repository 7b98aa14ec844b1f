import { h, toast, download, plural } from './dom.js';
import { get, send } from './api.js';
import { colour } from './draw.js';
import { state, refreshModels, onModel } from './app.js';

// What models there are, where they come from, and what they learned.
export function modelsView(root) {
  const list = h('div', { role: 'list', 'aria-label': 'Models' });
  const body = h('div', {});
  root.append(h('div', { class: 'models' }, list, body));
  let open;

  function cards() {
    const held = list.contains(document.activeElement) && document.activeElement.dataset.name;
    list.replaceChildren(...state.models.map((m) => h('div', { role: 'listitem' }, h('button', { type: 'button', class: 'modelcard panel', 'data-name': m.name, 'aria-current': m.name === open ? 'true' : undefined, onclick: () => show(m.name) },
      h('span', {}, h('strong', {}, m.name), h('br'), h('span', { class: 'small mute' }, m.references ? `${plural(m.references, 'reference')} on ${m.base}` : `${m.method}, ${m.image_size} px`))))));
    if (held) [...list.querySelectorAll('button')].find((b) => b.dataset.name === held)?.focus();
  }

  async function show(name) {
    open = name;
    cards();
    try {
      const [m, r] = await Promise.all([get(`/v1/models/${encodeURIComponent(name)}`), get(`/v1/models/${encodeURIComponent(name)}/normal`)]);
      if (open !== name) return;
      draw(m, r.references);
    } catch (e) { toast(e.message, true); }
  }

  function draw(m, references) {
    const url = `/v1/models/${encodeURIComponent(m.name)}`;
    body.replaceChildren(h('div', { class: 'stack' },
      h('section', { class: 'panel' }, h('h1', {}, m.name), kv([['Method', m.method], ['Judged by', m.threshold.toFixed(4) + ` (${m.threshold_origin})`], ['Input', `${m.image_size} × ${m.image_size} pixels`], ...(m.references ? [['References', `${m.references}, on ${m.base}`]] : [])]),
        h('div', { class: 'row' },
          ...m.files.map((f) => h('button', { type: 'button', onclick: () => download(`${url}/file?format=${f}`) }, { adapter: m.references ? 'Download references' : 'Download adapter', onnx: 'Download ONNX' }[f])),
          ...(m.threshold_origin === 'chosen here' ? [h('button', { type: 'button', onclick: async () => { await send('PATCH', url, { threshold: null }); await refreshModels(); show(m.name); } }, 'Its own threshold again')] : []),
          ...(m.taught ? [h('button', { type: 'button', class: 'danger', onclick: () => remove(m) }, 'Delete')] : []))),
      ...(m.head_weights ? [heads(m)] : []),
      ...(references.length ? [h('section', { class: 'panel' }, h('h2', {}, 'References'), h('p', { class: 'small mute' }, 'Names and digests only: the pictures are not kept.'), h('table', {}, h('thead', {}, h('tr', {}, h('th', { scope: 'col' }, 'Name'), h('th', { scope: 'col' }, 'Digest'))), h('tbody', {}, ...references.map((r) => h('tr', {}, h('td', {}, r.name), h('td', { class: 'small mute' }, r.digest.slice(0, 16)))))))] : []),
      h('section', { class: 'panel' }, h('h2', {}, 'Provenance'), tree(m.provenance)),
      h('section', { class: 'panel' }, h('h2', {}, 'Settings'), tree(m.settings)),
      ...(m.backbone ? [h('section', { class: 'panel' }, h('h2', {}, 'Backbone'), tree(m.backbone))] : [])));
  }

  async function remove(m) {
    const d = h('dialog', { 'aria-label': 'Delete' });
    d.append(h('form', { method: 'dialog', class: 'sheet' }, h('h1', {}, `Delete ${m.name}?`), h('p', {}, 'What it was taught is lost; the model that it was taught on stays.'), h('div', { class: 'row' }, h('button', { value: 'yes', class: 'danger' }, 'Delete'), h('button', { value: 'no', class: 'primary', autofocus: true }, 'Keep it'))));
    document.body.append(d);
    d.showModal();
    d.addEventListener('close', async () => {
      d.remove();
      if (d.returnValue !== 'yes') return;
      try { await send('DELETE', `/v1/models/${encodeURIComponent(m.name)}`); await refreshModels(); show(state.model); } catch (e) { toast(e.message, true); }
    });
  }

  function heads(m) {
    const all = m.head_weights.flat(), most = Math.max(...all), least = Math.min(...all);
    const first = m.settings?.csa?.first ?? 1;
    return h('section', { class: 'panel' }, h('h2', {}, 'Head weights'), h('p', { class: 'small mute' }, 'How much each attention head of the local path was found to matter: a row a layer, a column a head.'),
      h('div', { class: 'heads', role: 'table', tabIndex: 0, 'aria-label': 'Head weights by layer' }, ...m.head_weights.map((row, l) => h('div', { class: 'hr', role: 'row' }, h('span', { class: 'hl', role: 'rowheader' }, `layer ${first + l}`), ...row.map((w, k) => { const c = h('span', { class: 'hc', role: 'cell', title: `layer ${first + l}, head ${k + 1}: ${w}`, 'aria-label': String(w) }); c.style.background = colour(most > least ? (w - least) / (most - least) : 0.5); return c; })))),
      h('p', { class: 'legend' }, least.toFixed(3), ...[0, 0.25, 0.5, 0.75, 1].map((t) => { const c = h('span', { class: 'hc' }); c.style.background = colour(t); return c; }), most.toFixed(3)));
  }

  const kv = (rows) => h('dl', { class: 'kv' }, ...rows.flatMap(([k, v]) => [h('dt', {}, k), h('dd', {}, v)]));
  function tree(v) {
    if (v === null || v === undefined || (typeof v === 'object' && !Object.keys(v).length)) return h('p', { class: 'mute small' }, 'Nothing is said.');
    return kv(Object.entries(v).map(([k, x]) => {
      const name = k.replaceAll('_', ' ');
      if (x === null || typeof x !== 'object') return [name, String(x)];
      const text = JSON.stringify(x);
      if (text.length < 80) return [name, text.replaceAll('"', '')];
      return [name, h('details', {}, h('summary', {}, Array.isArray(x) ? plural(x.length, 'entry', 'entries') : 'more'), Array.isArray(x) ? h('p', { class: 'small' }, text.slice(0, 4000)) : tree(x))];
    }));
  }

  onModel(() => { if (!root.hidden) { cards(); } });
  return { show: () => show(state.models.some((m) => m.name === open) ? open : state.model) };
}
