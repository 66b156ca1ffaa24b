// From a figure of a run to the claims and measures it rests on.

import { announce, fill, freshId, h, safeLink } from "./dom.js";
import { failure, getJSON, query } from "./http.js";
import { basisText, variableText } from "./panel.js";
import { table } from "./table.js";
import { date, estimate, nameOf, number, percent, signedPercent, t, word } from "./text.js";

/** What a skim has of a pair, and what a run has of a zone. */
export const OF_PAIR = ["gencost_usd2023_per_t", "time_h", "time_p90_h", "border_h", "money_usd2023_per_t", "emission_kgco2_per_t", "distance_km"];
export const OF_ZONE = ["access_cost_usd2023_per_t", "access_time_h"];

/** `asked`: { entity, commodity, title, variables, on? }. Opens over the page; Escape or the button closes it. */
export function showTrace(place, run, asked) {
  const id = freshId("trace");
  const body = h("div", { "aria-live": "polite" });
  const choice = h("select", { id: `${id}-figure`, onchange: () => draw(choice.value) },
    asked.variables.map((v) => h("option", { value: v }, asked.variables.length > 1 ? t(`trace.q.${v}`) : asked.title)));
  const box = h("dialog", { class: "trace", "aria-labelledby": id, onclose: () => box.remove() },
    h("form", { method: "dialog" }, h("button", { class: "closer", type: "submit" }, t("trace.close"))),
    h("h2", { id }, t("trace.title")),
    h("p", null, asked.title),
    asked.variables.length > 1 ? h("div", { class: "field" }, h("label", { for: `${id}-figure` }, t("trace.quantity")), choice) : null, body);
  const draw = async (variable) => {
    fill(body, h("p", { class: "quiet" }, t("loading")));
    try {
      const found = await getJSON(`/api/v1/trace/${run}${query({ variable, entity: asked.entity, class: asked.commodity, on: asked.on })}`);
      if (choice.value !== variable) return;
      fill(body, answer(found));
      announce(t("trace.claims", { n: found.lines.length }));
    } catch (error) {
      fill(body, failure(error));
    }
  };
  place.append(box);
  box.showModal();
  draw(choice.value);
}

/** A share of one in per cent, as where it was clicked. */
const amountOf = (found) =>
  found.unit === "1" && /_share$/.test(found.variable) ? signedPercent(found.amount, 3) : estimate(found.amount, null, null, found.unit);

function answer(found) {
  return [
    h("p", null, h("strong", null, t("trace.amount", { amount: amountOf(found), on: date(found.on) })), " ",
      found.assumed_share === null ? null : t("trace.assumed", { share: percent(found.assumed_share, 0) })),
    found.notes.map((n) => h("p", { class: "quiet", lang: "en" }, n)),
    found.legs.length ? table({
      caption: t("trace.legs"),
      columns: [
        { key: "name", title: t("trace.leg"), show: (r) => [word(`leg.${r.kind}`, ""), " ", h("span", { lang: "en" }, r.name)] },
        { key: "amount", title: t("trace.amount_of"), number: true, show: (r) => number(r.amount) },
        { key: "share", title: t("trace.share"), number: true, show: (r) => percent(r.share, 0) },
      ],
      rows: found.legs, sortable: false,
    }) : null,
    claims(found.lines, t("trace.claims", { n: found.lines.length })),
    found.untraced.length ? h("p", { class: "quiet" }, t("trace.untraced", { names: found.untraced.map((e) => nameOf(e, e)).join(", ") })) : null,
    found.others.length
      ? h("details", null, h("summary", null, t("trace.others", { n: found.others.length })), claims(found.others, ""))
      : null,
  ];
}

const claims = (lines, caption) => table({
  caption: caption || t("trace.others", { n: lines.length }),
  columns: [
    ...(lines.some((r) => r.share !== null) ? [{ key: "share", title: t("trace.share"), number: true, show: (r) => (r.share === null ? "" : percent(r.share, 0)) }] : []),
    { key: "entity", title: t("column.subject"), show: (r) => subjectOf(r) },
    { key: "variable", title: t("column.variable"), show: (r) => variableText(r) },
    { key: "value", title: t("column.value"), show: (r) => [r.value.replace(/ 1$/, ""), r.carried ? h("small", null, ` (${t("trace.carried")})`) : null] },
    { key: "source_title", title: t("column.source"), show: sourceOf },
    { key: "basis", title: t("column.basis"), show: (r) => (r.basis === "measure" ? t("trace.measure") : basisText(r.basis)) },
  ],
  rows: lines, limit: 40,
});

/** A thing by name; a class of goods by its word. */
function subjectOf(r) {
  const goods = /^class:(.+)$/.exec(r.entity);
  return goods ? word(`class.${goods[1]}`, r.entity) : nameOf(r.entity, r.subject_name ?? r.entity);
}

function sourceOf(r) {
  const where = r.basis === "measure" ? null
    : [" · ", h("a", { href: `/evidence${query({ q: r.claim })}`, "data-claim": r.claim }, t("trace.evidence"))];
  return [safeLink(r.url, r.source_title), where];
}
