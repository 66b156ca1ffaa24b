// Texts, names, numbers and dates in the reader's language.

import { getKept } from "./http.js";

export const LANGUAGES = ["en", "ru", "zh"];
const TAGS = { en: "en-GB", ru: "ru-RU", zh: "zh-Hans-CN" };
const HTML_TAGS = { en: "en", ru: "ru", zh: "zh-Hans" };

let code = "en";
let texts = {};
let places = {};
let indicators = {};
const missing = new Set();

/** The language asked for by address, by an earlier choice, or by the browser. */
export function wanted() {
  const asked = new URLSearchParams(location.search).get("lang");
  let kept = null;
  try {
    kept = localStorage.getItem("sogdia.lang");
  } catch {
    kept = null; // storage may be off
  }
  const browser = (navigator.languages ?? []).map((l) => l.slice(0, 2));
  return [asked, kept, ...browser].find((l) => LANGUAGES.includes(l)) ?? "en";
}

export async function load(language) {
  const got = await getKept(`/api/v1/languages/${language}`);
  [code, texts, places] = [language, got.interface ?? {}, got.places ?? {}];
  indicators = got.indicators ?? {};
  document.documentElement.lang = HTML_TAGS[code];
  document.cookie = `lang=${code};path=/;samesite=lax;max-age=31536000`;
  try {
    localStorage.setItem("sogdia.lang", code);
  } catch {
    return; // storage may be off; the cookie and the address still carry it
  }
}

export const current = () => code;

/** A text by key; an integer `n` chooses the plural form. */
export function t(key, values) {
  let text = texts[key];
  if (values && Number.isFinite(values.n)) {
    text = texts[`${key}#${new Intl.PluralRules(TAGS[code]).select(values.n)}`] ?? texts[`${key}#other`] ?? text;
  }
  if (text === undefined) {
    missing.add(key);
    document.documentElement.dataset.missing = [...missing].join(" ");
    return key;
  }
  if (!values) return text;
  return text.replace(/\{(\w+)\}/g, (whole, name) => {
    const value = values[name];
    if (value === undefined) return whole;
    return typeof value === "number" ? number(value) : String(value);
  });
}

/** A text by a key made at run time, or `fallback` where no language has it. */
export const word = (key, fallback) => texts[key] ?? fallback;

/** What an indicator of a model is, in the reader's language where the catalog has it. */
export function indicatorText(variable, title) {
  if (code === "en") return title;
  if (variable.startsWith(INDEX) && title.startsWith(INDEX_TITLE)) {
    const said = indicators[`index.${variable.slice(INDEX.length)}`];
    return filled("indicator.of-the-index", { title: said ?? title.slice(INDEX_TITLE.length) });
  }
  const notes = [];
  let base = variable;
  for (const [ending, note] of ENDINGS) {
    if (!base.endsWith(ending)) continue;
    base = base.slice(0, -ending.length);
    notes.unshift(note);
  }
  if (!indicators[`indicator.${base}`]) return title;
  if (title.includes("on the appraisal's flow")) notes.unshift("indicator.on-flow");
  const told = filled(`indicator.${base}`, { year: first(/\b((?:19|20)\d\d)\b/, title), rate: first(/\b([\d.]+) % real/, title) });
  return notes.reduce((text, note) => filled(note, { title: text, rate: first(/the loan at ([\d.]+) %/, title) }), told);
}

/** As the report says them: endings of a figure on other terms, the last first. */
const ENDINGS = [["_stated", "indicator.on-stated"], ["_at_rate", "indicator.at-rate"]];
const [INDEX, INDEX_TITLE] = ["indicator_", "indicator of the index: "];
const first = (pattern, text) => pattern.exec(text)?.[1] ?? "";
const filled = (key, values) => (indicators[key] ?? "{title}").replace(/\{(\w+)\}/g, (all, k) => values[k] ?? all);

/** A part of a linkage, in the reader's language where the catalog has it. */
export const partText = (part) => indicators[`part.${part.toLowerCase().replaceAll(" ", "-")}`] ?? part;

/** The name of a place, zone, post or country in the reader's language. */
export const name = (id, fallback) => places[id] ?? fallback ?? id;

/** The name of a link: both ends by name where they have one. */
export function linkName(id, fallback) {
  const ends = /^\w+:([\w.-]+)~([\w.-]+)/.exec(id ?? "");
  if (!ends || (code === "en" && fallback && fallback !== id)) return fallback ?? id;
  return ends.slice(1).map((p) => name(p, p)).join(" – ");
}

/** A name for any id: place, zone, post, crossing, transfer, tariff or link. */
export function nameOf(id, fallback) {
  if (places[id]) return places[id];
  const crossing = /^([\w-]+\.[\w-]+)(?::(\w+))?(?:>([A-Z]{3}))?(?:@([A-Z]{3})\/(\w+))?$/.exec(id ?? "");
  if (crossing && places[crossing[1]]) {
    const [, post, mode, towards, side, way] = crossing;
    return [
      places[post], mode ? word(`mode.${mode}`, mode) : "", towards ? `→ ${name(towards, towards)}` : "",
      side ? `${name(side, side)}: ${word(`way.${way}`, way)}` : "",
    ].filter(Boolean).join(" · ");
  }
  const placed = /^(transfer|mode):([\w-]+)\/(?:.*\/)?([\w.-]+)$/.exec(id ?? "");
  if (placed) {
    const [, table, what, where] = placed;
    const kind = table === "mode" ? word(`mode.${what}`, what) : word(`leg.${what}`, what);
    return `${kind} – ${name(where, where)}`;
  }
  return linkName(id, fallback);
}

const formats = new Map();
/** A formatter of numbers in this language; to make one takes longer than to use it a hundred times. */
function format(options) {
  const key = code + JSON.stringify(options);
  if (!formats.has(key)) formats.set(key, new Intl.NumberFormat(TAGS[code], options));
  return formats.get(key);
}

/** A number as the language writes it; a word where it is absent. */
export function number(x, digits) {
  if (x === null || x === undefined || Number.isNaN(x)) return t("absent");
  if (typeof x !== "number") return String(x);
  const size = Math.abs(x);
  const shown = digits ?? (size >= 1000 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : size === 0 ? 0 : 3);
  const limits = digits === undefined ? { maximumFractionDigits: shown } : { minimumFractionDigits: shown, maximumFractionDigits: shown };
  const options = size > 0 && size < 0.001 ? { maximumSignificantDigits: 2 } : limits;
  // The thin space of the SI: half of the readers of an English page take a comma for a decimal sign.
  return format(options)
    .formatToParts(x)
    .map((p) => (p.type === "group" && code === "en" ? "\u202f" : p.type === "minusSign" ? "\u2212" : p.value))
    .join("");
}

/** With its sign, for a change. */
export const signed = (x, digits) =>
  typeof x === "number" && x > 0 ? `+${number(x, digits)}` : number(x, digits);

export function percent(x, digits = 1) {
  if (x === null || x === undefined) return t("absent");
  const limits = x !== 0 && Math.abs(x) < 0.5 * 10 ** (-2 - digits) ? { maximumSignificantDigits: 1 } : { maximumFractionDigits: digits };
  return format({ style: "percent", ...limits })
    .format(x)
    .replace("-", "\u2212");
}

export const signedPercent = (x, digits) =>
  typeof x === "number" && x > 0 ? `+${percent(x, digits)}` : percent(x, digits);

/** A day in full; a month or a year where no more is known. */
export function date(iso) {
  if (!iso) return t("absent");
  const parts = /^(\d{4})(?:-(\d\d))?(?:-(\d\d))?/.exec(String(iso));
  if (!parts) return String(iso);
  const [, y, m, d] = parts;
  const style = d ? { day: "numeric", month: "long", year: "numeric" } : m ? { month: "long", year: "numeric" } : { year: "numeric" };
  return new Intl.DateTimeFormat(TAGS[code], { ...style, timeZone: "UTC" })
    .format(new Date(Date.UTC(+y, m ? m - 1 : 0, d ? +d : 1)))
    .replace(/\sг\.$/, "");
}

/** A value with its band and unit. */
export function estimate(value, low, high, unit, digits) {
  const band = typeof low === "number" && typeof high === "number" && (low !== value || high !== value);
  const text = band ? t("band", { value: number(value, digits), low: number(low, digits), high: number(high, digits) }) : number(value, digits);
  return unit && unit !== "1" ? `${text} ${unitText(unit)}` : text;
}

/** A unit as people write it. */
export const unitText = (unit) => (unit === "1" ? "" : (texts[`unit.${unit}`] ?? unit ?? ""));
