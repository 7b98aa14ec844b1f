import { h, segmented, say } from './dom.js';
import { get } from './api.js';
import { map, paint, boxes } from './draw.js';

// One image, large: map, contour, side by side; regions; a region to ignore.
export function detail(work, first, actions) {
  let item = first, how = work.how === 'none' ? 'heat' : work.how, beside = false, m, hot = -1, regions = [], drawing = false, lasso = [], cut = work.threshold;
  const title = h('span', { class: 'title' });
  const badge = h('span', { class: 'badge' });
  const stage = h('div', { class: 'stage' });
  const aside = h('aside', {});
  const seg = segmented('What is drawn', [['heat', 'Heat map'], ['contour', 'Contour'], ['beside', 'Side by side'], ['none', 'Image']], how, (v) => { beside = v === 'beside'; how = beside ? 'heat' : v; panes(); });
  const opacity = h('input', { type: 'range', min: 0.1, max: 1, step: 0.05, value: work.opacity, 'aria-label': 'Opacity of the heat map' });
  opacity.addEventListener('input', () => { work.opacity = +opacity.value; repaint(); });
  const prev = h('button', { type: 'button', 'aria-label': 'Previous image', onclick: () => go(-1) }, '‹');
  const next = h('button', { type: 'button', 'aria-label': 'Next image', onclick: () => go(1) }, '›');
  const close = h('button', { type: 'button', class: 'icon', 'aria-label': 'Close', onclick: () => d.close() }, '×');
  const d = h('dialog', { class: 'full', 'aria-label': 'Image', tabIndex: -1 }, h('div', { class: 'detail' },
    h('header', {}, prev, next, badge, title, h('span', { class: 'grow' }), seg, opacity, close), h('div', { class: 'body' }, stage, aside)));
  document.body.append(d);
  d.addEventListener('close', () => { d.remove(); item.card?.querySelector('.open').focus(); });
  d.addEventListener('keydown', (e) => {
    if (e.target.matches('input,select')) return;
    if (e.key === 'ArrowRight') go(1);
    else if (e.key === 'ArrowLeft') go(-1);
    else if (e.key === 'g' && item.result && !item.result.error) { actions.mark(item); side(); }
  });
  d.showModal();
  load();

  function go(step) {
    const all = work.list(), n = all[all.indexOf(item) + step];
    if (n) { item = n; load(); }
  }

  async function load() {
    const all = work.list(), at = all.indexOf(item);
    prev.disabled = at <= 0; next.disabled = at >= all.length - 1;
    hold();
    title.textContent = item.name; title.title = item.name;
    m = undefined; regions = []; hot = -1; drawing = false; lasso = [];
    const r = item.result;
    const bad = work.isBad(item);
    badge.className = 'badge num ' + (!r || r.error ? 'none' : bad ? 'bad' : 'good');
    badge.textContent = !r ? '…' : r.error ? 'failed' : `${bad ? '▲ anomalous' : '● normal'} ${r.score.toFixed(3)}`;
    say(`${item.name}: ${badge.textContent}`);
    panes(); side();
    if (!r || r.error) return;
    const mine = item;
    try {
      const [found, judged] = await Promise.all([map(work.mapUrl(item)), get(`/v1/batches/${work.batch}/results/${r.index}?threshold=${work.threshold}`)]);
      if (mine !== item) return;
      m = found; regions = judged.regions; cut = work.threshold;
      repaint(); side();
    } catch (e) { aside.append(h('p', { class: 'note bad' }, e.message)); }
  }

  function pane(over, caption) {
    const p = h('div', { class: 'pane' }, !item.error && h('img', { src: work.view(item, 1600), alt: over ? `${item.name} under its map` : item.name }));
    if (over) { const c = h('canvas'); c.dataset.side = 1400; p.append(c); }
    if (caption) p.append(h('span', { class: 'cap' }, caption));
    return p;
  }
  function panes() {
    stage.replaceChildren(...(beside ? [pane(false, 'Image'), pane(true, 'Map')] : [pane(true)]));
    repaint();
  }
  function repaint() {
    const c = stage.querySelector('canvas');
    const r = item.result;
    if (!c || !r || r.error) return;
    c.className = drawing ? 'draw' : '';
    paint(c, m, r, drawing ? 'none' : how, work.opacity, cut);
    boxes(c, r, regions, hot);
    const g = c.getContext('2d'), s = c.width / r.width;
    const shapes = [...(work.ignore && work.ignore.width === r.width && work.ignore.height === r.height ? work.ignore.polygons : []), ...(lasso.length > 1 ? [lasso] : [])];
    for (const poly of shapes) {
      g.beginPath();
      poly.forEach(([x, y], k) => (k ? g.lineTo(x * s, y * s) : g.moveTo(x * s, y * s)));
      g.closePath();
      g.fillStyle = 'rgba(20,30,40,.55)'; g.fill();
      g.setLineDash([6, 5]); g.strokeStyle = '#fff'; g.lineWidth = 2; g.stroke(); g.setLineDash([]);
    }
    if (drawing) listen(c, r);
  }

  // from the screen to the image's pixels, which are fitted into the canvas's box
  function listen(c, r) {
    const at = (e) => {
      const b = c.getBoundingClientRect(), k = Math.min(b.width / r.width, b.height / r.height);
      const x = (e.clientX - b.left - (b.width - r.width * k) / 2) / k, y = (e.clientY - b.top - (b.height - r.height * k) / 2) / k;
      return [Math.round(Math.max(0, Math.min(r.width, x))), Math.round(Math.max(0, Math.min(r.height, y)))];
    };
    c.onpointerdown = (e) => { c.setPointerCapture(e.pointerId); lasso = [at(e)]; };
    c.onpointermove = (e) => {
      if (!c.hasPointerCapture(e.pointerId)) return;
      const p = at(e), q = lasso[lasso.length - 1];
      if (Math.hypot(p[0] - q[0], p[1] - q[1]) > Math.max(r.width, r.height) / 250) { lasso.push(p); repaint(); }
    };
    c.onpointerup = () => { if (lasso.length < 3) lasso = []; side(); };
  }

  function addPolygon(poly) {
    const r = item.result;
    const same = work.ignore && work.ignore.width === r.width && work.ignore.height === r.height;
    const region = { width: r.width, height: r.height, polygons: [...(same ? work.ignore.polygons : []), poly] };
    d.close();
    actions.ignore(region);
  }

  function side() {
    const r = item.result;
    const kids = [];
    if (r?.error) kids.push(h('p', { class: 'note bad' }, r.error));
    if (r && !r.error) {
      kids.push(h('dl', { class: 'kv num' }, ...[['Score', r.score.toFixed(4)], ['Whole image', r.global_score.toFixed(4)], ['Most anomalous part', r.local_score.toFixed(4)], ...(r.raw_score === undefined ? [] : [['Distance', r.raw_score.toPrecision(4)]]), ['Threshold', cut.toFixed(3)], ['Size', `${r.width} × ${r.height}`], ['Time', `${r.ms} ms`]].flatMap(([k, v]) => [h('dt', {}, k), h('dd', {}, v)])));
      kids.push(h('div', { class: 'row' }, h('button', { type: 'button', 'aria-pressed': String(item.marked), class: item.marked ? 'primary' : '', onclick: () => { actions.mark(item); side(); } }, item.marked ? '✓ Marked good' : '✓ Mark as good')));
      kids.push(h('div', {}, h('h3', {}, `Regions (${regions.length})`), regions.length
        ? h('table', {}, h('thead', {}, h('tr', {}, ...['x, y', 'size', 'peak', 'area'].map((t) => h('th', { scope: 'col' }, t)))), h('tbody', {}, ...regions.slice(0, 50).map((g, k) => {
          const row = h('tr', { tabIndex: 0, class: k === hot ? 'hot' : '' }, h('td', { class: 'num' }, `${g.box[0]}, ${g.box[1]}`), h('td', { class: 'num' }, `${g.box[2]} × ${g.box[3]}`), h('td', { class: 'num' }, g.peak.toFixed(2)), h('td', { class: 'num' }, `${(100 * g.area).toFixed(2)} %`));
          const on = () => { hot = k; repaint(); }, off = () => { hot = -1; repaint(); };
          row.addEventListener('mouseenter', on); row.addEventListener('mouseleave', off); row.addEventListener('focus', on); row.addEventListener('blur', off);
          return row;
        }))) : h('p', { class: 'mute small' }, 'The map stays below the threshold everywhere.')));
      kids.push(ignorePart(r));
    }
    kids.push(h('p', { class: 'small mute' }, h('kbd', {}, '←'), ' ', h('kbd', {}, '→'), ' other images · ', h('kbd', {}, 'g'), ' good · ', h('kbd', {}, 'Esc'), ' close'));
    aside.replaceChildren(...kids);
    hold();
  }
  // the keys go on working when what had the focus is gone
  function hold() { if (d.open && (!d.contains(document.activeElement) || document.activeElement.disabled)) d.focus(); }

  function ignorePart(r) {
    if (!drawing) {
      return h('div', { class: 'stack' }, h('h3', {}, 'Ignore a region'), h('p', { class: 'small mute' }, 'A holder, a label, the edge of the belt: what lies there counts in no image of this shape.'),
        h('button', { type: 'button', onclick: () => { drawing = true; beside = false; panes(); side(); } }, 'Draw a region'));
    }
    const fields = ['Left', 'Top', 'Width', 'Height'].map((t) => h('input', { type: 'number', min: 0, 'aria-label': `${t}, pixels`, placeholder: t, size: 6 }));
    const typed = () => {
      const [x, y, w, hh] = fields.map((f) => f.valueAsNumber);
      if ([x, y, w, hh].every(Number.isFinite) && w > 0 && hh > 0) addPolygon([[x, y], [x + w, y], [x + w, y + hh], [x, y + hh]]);
    };
    return h('div', { class: 'stack' }, h('h3', {}, 'Ignore a region'), h('p', { class: 'small' }, 'Draw around it on the image, or give a rectangle in pixels:'),
      h('div', { class: 'row' }, ...fields),
      h('div', { class: 'row' }, h('button', { type: 'button', class: 'primary', onclick: () => (lasso.length > 2 ? addPolygon(lasso) : typed()) }, 'Ignore it everywhere'), h('button', { type: 'button', onclick: () => { drawing = false; lasso = []; panes(); side(); } }, 'Cancel')));
  }
}
