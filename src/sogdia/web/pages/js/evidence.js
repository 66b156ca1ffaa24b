// The evidence: claims, events by year, the ledger of projects and finance, and sources.

import { read, write } from "./address.js";
import { announce, debounce, fill, h, s, safeLink, scrolled } from "./dom.js";
import { failure, getJSON, query } from "./http.js";
import { basisText, confidenceText, valueText, variableText } from "./panel.js";
import { table, twins } from "./table.js";
import { date, nameOf, t, word } from "./text.js";

const TABS = { claims, events, ledger, sources };
const PAGE = 50;

export default async function evidencePage(place) {
  const out = h("section", { id: "tab", role: "tabpanel", "aria-labelledby": "" });
  const ids = Object.keys(TABS);
  const tabs = ids.map((id) =>
    h("button", { role: "tab", type: "button", id: `tab-${id}`, "aria-controls": "tab", onclick: () => turn(id) }, t(`evidence.${id}`)));
  const open = async (id) => {
    write({ tab: id === "claims" ? null : id });
    tabs.forEach((b, i) => {
      b.setAttribute("aria-selected", String(ids[i] === id));
      b.tabIndex = ids[i] === id ? 0 : -1;
    });
    out.setAttribute("aria-labelledby", `tab-${id}`);
    fill(out, h("p", { class: "quiet" }, t("loading")));
    try {
      await TABS[id](out);
    } catch (error) {
      fill(out, failure(error));
    }
  };
  const turn = (id) => {
    write({ q: null, subject: null, source: null, domain: null }); // what was sought is of one list
    return open(id);
  };
  const keys = (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const next = (tabs.indexOf(document.activeElement) + step + tabs.length) % tabs.length;
    tabs[next].focus();
    turn(ids[next]);
  };
  fill(place, h("h1", null, t("evidence.title")), h("p", null, t("evidence.lead")),
    h("div", { class: "tabs", role: "tablist", "aria-label": t("evidence.title"), onkeydown: keys }, tabs), out);
  await open(ids.includes(read("tab")) ? read("tab") : "claims");
}

const sourceOf = (r) => safeLink(r.source_url, r.source_title ?? "");

/** When a claim holds; a whole year is a year. */
function holds({ holds_from: from, holds_to: to }) {
  const whole = from?.endsWith("-01-01") && to?.endsWith("-12-31");
  const ends = whole ? [from.slice(0, 4), to.slice(0, 4)] : [from, to];
  return [...new Set(ends.filter(Boolean))].map(date).join(" – ");
}

const COLUMNS = () => [
  { key: "subject", title: t("column.subject"), show: (r) => nameOf(r.subject, r.subject_name ?? r.subject) },
  { key: "variable", title: t("column.variable"), show: variableText },
  { key: "value", title: t("column.value"), number: true, show: valueText },
  { key: "holds_from", title: t("column.holds"), show: holds },
  { key: "source", title: t("column.source"), show: (r) => [sourceOf(r), r.says ? h("small", null, " ", h("q", null, r.says)) : null] },
  { key: "confidence", title: t("column.confidence"), show: (r) => confidenceText(r.confidence) },
  { key: "basis", title: t("column.basis"), show: (r) => basisText(r.basis) },
];

async function claims(out) {
  const asked = { q: read("q") ?? "", domain: read("domain") ?? "", subject: read("subject") ?? "", source: read("source") ?? "" };
  let offset = 0;
  const result = h("div", { "aria-live": "polite" });
  const find = async () => {
    write(asked);
    try {
      const got = await getJSON(`/api/v1/claims${query({ ...asked, limit: PAGE, offset })}`);
      const last = Math.min(offset + PAGE, got.total);
      const move = (by) => { offset += by; find(); };
      fill(result,
        table({ caption: t("evidence.claims.found", { n: got.total }), columns: COLUMNS(), rows: got.items }),
        h("div", { class: "pager" },
          h("button", { type: "button", disabled: offset === 0, onclick: () => move(-PAGE) }, t("pager.back")),
          h("span", null, t("pager.shown", { from: got.total ? offset + 1 : 0, to: last, n: got.total })),
          h("button", { type: "button", disabled: last >= got.total, onclick: () => move(PAGE) }, t("pager.on"))),
        twins("/api/v1/claims", query(asked)));
      announce(t("evidence.claims.found", { n: got.total }));
    } catch (error) {
      fill(result, failure(error));
    }
  };
  const soon = debounce(find, 250);
  const input = (key, type = "text") => {
    const node = h("input", { id: `claims-${key}`, type, value: asked[key], oninput: () => { asked[key] = node.value.trim(); offset = 0; soon(); } });
    return h("div", { class: "field" }, h("label", { for: `claims-${key}` }, t(`evidence.by.${key}`)), node);
  };
  const domains = ["", "network", "borders", "transport", "freight", "trade", "trade_matrix", "economy", "zones", "people", "finance", "energy", "digital", "prices"];
  const domain = h("select", { id: "claims-domain", onchange: () => { asked.domain = domain.value; offset = 0; find(); } },
    domains.map((d) => h("option", { value: d, selected: d === asked.domain }, d ? t(`domain.${d}`) : t("domain.all"))));
  fill(out,
    h("form", { class: "row", role: "search", onsubmit: (e) => { e.preventDefault(); find(); } },
      input("q", "search"), h("div", { class: "field" }, h("label", { for: "claims-domain" }, t("evidence.by.domain")), domain),
      input("subject"), input("source")),
    result);
  await find();
}

const yearOf = (row) => +String(row.date ?? "").slice(0, 4);

async function events(out) {
  const [got, history] = await Promise.all([getJSON("/api/v1/events"), getJSON("/api/v1/history")]);
  const rows = got.items;
  let words = read("q") ?? "";
  const result = h("div", { "aria-live": "polite" });
  const draw = () => {
    const found = rows.filter((r) => JSON.stringify(r).toLowerCase().includes(words.toLowerCase()));
    fill(result, years(found, history),
      table({
        caption: t("evidence.events.found", { n: found.length }),
        columns: [
          { key: "date", title: t("column.date"), show: (r) => date(r.date) },
          { key: "title", title: t("column.event"), show: (r) => [r.title, h("br"), h("small", null, r.summary)] },
          { key: "parties", title: t("column.parties"), show: (r) => parties(r.parties) },
          { key: "kind", title: t("column.type"), show: (r) => word(`event.${r.kind}`, r.kind) },
          { key: "became", title: t("column.became"), show: (r) => word(`became.${r.became}`, r.became) },
          { key: "source", title: t("column.source"), show: sourceOf },
        ],
        rows: found, limit: 80,
      }));
  };
  const soon = debounce(() => { write({ q: words }); draw(); }, 150);
  const input = h("input", { id: "events-q", type: "search", value: words, oninput: () => { words = input.value; soon(); } });
  fill(out, h("div", { class: "row", role: "search" }, h("div", { class: "field" }, h("label", { for: "events-q" }, t("evidence.by.q")), input)), result, twins("/api/v1/events"));
  draw();
}

const parties = (value) =>
  (Array.isArray(value) ? value : String(value ?? "").split(/[;,]\s*/)).filter(Boolean).map((c) => nameOf(c, c)).join(", ");

/** Events by year as bars, with the phases under them. */
function years(rows, history) {
  const counted = new Map();
  for (const r of rows) counted.set(yearOf(r), (counted.get(yearOf(r)) ?? 0) + 1);
  const first = history.years[0];
  const last = Math.max(...[...counted.keys()].filter(Number.isFinite), first + 1);
  const [wide, high] = [760, 150];
  const top = Math.max(1, ...counted.values());
  const step = wide / (last - first + 1);
  const bars = [];
  for (let y = first; y <= last; y++) {
    const n = counted.get(y) ?? 0;
    const tall = (n / top) * (high - 52);
    bars.push(s("rect", { x: (y - first) * step + 1, width: step - 2, y: high - 34 - tall, height: tall, fill: "var(--accent)" }, s("title", null, `${y}: ${n}`)));
    if (n === top) bars.push(s("text", { x: (y - first + 0.5) * step, y: high - 38 - tall, "text-anchor": "middle" }, String(n)));
    if (y % 5 === 0) bars.push(s("text", { x: (y - first + 0.5) * step, y: high - 20, "text-anchor": "middle" }, String(y)));
  }
  const phases = history.phases.map((p, i) => {
    const x = Math.max(0, (+String(p.from ?? first).slice(0, 4) - first) * step);
    return [s("line", { x1: x, x2: x, y1: 4, y2: high - 12, stroke: "var(--edge)", "stroke-dasharray": "2 3" }), s("text", { x: x + 3, y: high - 4 }, word(`phase.${i + 1}`, p.name))];
  });
  const label = t("evidence.events.chart", { n: rows.length, first: String(first), last: String(last) });
  return scrolled(label, s("svg", { class: "chart", viewBox: `0 0 ${wide} ${high}`, role: "img", "aria-label": label }, phases, bars));
}

async function ledger(out) {
  const { items: rows } = await getJSON("/api/v1/ledger");
  fill(out,
    h("p", { class: "quiet" }, t("evidence.ledger.note")),
    table({
      caption: t("evidence.ledger.found", { n: rows.length }),
      columns: [
        { key: "name", title: t("column.name") },
        { key: "country", title: t("column.country"), show: (r) => parties(r.countries) },
        { key: "sector", title: t("column.sector"), show: (r) => (r.sector ? word(`sector.${r.sector}`, r.sector) : "") },
        { key: "date", title: t("column.date"), show: (r) => date(r.date) },
        { key: "status", title: t("column.status"), show: (r) => word(`status.${r.status}`, r.status) },
        { key: "amount_usd_million", title: t("column.cost"), number: true },
        { key: "counted_usd_million", title: t("column.counted"), number: true },
        { key: "lender", title: t("column.financiers"), show: (r) => [r.lender, r.terms ? h("small", null, h("br"), r.terms) : null] },
        { key: "source_title", title: t("column.source"), show: sourceOf },
      ],
      rows, limit: 80,
    }),
    twins("/api/v1/ledger"));
}

async function sources(out) {
  const { items: rows } = await getJSON("/api/v1/sources");
  fill(out,
    table({
      caption: t("evidence.sources.found", { n: rows.length }),
      columns: [
        { key: "title", title: t("column.source"), show: (r) => safeLink(r.url, r.title ?? r.id) },
        { key: "publisher", title: t("column.publisher") },
        { key: "licence", title: t("column.licence"), show: (r) => r.licence || t("absent") },
        { key: "tier", title: t("column.tier"), show: (r) => word(`tier.${r.tier}`, r.tier) },
        { key: "retrieved", title: t("column.retrieved"), show: (r) => (r.retrieved ? date(r.retrieved) : t("absent")) },
      ],
      rows, limit: 60,
    }),
    twins("/api/v1/sources"));
}
