// The server's answers; errors are its one-line reasons.
export class Refused extends Error {
  constructor(problem, status) { super(problem.detail || problem.title || `HTTP ${status}`); this.code = problem.code; this.status = status; }
}

let unauthorized = () => {};
export function onUnauthorized(f) { unauthorized = f; }

async function answer(r) {
  if (r.ok) return r;
  let problem = {};
  try { problem = await r.json(); } catch { /* no JSON */ }
  if (r.status === 401) unauthorized();
  throw new Refused(problem, r.status);
}

async function ask(path, options = {}) {
  try { return await answer(await fetch(path, { credentials: 'same-origin', ...options })); } catch (e) {
    if (e instanceof TypeError) throw new Error('the server does not answer; is it still running?');
    throw e;
  }
}

export const get = async (path) => (await ask(path)).json();
export const bytes = async (path) => (await ask(path)).blob();
export async function send(method, path, body) {
  const r = await ask(path, { method, headers: body === undefined ? {} : { 'Content-Type': 'application/json' }, body: body === undefined ? undefined : JSON.stringify(body) });
  return r.status === 204 ? undefined : r.json();
}

// Uploads in parts that the server takes; told of how many are there.
export async function upload(files, limits, progress, stopped) {
  const parts = [];
  let part = [], size = 0;
  for (const f of files) {
    if (part.length && (part.length >= Math.min(16, limits.max_images) || size + f.file.size > limits.max_request_bytes / 2)) { parts.push(part); part = []; size = 0; }
    part.push(f); size += f.file.size;
  }
  if (part.length) parts.push(part);
  const found = [];
  let done = 0;
  for (const p of parts) {
    if (stopped()) break;
    try {
      await one(p);
    } catch (e) { e.found = found; throw e; }
  }
  return found;

  async function one(p) {
    const form = new FormData();
    for (const f of p) form.append('file', f.file, f.name);
    const r = await (await ask('/v1/images', { method: 'POST', body: form })).json();
    found.push(...r.images);
    done += p.length;
    progress(done);
  }
}

// Server-sent events until the end; comes back after a broken line where it left off.
export function events(path, on) {
  const source = new EventSource(path);
  for (const name of Object.keys(on)) source.addEventListener(name, (e) => on[name](e.data ? JSON.parse(e.data) : undefined, source));
  source.addEventListener('error', () => (source.readyState === EventSource.CLOSED ? on.lost : on.again)?.());
  return () => source.close();
}
