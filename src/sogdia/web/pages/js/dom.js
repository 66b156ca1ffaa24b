// Elements from code. Text is always set as text: nothing that came from outside becomes HTML.

const SVG = "http://www.w3.org/2000/svg";

function make(node, props, children) {
  for (const [name, value] of Object.entries(props ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "value" || name === "checked" || name === "selected") node[name] = value;
    else node.setAttribute(name, value === true ? "" : String(value));
  }
  node.append(...children.flat(Infinity).filter((c) => c !== null && c !== undefined && c !== false));
  return node;
}

/** An element; children are nodes or text. */
export const h = (tag, props, ...children) => make(document.createElement(tag), props, children);

/** An SVG element. */
export const s = (tag, props, ...children) =>
  make(document.createElementNS(SVG, tag), props, children);

/** Put nodes in place of all that is in `parent`. */
export function fill(parent, ...children) {
  parent.replaceChildren(...children.flat(Infinity).filter((c) => c !== null && c !== undefined && c !== false));
  return parent;
}

/** Say something to people who do not see the page. */
export function announce(text) {
  const live = document.getElementById("live");
  if (live) live.textContent = text;
}

/** `run` once, `wait` ms after the last call. */
export function debounce(run, wait) {
  let timer = 0;
  return (...given) => {
    clearTimeout(timer);
    timer = setTimeout(() => run(...given), wait);
  };
}

/** Only addresses that a browser opens as a page. */
export function safeLink(url, text) {
  return /^https?:\/\//i.test(url ?? "")
    ? h("a", { href: url, rel: "noreferrer noopener", target: "_blank" }, text)
    : text;
}

/** A drawing that keeps a readable size on a narrow screen and scrolls there by itself. */
export const scrolled = (label, drawing) =>
  h("div", { class: "wide", role: "region", tabindex: 0, "aria-label": label }, drawing);

let count = 0;
/** An id that no other element has. */
export const freshId = (word) => `${word}-${++count}`;
