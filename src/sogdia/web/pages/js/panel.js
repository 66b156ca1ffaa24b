// What is believed of one thing on one date, from which sources, and what else is claimed.

import { announce, fill, h, safeLink } from "./dom.js";
import { failure, getJSON, query } from "./http.js";
import { date, estimate, nameOf, number, t, word } from "./text.js";

/** What a row is about: in the reader's language where the catalog has it, else the register's title. */
export const variableText = (row) =>
  word(`variable.${row.variable}`, row.title ?? String(row.variable ?? "").replaceAll("_", " "));
export const basisText = (basis) => word(`basis.${basis}`, basis ?? "");
export const confidenceText = (c) => word(`confidence.${c}`, c ?? "");

/** A claim's value: a number with band and unit, or a word. */
export function valueText(row) {
  if (typeof row.value === "number") return estimate(row.value, row.low, row.high, row.unit);
  return word(`status.${row.value}`, row.value ?? t("absent"));
}

function source(row) {
  const when = row.date;
  return [safeLink(row.source_url, String(row.source_title ?? "")), when ? `, ${date(when)}` : "",
    row.confidence ? ` · ${t("panel.confidence", { level: confidenceText(row.confidence) })}` : "", row.basis ? ` · ${basisText(row.basis)}` : "",
    row.says ? [" · ", h("q", null, row.says)] : ""]; // what authors say is quoted as theirs
}

/** `more` is shown under the name: what the map adds to the evidence. */
export async function showEntity(panel, id, fallback, on, onclose, more = null) {
  fill(panel, h("p", { class: "quiet" }, t("loading")));
  let found;
  try {
    found = await getJSON(`/api/v1/entities/${encodeURIComponent(id)}${query({ on })}`);
  } catch (error) {
    fill(panel, failure(error));
    return;
  }
  const rivals = grouped(found.rivals ?? []);
  const title = nameOf(found.id ?? id, found.name ?? fallback ?? id);
  const close = h("button", { class: "plain closer", type: "button", onclick: () => { fill(panel, h("p", { class: "quiet" }, t("map.click"))); onclose(); } }, t("panel.close"));
  const beliefs = (found.rows ?? []).map((row) =>
    h("div", { class: "belief" },
      h("dt", null, variableText(row), row.subject && row.subject !== found.id
        ? h("small", null, ` – ${nameOf(row.subject, row.subject_name ?? row.subject).replace(`${title} · `, "")}`) : null),
      h("dd", null,
        h("span", { class: "what" }, valueText(row)), row.carried ? h("small", null, ` (${t("panel.carried")})`) : null,
        h("div", null, h("small", null, source(row))),
        rivals.get(about(row))?.length
          ? h("details", null, h("summary", null, t("panel.rivals", { n: rivals.get(about(row)).length })),
              h("ul", null, rivals.get(about(row)).map((r) => h("li", null, valueText(r), " – ", source(r)))))
          : null)));
  fill(panel,
    close,
    h("h2", { tabindex: -1 }, title),
    h("p", { class: "quiet" }, found.name && found.name !== title ? `${found.name} · ` : null, h("code", null, found.id ?? id), ` · ${date(on)}`),
    more,
    beliefs.length ? h("dl", null, beliefs) : h("p", null, t("panel.nothing")),
    named(t("panel.projects"), found.projects),
    named(t("panel.measures"), found.measures),
    h("p", null, h("a", { href: `/evidence?subject=${encodeURIComponent(found.id ?? id)}` }, t("panel.claims")),
      /^((rail|road|sea|air):|[a-z]{2}-[a-z]{2}\.)/.test(found.id ?? id) ? [" · ", h("a", { href: `/scenario?target=${encodeURIComponent(found.id ?? id)}` }, t("panel.scenario"))] : null));
  announce(t("panel.shown", { name: title, n: beliefs.length }));
  panel.querySelector("h2").focus({ preventScroll: false });
}

const about = (row) => `${row.subject} ${row.variable}`;

function grouped(rows) {
  const found = new Map();
  for (const r of rows) found.set(about(r), [...(found.get(about(r)) ?? []), r]);
  return found;
}

function named(title, list) {
  if (!list?.length) return null;
  return [h("h3", null, title), h("ul", null, list.map((p) => {
    const text = typeof p === "string" ? p : (p.name ?? p.title ?? p.id);
    const cost = typeof p.cost_usd_million === "number" ? `, ${number(p.cost_usd_million)} ${t("unit.musd")}` : "";
    return h("li", null, p.scenario ? h("a", { href: `/scenario?id=${encodeURIComponent(p.scenario)}` }, text) : text,
      p.status ? ` (${word(`status.${p.status}`, p.status)}${cost})` : cost);
  }))];
}
