import { h, $ } from './dom.js';

// openapi.json, readable.
try { const t = localStorage.getItem('headclip-theme'); if (t === 'dark' || t === 'light') document.documentElement.dataset.theme = t; } catch { /* not kept */ }
const api = await (await fetch('/openapi.json')).json();
const schemas = api.components.schemas;
const resolve = (s) => (s?.$ref ? s.$ref.split('/').slice(1).reduce((o, k) => o[k], api) : s);

function type(s) {
  if (!s) return '';
  if (s.$ref) { const n = s.$ref.split('/').pop(); return h('a', { href: '#' + n }, n); }
  if (s.enum) return s.enum.join(' | ');
  if (s.const !== undefined) return JSON.stringify(s.const);
  if (s.oneOf) return h('span', {}, ...s.oneOf.flatMap((x, i) => (i ? [' or ', type(x)] : [type(x)])));
  if (s.type === 'array') return h('span', {}, 'list of ', type(s.items) || 'values');
  const range = s.minimum !== undefined ? ` ${s.minimum} to ${s.maximum ?? '…'}` : '';
  return (Array.isArray(s.type) ? s.type.join(' or ') : s.format === 'binary' ? 'file' : s.type || 'any') + range;
}
const fields = (props, required = []) => h('table', {}, h('thead', {}, h('tr', {}, ...['Name', 'Type', 'Meaning'].map((t) => h('th', { scope: 'col' }, t)))), h('tbody', {}, ...Object.entries(props).map(([n, s]) => h('tr', {}, h('td', {}, h('code', {}, n), required.includes(n) ? ' *' : ''), h('td', {}, type(s)), h('td', {}, (s.description || '') + (s.default !== undefined ? ` (default: ${s.default})` : ''))))));

function example(method, path, o) {
  const url = `http://127.0.0.1:${location.port || 80}` + path.replace(/\{name\}/, 'part-a').replace(/\{id\}/, 'ID').replace(/\{(index|number)\}/, '0');
  const types = Object.keys(o.requestBody?.content || {});
  if (types.includes('multipart/form-data')) return `curl -F file=@a.jpg -F file=@b.jpg '${url}'`;
  if (types.length) return `curl -X ${method.toUpperCase()} -H 'Content-Type: application/json' -d '{…}' '${url}'`;
  return `curl ${method === 'get' ? '' : `-X ${method.toUpperCase()} `}'${url}'`;
}

function meaning(code) {
  for (const r of Object.values(api.components.responses)) {
    const m = r.description.match(new RegExp(`(?:^|; |\\()${code}(?:: ([^;]*)|\\)|$)`));
    if (m) return m[1] || r.description;
  }
  return '';
}

function operation(path, method, o) {
  const body = o.requestBody?.content || {};
  const answers = Object.entries(o.responses).map(([code, r]) => [code, resolve(r)]);
  return h('details', { id: o.operationId }, h('summary', {}, h('span', { class: 'verb ' + method }, method.toUpperCase()), ' ', h('code', {}, path), ' ', h('span', { class: 'mute' }, o.summary)),
    o.description && h('p', {}, o.description),
    h('pre', { tabIndex: 0 }, example(method, path, o)),
    o.parameters?.length && h('div', {}, h('h3', {}, 'Parameters'), fields(Object.fromEntries(o.parameters.map((p) => [p.name, { ...p.schema, description: p.description }])), o.parameters.filter((p) => p.required).map((p) => p.name))),
    Object.keys(body).length > 0 && h('div', {}, h('h3', {}, 'Body'), h('p', {}, o.requestBody.description || '', ' ', h('span', { class: 'mute' }, Object.keys(body).join(', '))), ...Object.entries(body).filter(([, b]) => b.schema?.properties).map(([t, b]) => h('div', {}, h('p', { class: 'small mute' }, t), fields(b.schema.properties, b.schema.required)))),
    h('h3', {}, 'Answers'), h('table', {}, h('tbody', {}, ...answers.map(([code, r]) => h('tr', {}, h('td', {}, h('code', {}, code)), h('td', {}, r.description), h('td', {}, ...Object.entries(r.content || {}).flatMap(([t, b], i) => [i ? h('br') : '', h('span', { class: 'small mute' }, t + ' '), type(b.schema)])))))));
}

const groups = Object.fromEntries(api.tags.map((t) => [t.name, []]));
for (const [path, methods] of Object.entries(api.paths)) for (const [m, o] of Object.entries(methods)) groups[o.tags[0]].push(operation(path, m, o));
$('doc').replaceChildren(h('h1', {}, 'HeadCLIP over HTTP'), h('p', {}, api.info.description),
  ...api.tags.map((t) => h('section', { 'aria-label': t.name }, h('h2', {}, t.name), h('p', { class: 'mute' }, t.description), ...groups[t.name])),
  h('section', { 'aria-label': 'Problems' }, h('h2', {}, 'Problems'), h('p', { class: 'mute' }, 'The code of an error, and what it means.'), h('table', {}, h('tbody', {}, ...schemas.Problem.properties.code.enum.map((c) => h('tr', { id: c }, h('td', {}, h('code', {}, c)), h('td', {}, meaning(c))))))),
  h('section', { 'aria-label': 'Objects' }, h('h2', {}, 'Objects'), ...Object.entries(schemas).map(([n, s]) => h('details', { id: n }, h('summary', {}, h('code', {}, n), ' ', h('span', { class: 'mute' }, s.description || '')), s.properties && fields(s.properties, s.required)))));
const wanted = location.hash && document.getElementById(location.hash.slice(1));
if (wanted) { wanted.open = true; wanted.scrollIntoView(); }
addEventListener('hashchange', () => { const e = document.getElementById(location.hash.slice(1)); if (e?.tagName === 'DETAILS') e.open = true; });
