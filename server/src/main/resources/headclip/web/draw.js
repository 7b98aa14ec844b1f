// Heat maps and contours on canvases, from eight bits of the map.
const STOPS = [[0, 48, 18, 59], [0.13, 70, 107, 227], [0.28, 40, 187, 235], [0.42, 49, 242, 153], [0.55, 162, 252, 60], [0.68, 237, 208, 58], [0.8, 251, 128, 34], [0.92, 209, 47, 4], [1, 122, 4, 2]];
const COLOURS = new Uint8Array(256 * 3);
for (let i = 0; i < 256; i++) {
  const t = i / 255;
  const k = STOPS.findIndex((s) => s[0] >= t) || 1;
  const a = STOPS[k - 1], b = STOPS[k], u = (t - a[0]) / (b[0] - a[0]);
  for (let c = 0; c < 3; c++) COLOURS[3 * i + c] = a[c + 1] + u * (b[c + 1] - a[c + 1]);
}
export const colour = (t) => { const i = Math.max(0, Math.min(255, Math.round(255 * t))); return `rgb(${COLOURS[3 * i]},${COLOURS[3 * i + 1]},${COLOURS[3 * i + 2]})`; };

const maps = new Map();
// {w, h, v: Uint8Array}; those looked at last are kept.
export async function map(url) {
  if (maps.has(url)) { const m = maps.get(url); maps.delete(url); maps.set(url, m); return m; }
  const r = await fetch(url, { credentials: 'same-origin' });
  if (!r.ok) throw new Error('no map');
  const bitmap = await createImageBitmap(await r.blob());
  const c = new OffscreenCanvas(bitmap.width, bitmap.height);
  const g = c.getContext('2d', { willReadFrequently: true });
  g.drawImage(bitmap, 0, 0);
  const d = g.getImageData(0, 0, bitmap.width, bitmap.height).data;
  const v = new Uint8Array(d.length / 4);
  for (let i = 0; i < v.length; i++) v[i] = d[4 * i];
  const m = { w: bitmap.width, h: bitmap.height, v };
  maps.set(url, m);
  if (maps.size > 400) maps.delete(maps.keys().next().value);
  return m;
}

// Draws into a canvas of the image's shape, so that it lies over it however that is fitted.
export function paint(canvas, m, shape, how, opacity, cut) {
  const scale = Math.min(1, (canvas.dataset.side || 512) / Math.max(shape.width, shape.height));
  canvas.width = Math.max(1, Math.round(shape.width * scale));
  canvas.height = Math.max(1, Math.round(shape.height * scale));
  const g = canvas.getContext('2d');
  g.clearRect(0, 0, canvas.width, canvas.height);
  if (how === 'none' || !m) return;
  if (how === 'heat') {
    const c = new OffscreenCanvas(m.w, m.h), q = c.getContext('2d'), d = q.createImageData(m.w, m.h);
    for (let i = 0; i < m.v.length; i++) {
      const t = m.v[i];
      d.data[4 * i] = COLOURS[3 * t]; d.data[4 * i + 1] = COLOURS[3 * t + 1]; d.data[4 * i + 2] = COLOURS[3 * t + 2];
      // what is low is seen through
      d.data[4 * i + 3] = Math.min(255, 40 + 1.5 * t);
    }
    q.putImageData(d, 0, 0);
    g.globalAlpha = opacity;
    g.imageSmoothingQuality = 'high';
    g.drawImage(c, 0, 0, canvas.width, canvas.height);
    g.globalAlpha = 1;
  }
  contour(g, m, canvas, cut);
}

// Marching squares over the map's grid.
function contour(g, m, canvas, cut) {
  const t = cut * 255, sx = canvas.width / m.w, sy = canvas.height / m.h;
  const at = (x, y) => (x < 0 || y < 0 || x >= m.w || y >= m.h ? -1 : m.v[y * m.w + x]);
  const path = new Path2D();
  const mid = (a, b) => (t - a) / (b - a);
  for (let y = -1; y < m.h; y++) {
    for (let x = -1; x < m.w; x++) {
      const a = at(x, y), b = at(x + 1, y), c = at(x + 1, y + 1), d = at(x, y + 1);
      const k = (a >= t) | ((b >= t) << 1) | ((c >= t) << 2) | ((d >= t) << 3);
      if (k === 0 || k === 15) continue;
      const px = (x + 0.5) * sx, py = (y + 0.5) * sy;
      const top = [px + mid(a, b) * sx, py], right = [px + sx, py + mid(b, c) * sy], bottom = [px + mid(d, c) * sx, py + sy], left = [px, py + mid(a, d) * sy];
      const line = (p, q) => { path.moveTo(p[0], p[1]); path.lineTo(q[0], q[1]); };
      if (k === 1 || k === 14) line(left, top);
      else if (k === 2 || k === 13) line(top, right);
      else if (k === 4 || k === 11) line(right, bottom);
      else if (k === 8 || k === 7) line(bottom, left);
      else if (k === 3 || k === 12) line(left, right);
      else if (k === 6 || k === 9) line(top, bottom);
      else { line(left, top); line(right, bottom); }
    }
  }
  const w = Math.max(1.5, Math.max(canvas.width, canvas.height) / 260);
  g.lineJoin = 'round';
  g.strokeStyle = 'rgba(0,0,0,.65)'; g.lineWidth = 2.2 * w; g.stroke(path);
  g.strokeStyle = '#ffd43b'; g.lineWidth = w; g.stroke(path);
}

export function boxes(canvas, shape, some, hot) {
  const g = canvas.getContext('2d'), s = canvas.width / shape.width;
  some.forEach((r, i) => {
    if (i !== hot) return;
    g.strokeStyle = '#fff'; g.lineWidth = 3;
    g.strokeRect(r.box[0] * s, r.box[1] * s, r.box[2] * s, r.box[3] * s);
  });
}
