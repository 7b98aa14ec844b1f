import { h, toast, say, download, plural } from './dom.js';
import { send } from './api.js';
import { state, current, refreshModels } from './app.js';

// The loop: good ones become references, everything is judged anew, the model is taken along.
export function teachPanel(work, changed) {
  const name = h('input', { type: 'text', id: 'teach-name', maxLength: 80, placeholder: 'part-a', autocomplete: 'off' });
  const many = h('input', { type: 'number', min: 1, value: 8, id: 'teach-many', class: 'few' });
  const marked = h('p', { class: 'small mute' });
  const lowest = h('button', { type: 'button', onclick: markLowest }, 'Mark the lowest');
  const none = h('button', { type: 'button', class: 'quiet', onclick: () => { work.items.forEach((i) => { i.marked = false; }); refresh(); } }, 'Unmark all');
  const go = h('button', { type: 'button', class: 'primary', onclick: teach }, 'Teach');
  const undo = h('button', { type: 'button', onclick: unteach }, 'Take marked ones away');
  const notes = h('div', { role: 'status' });
  const saved = h('div', { class: 'row' });
  const nameRow = h('div', { class: 'stack' }, h('label', { for: 'teach-name', class: 'small' }, 'Name of the model'), name);
  const element = h('section', { class: 'panel', 'aria-label': 'Teach what is normal' }, h('h2', {}, 'Teach what is normal'),
    h('ol', { class: 'steps' },
      h('li', {}, h('div', { class: 'stack' }, h('span', {}, 'Mark good parts in the gallery', h('span', { class: 'mute small' }, ' (✓ or the key g). Ranked among themselves, the lowest are the most usual ones.')), h('div', { class: 'row' }, lowest, h('label', { class: 'visually-hidden', for: 'teach-many' }, 'How many'), many, none), marked)),
      h('li', {}, h('div', { class: 'stack' }, nameRow, h('div', { class: 'row' }, go, undo), notes)),
      h('li', {}, h('div', { class: 'stack' }, h('span', {}, 'Take the model along'), saved))));
  let busy = false;

  function refresh() { for (const i of work.items) if (i.card) { i.card.classList.toggle('marked', i.marked); i.card.querySelector('.mark').setAttribute('aria-pressed', String(i.marked)); } changed(); }
  function markLowest() {
    const some = work.items.filter((i) => i.result && !i.result.error).sort((a, b) => a.result.score - b.result.score);
    const n = Math.max(1, many.valueAsNumber || 1);
    work.items.forEach((i) => { i.marked = false; });
    some.slice(0, n).forEach((i) => { i.marked = true; });
    refresh();
  }

  async function change(action) {
    const some = work.items.filter((i) => i.marked);
    const model = current();
    const target = model.taught ? model.name : name.value.trim();
    if (!model.taught && !/^[A-Za-z0-9][A-Za-z0-9._+-]*$/.test(target)) { toast('Give the model a name: letters, digits, dots and hyphens', true); name.focus(); return; }
    busy = true; show();
    notes.replaceChildren(h('p', { class: 'note' }, `Looking at ${plural(some.length, 'good part')} …`));
    try {
      const query = `?action=${action}&pages=first` + (model.taught ? '' : `&base=${encodeURIComponent(model.base)}`);
      const body = { images: some.map((i) => i.id) };
      if (work.ignore && !model.taught) body.ignore = work.ignore;
      const r = await send('POST', `/v1/models/${encodeURIComponent(target)}/normal${query}`, body);
      notes.replaceChildren(h('p', { class: 'note' }, `${r.name} knows ${plural(r.references, 'reference')}. Where they end is now the threshold.`),
        ...r.remarks.map((t) => h('p', { class: 'note' }, t)));
      say(`${r.name} knows ${plural(r.references, 'reference')}`);
      for (const i of some) { i.marked = false; i.reference = action === 'add' ? r.name : undefined; }
      busy = false;
      await work.setModel(r.name);
    } catch (e) {
      notes.replaceChildren(h('p', { class: 'note bad', role: 'alert' }, e.message));
    } finally { busy = false; show(); }
  }
  function teach() { return change('add'); }
  function unteach() { return change('remove'); }

  function show() {
    const n = work.items.filter((i) => i.marked).length, model = current();
    if (!model) return;
    marked.textContent = n ? `${plural(n, 'image')} marked good.` : 'None is marked yet.';
    nameRow.hidden = model.taught;
    go.textContent = busy ? 'Teaching …' : model.taught ? `Add ${n || ''} to ${model.name}` : `Teach with ${n || 'marked ones'}`;
    go.disabled = busy || !n || !model.teachable || !!work.running;
    undo.hidden = !model.taught;
    undo.disabled = busy || !n || !!work.running;
    lowest.disabled = !work.items.some((i) => i.result && !i.result.error) || !!work.running;
    const own = Math.abs(work.threshold - work.own) > 1e-9;
    saved.replaceChildren(
      ...model.files.map((f) => h('button', { type: 'button', disabled: !model.references, onclick: () => download(`/v1/models/${encodeURIComponent(model.name)}/file?format=${f}`) }, f === 'onnx' ? 'ONNX file' : 'References')),
      ...(own && !work.batched ? [h('button', { type: 'button', onclick: async () => { try { await send('PATCH', `/v1/models/${encodeURIComponent(model.name)}`, { threshold: work.threshold }); work.own = work.threshold; await refreshModels(); changed(); toast(`${model.name} judges by ${work.threshold.toFixed(3)} now`); } catch (e) { toast(e.message, true); } } }, `Keep threshold ${work.threshold.toFixed(3)}`)] : []),
      ...(model.references ? [] : [h('span', { class: 'small mute' }, 'when it was taught')]));
    if (!model.teachable) notes.replaceChildren(h('p', { class: 'note' }, `${model.name} cannot be taught; choose a model with a backbone and an adapter.`));
  }
  return { element, show };
}
