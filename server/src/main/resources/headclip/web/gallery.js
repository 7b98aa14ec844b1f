import { h, svg, $, say, toast, segmented, download, plural } from './dom.js';
import { get, send, upload, events } from './api.js';
import { map, paint } from './draw.js';
import { histogram } from './histogram.js';
import { detail } from './detail.js';
import { teachPanel } from './teach.js';
import { state, current, onModel, refreshModels } from './app.js';

const IMAGE = /\.(png|jpe?g|jpe|jfif|tiff?|bmp|dib|gif|webp)$/i;
const PAGE = 120;

// The inspector's work: images, what was found in them, and the threshold.
export function inspect(root) {
  const work = {
    items: [], batch: undefined, threshold: 0.5, own: 0.5, batched: false, ignore: undefined, remarks: [], error: '',
    how: 'heat', opacity: 0.45, sort: 'down', show: 'all', find: '', shown: PAGE, running: undefined, judgedBy: '',
  };
  const chart = histogram((t) => { work.threshold = t; rejudge(); });

  // choosing images
  const fileInput = h('input', { type: 'file', multiple: true, accept: 'image/*,.tif,.tiff,.bmp,.webp', hidden: true, id: 'files' });
  const folderInput = h('input', { type: 'file', webkitdirectory: true, hidden: true, id: 'folder' });
  for (const i of [fileInput, folderInput]) {
    i.addEventListener('change', () => { add([...i.files].map((f) => ({ file: f, name: f.webkitRelativePath || f.name }))); i.value = ''; });
  }
  const choosers = () => [
    h('button', { type: 'button', class: 'primary', onclick: () => fileInput.click() }, 'Choose images'),
    h('button', { type: 'button', onclick: () => folderInput.click() }, 'Choose a folder'),
    h('button', { type: 'button', onclick: camera }, 'Camera'),
  ];

  async function entries(transfer) {
    const found = [];
    const walk = async (entry, path) => {
      if (entry.isFile) found.push({ file: await new Promise((ok, no) => entry.file(ok, no)), name: path + entry.name });
      else {
        const reader = entry.createReader();
        for (;;) {
          const some = await new Promise((ok, no) => reader.readEntries(ok, no));
          if (!some.length) break;
          for (const e of some) await walk(e, path + entry.name + '/');
        }
      }
    };
    const roots = [...transfer.items].map((i) => i.webkitGetAsEntry?.()).filter(Boolean);
    if (!roots.length) return [...transfer.files].map((f) => ({ file: f, name: f.name }));
    for (const r of roots) await walk(r, '');
    return found;
  }
  let depth = 0;
  addEventListener('dragenter', (e) => { if ([...e.dataTransfer.types].includes('Files')) { depth++; $('dropveil').hidden = false; } });
  addEventListener('dragleave', () => { depth = Math.max(0, depth - 1); if (!depth) $('dropveil').hidden = true; });
  addEventListener('dragover', (e) => e.preventDefault());
  addEventListener('drop', async (e) => {
    e.preventDefault(); depth = 0; $('dropveil').hidden = true;
    location.hash = '#inspect';
    add(await entries(e.dataTransfer));
  });
  addEventListener('paste', (e) => {
    const files = [...(e.clipboardData?.files || [])];
    if (files.length) add(files.map((f) => ({ file: f, name: f.name === 'image.png' ? `pasted ${new Date().toLocaleTimeString()}.png` : f.name })));
  });

  async function camera() {
    let stream;
    try { stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment', width: { ideal: 1920 } } }); } catch (e) {
      toast(`No camera: ${e.name === 'NotAllowedError' ? 'the browser was not allowed to use it' : e.message || 'none was found'}`, true);
      return;
    }
    const video = h('video', { autoplay: true, playsInline: true, muted: true });
    video.srcObject = stream;
    const done = () => { stream.getTracks().forEach((t) => t.stop()); d.close(); d.remove(); };
    const shoot = async () => {
      const c = h('canvas', { width: video.videoWidth, height: video.videoHeight });
      c.getContext('2d').drawImage(video, 0, 0);
      const blob = await new Promise((ok) => c.toBlob(ok, 'image/png'));
      done();
      add([{ file: blob, name: `camera ${new Date().toLocaleTimeString()}.png` }]);
    };
    const d = h('dialog', { 'aria-label': 'Camera' }, h('div', { class: 'sheet' }, h('h1', {}, 'Camera'), video,
      h('div', { class: 'row' }, h('button', { type: 'button', class: 'primary', onclick: shoot }, 'Take the picture'), h('button', { type: 'button', onclick: done }, 'Cancel'))));
    d.addEventListener('cancel', done);
    document.body.append(d);
    d.showModal();
  }

  // working: what began before the last change of mind is dropped when it comes back
  const waiting = [];
  let turn = 0, uploading = false;
  async function add(files) {
    const some = files.filter((f) => IMAGE.test(f.name) || f.file.type.startsWith('image/'));
    if (some.length < files.length) toast(`${plural(files.length - some.length, 'file')} passed over: no images`);
    const most = state.info.limits.max_image_bytes;
    for (const f of some.filter((x) => x.file.size > most)) toast(`${f.name} passed over: more than ${Math.round(most / 1048576)} MiB`, true);
    some.splice(0, some.length, ...some.filter((x) => x.file.size <= most));
    if (!some.length) return;
    waiting.push(...some);
    if (uploading) { work.running.all += some.length; progress(); return; }
    const mine = ++turn;
    stop();
    uploading = true;
    let done = 0;
    work.running = { step: 'uploading', done: 0, all: some.length };
    render();
    const keep = (found) => {
      if (mine === turn) work.items.push(...found.map((i) => ({ ...i, result: undefined, marked: false })));
      else found.forEach((i) => send('DELETE', `/v1/images/${i.id}`).catch(() => {}));
    };
    try {
      while (waiting.length && mine === turn) {
        const part = waiting.splice(0);
        keep(await upload(part, state.info.limits, (n) => { if (mine === turn) { work.running.done = done + n; progress(); } }, () => mine !== turn));
        done += part.length;
      }
    } catch (e) {
      keep(e.found || []);
      waiting.length = 0;
      if (mine === turn) toast(e.message, true);
    } finally { if (mine === turn) uploading = false; }
    if (mine === turn) await run();
  }

  function stop() {
    work.close?.();
    work.close = undefined;
  }

  // All images again: by the model, or among themselves.
  async function run() {
    if (uploading) return;
    const mine = ++turn, on = (f) => (x, source) => { if (mine === turn) f(x, source); };
    stop();
    if (!work.items.length) { render(); return; }
    const old = work.batch;
    for (const i of work.items) { i.result = undefined; wipe(i); }
    work.remarks = []; work.error = '';
    work.running = { step: 'waiting', done: 0, all: work.items.length };
    const compared = work.batched && work.items.length > 1;
    const base = current();
    work.judgedBy = compared ? 'compared with one another' : `judged by ${state.model}`;
    render();
    try {
      const body = { images: work.items.map((i) => i.id), model: compared ? base.base : state.model, batched: compared };
      if (work.ignore) body.ignore = work.ignore;
      const batch = await send('POST', '/v1/batches?pages=first', body);
      if (mine !== turn) { send('DELETE', `/v1/batches/${batch.id}`).catch(() => {}); return; }
      work.batch = batch.id;
      if (old) send('DELETE', `/v1/batches/${old}`).catch(() => {});
      work.close = events(`/v1/batches/${batch.id}/events`, {
        state: on((s) => { work.threshold = work.own = s.threshold; }),
        progress: on((p) => { work.running = p; progress(); }),
        remark: on((r) => { work.remarks.push(r.text); side(); }),
        result: on((r) => { const i = work.items[r.index]; i.result = r; later(); }),
        lost: on(() => { work.close = undefined; work.running = undefined; work.error = 'The server knows nothing of these images any more; drop them again.'; render(); }),
        end: on((s, source) => {
          source.close();
          work.close = undefined; work.running = undefined; work.error = s.error || '';
          if (s.error) toast(s.error, true);
          const bad = work.items.filter(isBad).length;
          say(`${plural(work.items.length, 'image')} looked at: ${bad} anomalous`);
          render();
        }),
      });
    } catch (e) {
      if (mine !== turn) return;
      work.running = undefined; work.error = e.message;
      toast(e.message, true);
      render();
    }
  }
  work.run = run;

  // looking
  const isBad = (i) => i.result && !i.result.error && i.result.score >= work.threshold;
  const isGood = (i) => i.result && !i.result.error && i.result.score < work.threshold;
  work.isBad = isBad;
  work.mapUrl = (i) => `/v1/batches/${work.batch}/results/${i.result.index}/map?format=small`;
  work.view = (i, side) => `/v1/images/${i.id}/view?side=${side}`;
  work.list = listed;

  function listed() {
    const find = work.find.toLowerCase();
    const some = work.items.filter((i) => (!find || i.name.toLowerCase().includes(find))
      && (work.show === 'all' || (work.show === 'bad' && isBad(i)) || (work.show === 'good' && isGood(i)) || (work.show === 'marked' && i.marked) || (work.show === 'failed' && i.result?.error)));
    const s = (i) => (i.result && !i.result.error ? i.result.score : -1);
    if (work.sort === 'name') some.sort((a, b) => a.name.localeCompare(b.name, undefined, { numeric: true }));
    else some.sort((a, b) => (work.sort === 'down' ? s(b) - s(a) : (s(a) < 0) - (s(b) < 0) || s(a) - s(b)));
    return some;
  }

  const seen = new IntersectionObserver((all) => {
    for (const e of all) if (e.isIntersecting) { e.target.dataset.near = '1'; overlay(e.target.item); } else delete e.target.dataset.near;
  }, { rootMargin: '300px' });

  function wipe(item) {
    const c = item.card?.querySelector('canvas');
    if (c) c.width = c.height = 1;
  }

  async function overlay(item) {
    const c = item.card;
    if (!c || !item.result || item.result.error || !work.batch) return;
    try {
      const m = await map(work.mapUrl(item));
      if (item.card === c) paint(c.querySelector('canvas'), m, item.result, work.how, work.opacity, work.threshold);
    } catch { /* the batch was replaced meanwhile */ }
  }

  function card(item) {
    if (!item.card) {
      const img = !item.error && h('img', { alt: '', loading: 'lazy', src: work.view(item, 360) });
      if (img) img.addEventListener('error', () => img.remove());
      const open = h('button', { type: 'button', class: 'open', onclick: () => detail(work, item, actions) }, img, h('canvas'), h('span', { class: 'wait' }));
      open.querySelector('canvas').dataset.side = 360;
      const badge = h('span', { class: 'badge none' });
      const mark = h('button', { type: 'button', class: 'mark', onclick: () => actions.mark(item) }, '✓ Good');
      item.card = h('li', { class: 'card' }, open, h('div', { class: 'foot' },
        h('div', { class: 'row' }, badge, h('span', { class: 'ref small mute', hidden: true }, 'reference'), h('span', { class: 'grow' }), mark), h('div', { class: 'name', title: item.name }, item.name)));
      item.card.item = item;
      seen.observe(item.card);
    }
    dress(item);
    return item.card;
  }

  function dress(item) {
    const c = item.card, r = item.result;
    if (!c) return;
    const verdict = !r ? 'waiting' : r.error ? 'failed' : isBad(item) ? 'anomalous' : 'normal';
    c.className = 'card' + (isBad(item) ? ' bad' : '') + (item.marked ? ' marked' : '');
    const badge = c.querySelector('.badge');
    badge.className = 'badge num ' + (isBad(item) ? 'bad' : isGood(item) ? 'good' : 'none');
    badge.textContent = !r ? '…' : r.error ? 'failed' : `${isBad(item) ? '▲' : '●'} ${r.score.toFixed(3)}`;
    badge.title = verdict;
    c.querySelector('.wait').textContent = r?.error || '';
    c.querySelector('.open').setAttribute('aria-label', `${item.name}: ${verdict}${r && !r.error ? `, score ${r.score.toFixed(3)}` : ''}${r?.error ? `, ${r.error}` : ''}`);
    c.querySelector('.ref').hidden = item.reference !== state.model;
    const mark = c.querySelector('.mark');
    mark.setAttribute('aria-pressed', String(item.marked));
    mark.setAttribute('aria-label', `Mark ${item.name} as good`);
    mark.hidden = !r || !!r.error;
    if (c.dataset.near) overlay(item);
  }

  const actions = {
    mark(item) { item.marked = !item.marked; dress(item); side(); },
    remove(item) {
      work.items = work.items.filter((i) => i !== item);
      run();
    },
    ignore(region) { work.ignore = region; run(); },
    run,
  };
  work.actions = actions;

  // drawing the page
  let pending = false;
  function later() {
    if (pending) return;
    pending = true;
    setTimeout(() => { pending = false; gallery(); side(); progress(); }, 120);
  }
  function rejudge() { for (const i of work.items) dress(i); counts(); if (work.show !== 'all') gallery(); }

  const empty = h('div', {},
    h('div', { class: 'drop' }, picture(), h('h1', {}, 'Drop images or a folder here'),
      h('p', { class: 'hint mute' }, 'Parts, surfaces, scans: each gets a score, a verdict and a map of where. Nothing leaves this server.'),
      h('div', { class: 'row' }, ...choosers()), h('p', { class: 'small mute' }, 'Or paste a picture.')),
    h('div', { class: 'three' },
      step(1, 'Look', 'Every image is judged at once, by a model that has never seen its kind.'),
      step(2, 'Compare', 'A folder of parts of one kind is ranked by how much each differs from the others.'),
      step(3, 'Teach', 'Mark some good ones: they become references, the threshold follows, and the model is yours to take.')));
  function step(n, title, text) { return h('div', { class: 'panel' }, h('h2', {}, h('span', { class: 'n' }, String(n)), title), h('p', { class: 'mute small' }, text)); }
  function picture() {
    const s = svg('svg', { viewBox: '0 0 64 64', fill: 'none', stroke: 'currentColor', 'stroke-width': 3, 'aria-hidden': 'true' });
    s.append(svg('rect', { x: 6, y: 10, width: 52, height: 44, rx: 6 }), svg('path', { d: 'M6 44l15-15 12 12 9-9 16 15' }), svg('circle', { cx: 43, cy: 23, r: 5 }));
    return s;
  }

  const bar = h('div', { class: 'bar' });
  const stepName = h('strong'), stepCount = h('span', { class: 'mute num' }), fill = h('div');
  const meter = h('div', { class: 'progress', role: 'progressbar', 'aria-label': 'Progress', 'aria-valuemin': 0 }, fill);
  const progressBox = h('div', { class: 'panel', hidden: true }, h('div', { class: 'row' }, stepName, stepCount, h('span', { class: 'grow' }), h('button', { type: 'button', onclick: halt }, 'Stop')), meter);
  const list = h('ul', { class: 'gallery', 'aria-label': 'Images' });
  const more = h('button', { type: 'button', class: 'more', onclick: () => { work.shown += PAGE; gallery(); } }, 'More');
  const nothing = h('p', { class: 'mute' }, 'No image fits.');
  const countBox = h('div', { class: 'counts' });
  const judged = h('p', { class: 'small mute' });
  const judgePanel = h('section', { class: 'panel stack judge', 'aria-label': 'Threshold' }, h('h2', {}, 'Threshold'), countBox, chart.element, judged);
  const exportPanel = h('section', { class: 'panel stack', 'aria-label': 'Save results' }, h('h2', {}, 'Save results'), h('div', { class: 'row' },
    ...[['csv', 'CSV'], ['json', 'JSON'], ['coco', 'COCO'], ['zip', 'All with maps (zip)']].map(([f, t]) => h('button', { type: 'button', onclick: () => download(`/v1/batches/${work.batch}/export?format=${f}&threshold=${work.threshold}`) }, t))));
  const notes = h('div', {});
  const teach = teachPanel(work, () => side());
  const sidebar = h('div', { class: 'side' }, judgePanel, teach.element, exportPanel, notes);
  const workBox = h('div', { class: 'work', hidden: true }, h('div', {}, h('h1', { class: 'visually-hidden' }, 'Inspect'), bar, progressBox, list, nothing, more), sidebar);
  root.append(fileInput, folderInput, empty, workBox);

  const mode = segmented('How images are judged', [['model', 'By the model'], ['batch', 'Among themselves']], 'model', (v) => { work.batched = v === 'batch'; run(); });
  const how = segmented('What is drawn', [['heat', 'Heat map'], ['contour', 'Contour'], ['none', 'Image']], 'heat', (v) => { work.how = v; for (const i of work.items) if (i.card?.dataset.near) overlay(i); });
  const opacity = h('input', { type: 'range', min: 0.1, max: 1, step: 0.05, value: work.opacity, 'aria-label': 'Opacity of the heat map' });
  opacity.addEventListener('input', () => { work.opacity = +opacity.value; for (const i of work.items) if (i.card?.dataset.near) overlay(i); });
  const sort = select('Order', [['down', 'Highest score first'], ['up', 'Lowest score first'], ['name', 'By name']], (v) => { work.sort = v; gallery(); });
  const show = select('Show', [['all', 'All'], ['bad', 'Anomalous'], ['good', 'Normal'], ['marked', 'Marked good'], ['failed', 'Failed']], (v) => { work.show = v; gallery(); });
  const find = h('input', { type: 'search', placeholder: 'Name', size: 10, 'aria-label': 'Find by name' });
  find.addEventListener('input', () => { work.find = find.value; gallery(); });
  bar.append(mode, how, opacity, sort, show, find, h('span', { class: 'grow' }),
    h('button', { type: 'button', onclick: () => fileInput.click() }, 'Add images'), h('button', { type: 'button', onclick: () => folderInput.click() }, 'Add a folder'), h('button', { type: 'button', onclick: camera }, 'Camera'),
    h('button', { type: 'button', class: 'quiet', onclick: clear }, 'Clear'));
  function select(label, choices, change) {
    const s = h('select', { 'aria-label': label }, ...choices.map(([v, t]) => h('option', { value: v }, t)));
    s.addEventListener('change', () => change(s.value));
    return s;
  }

  function clear() {
    turn++;
    waiting.length = 0;
    stop();
    if (work.batch) send('DELETE', `/v1/batches/${work.batch}`).then(() => work.items).catch(() => {});
    const gone = work.items;
    setTimeout(() => gone.forEach((i) => send('DELETE', `/v1/images/${i.id}`).catch(() => {})), 500);
    uploading = false;
    Object.assign(work, { items: [], batch: undefined, running: undefined, ignore: undefined, remarks: [], error: '' });
    list.replaceChildren();
    render();
  }

  function halt() {
    turn++;
    waiting.length = 0;
    uploading = false;
    stop();
    work.running = undefined;
    if (work.batch) send('DELETE', `/v1/batches/${work.batch}`).catch(() => {});
    work.batch = undefined;
    render();
  }

  function progress() {
    const p = work.running;
    progressBox.hidden = !p;
    if (!p) return;
    stepName.textContent = { uploading: 'Uploading', waiting: 'Waiting for its turn', looking: 'Looking', comparing: 'Comparing', judging: 'Judging' }[p.step] || p.step;
    stepCount.textContent = `${p.done} of ${p.all}`;
    fill.style.width = `${p.all ? ((100 * p.done) / p.all).toFixed(1) : 0}%`;
    meter.setAttribute('aria-valuemax', p.all);
    meter.setAttribute('aria-valuenow', p.done);
  }

  function counts() {
    const scored = work.items.filter((i) => i.result && !i.result.error);
    const bad = scored.filter(isBad).length;
    countBox.replaceChildren(
      h('div', { class: 'bad' }, h('b', { class: 'num' }, String(bad)), 'anomalous'),
      h('div', { class: 'good' }, h('b', { class: 'num' }, String(scored.length - bad)), 'normal'),
      h('div', {}, h('b', { class: 'num' }, String(work.items.filter((i) => i.result?.error).length)), 'failed'));
    chart.show(scored.map((i) => i.result.score), work.threshold, work.own);
  }

  function side() {
    counts();
    judged.textContent = work.judgedBy ? `${plural(work.items.length, 'image')}, ${work.judgedBy}${work.ignore ? ', without the ignored region' : ''}.` : '';
    for (const b of exportPanel.querySelectorAll('button')) b.disabled = !work.batch || !!work.running;
    notes.replaceChildren(...(work.error ? [h('p', { class: 'note bad' }, work.error)] : []), ...work.remarks.map((r) => h('p', { class: 'note' }, r)),
      ...(work.ignore ? [h('p', { class: 'note' }, 'A region is ignored in all images. ', h('button', { type: 'button', onclick: () => { work.ignore = undefined; run(); } }, 'Look at all of them again'))] : []));
    teach.show();
  }

  function gallery() {
    const some = listed(), part = some.slice(0, work.shown);
    const cards = part.map(card);
    if (cards.length !== list.children.length || cards.some((c, k) => list.children[k] !== c)) {
      const focus = document.activeElement;
      list.replaceChildren(...cards);
      if (focus && list.contains(focus) && document.activeElement !== focus) focus.focus();
    }
    more.hidden = some.length <= work.shown;
    more.textContent = `More (${some.length - work.shown})`;
    nothing.hidden = some.length > 0 || !work.items.length;
  }

  function render() {
    const any = work.items.length > 0 || !!work.running;
    empty.hidden = any;
    workBox.hidden = !any;
    gallery(); side(); progress();
  }

  // arrows move between cards
  list.addEventListener('keydown', (e) => {
    const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: columns(), ArrowUp: -columns() }[e.key];
    const here = e.target.closest('.card');
    if (!here) return;
    if (step) {
      const all = [...list.children], next = all[all.indexOf(here) + step];
      if (next) { e.preventDefault(); next.querySelector('.open').focus(); }
    } else if (e.key === 'g' && here.item.result && !here.item.result.error) actions.mark(here.item);
  });
  const columns = () => Math.max(1, getComputedStyle(list).gridTemplateColumns.split(' ').length);

  onModel((why) => { if (why === 'chosen' && work.items.length) { work.batched = false; mode.set('model'); run(); } });
  work.setModel = async (name) => { work.batched = false; mode.set('model'); await refreshModels(name); await run(); };
  render();
  return { show() {} };
}
