// Elements from values: text is always text, never markup.
export function h(name, props = {}, ...children) {
  const e = document.createElement(name);
  for (const [k, v] of Object.entries(props)) {
    if (v === undefined || v === null || v === false) continue;
    if (k.startsWith('on')) e.addEventListener(k.slice(2), v);
    else if (k === 'class') e.className = v;
    else if (k in e && k !== 'list' && k !== 'form') e[k] = v;
    else e.setAttribute(k, v === true ? '' : v);
  }
  e.append(...children.flat().filter((c) => c !== undefined && c !== null && c !== false));
  return e;
}

export function svg(name, props = {}, ...children) {
  const e = document.createElementNS('http://www.w3.org/2000/svg', name);
  for (const [k, v] of Object.entries(props)) e.setAttribute(k, v);
  e.append(...children);
  return e;
}

export const $ = (id) => document.getElementById(id);

export function say(text) { $('status').textContent = text; }

export function toast(text, bad = false) {
  const t = h('div', { class: 'toast' + (bad ? ' bad' : ''), role: bad ? 'alert' : 'status' },
    h('span', { class: 'grow' }, text),
    h('button', { type: 'button', 'aria-label': 'Dismiss', onclick: () => t.remove() }, '×'));
  $('toasts').append(t);
  setTimeout(() => t.remove(), bad ? 15000 : 6000);
}

export function segmented(label, choices, value, change) {
  const box = h('div', { class: 'seg', role: 'group', 'aria-label': label });
  const set = (v) => { for (const b of box.children) b.setAttribute('aria-pressed', String(b.dataset.value === v)); };
  for (const [v, text] of choices) {
    const b = h('button', { type: 'button', onclick: () => { set(v); change(v); } }, text);
    b.dataset.value = v;
    box.append(b);
  }
  set(value);
  box.set = set;
  return box;
}

export function download(url) {
  const a = h('a', { href: url, download: '' });
  document.body.append(a);
  a.click();
  a.remove();
}

export const plural = (n, one, many = one + 's') => `${n} ${n === 1 ? one : many}`;
