import { h, svg } from './dom.js';

// Scores as bars, and the threshold: dragged, by keys, or typed.
export function histogram(change) {
  const W = 320, H = 120, BINS = 40;
  const range = h('input', { type: 'range', min: 0, max: 1, step: 0.001, 'aria-label': 'Threshold' });
  const number = h('input', { type: 'number', min: 0, max: 1, step: 0.001, class: 'num', 'aria-label': 'Threshold as a number' });
  const own = h('button', { type: 'button', class: 'quiet small' }, 'Model’s own');
  const plot = h('div', { class: 'hist' });
  const box = h('div', { class: 'stack' }, plot, h('div', { class: 'thr' }, range, number), h('div', { class: 'row' }, own));
  let typed = false, scores = [], cut = 0.5, usual = 0.5;

  function draw() {
    const bins = new Array(BINS).fill(0);
    for (const s of scores) bins[Math.min(BINS - 1, Math.floor(s * BINS))]++;
    const most = Math.max(1, ...bins);
    const g = svg('svg', { viewBox: `0 0 ${W} ${H + 18}`, preserveAspectRatio: 'none', role: 'img', 'aria-label': `Histogram of ${scores.length} scores; ${scores.filter((s) => s >= cut).length} reach the threshold ${cut.toFixed(3)}` });
    bins.forEach((n, i) => {
      const y = n ? Math.max(3, (n / most) * (H - 6)) : 0;
      g.append(svg('rect', { x: (i * W) / BINS + 1, y: H - y, width: W / BINS - 2, height: y, rx: 1.5, class: (i + 0.5) / BINS >= cut ? 'b-bad' : 'b-good' }));
    });
    g.append(svg('line', { x1: 0, x2: W, y1: H, y2: H, class: 'own' }));
    g.append(svg('line', { x1: usual * W, x2: usual * W, y1: 0, y2: H, class: 'own' }));
    g.append(svg('line', { x1: cut * W, x2: cut * W, y1: 0, y2: H, class: 'cut' }));
    for (const t of [0, 0.25, 0.5, 0.75, 1]) {
      const text = svg('text', { x: Math.min(W - 14, Math.max(2, t * W - 8)), y: H + 14 });
      text.textContent = t;
      g.append(text);
    }
    plot.replaceChildren(g);
    range.value = cut;
    if (!typed) number.value = cut.toFixed(3);
    own.disabled = Math.abs(cut - usual) < 1e-9;
  }
  function set(v) {
    if (!Number.isFinite(v)) return;
    cut = Math.max(0, Math.min(1, v));
    draw();
    change(cut);
  }
  range.addEventListener('input', () => set(+range.value));
  number.addEventListener('input', () => { typed = true; set(parseFloat(number.value)); typed = false; });
  own.addEventListener('click', () => set(usual));
  const drag = (e) => { const r = plot.getBoundingClientRect(); set((e.clientX - r.left) / r.width); };
  plot.addEventListener('pointerdown', (e) => { plot.setPointerCapture(e.pointerId); drag(e); });
  plot.addEventListener('pointermove', (e) => { if (plot.hasPointerCapture(e.pointerId)) drag(e); });
  return {
    element: box,
    show(some, threshold, modelsOwn) { scores = some; cut = threshold; usual = modelsOwn; draw(); },
  };
}
