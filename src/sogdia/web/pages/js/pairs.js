// The pairs a scenario asks for, before and after; each leads to what its figures rest on.

import { h } from "./dom.js";
import { table } from "./table.js";
import { nameOf, number, signedPercent, t, word } from "./text.js";

const COLUMNS = [["time_h", "column.time_h"], ["money_usd2023_per_teu", "column.money"], ["emission_kgco2_per_teu", "column.co2"]];

export const pairName = (p) => `${nameOf(p.origin, p.origin_name)} – ${nameOf(p.destination, p.destination_name)}`;

/** Rows of `pairs` of a summary. */
export function pairTable(pairs, onpick) {
  return [
    h("p", { class: "quiet" }, t("results.pairs.hint")),
    table({
      caption: t("results.pairs.caption"),
      columns: [
        { key: "pair", title: t("column.pair"), sort: pairName, show: pairName },
        { key: "commodity", title: t("column.class"), show: (p) => word(`class.${p.commodity}`, p.commodity) },
        ...COLUMNS.map(([key, title]) => ({ key, title: t(title), number: true, sort: (p) => p.after?.[key] ?? null, show: (p) => cell(p, key) })),
      ],
      rows: pairs, onpick,
    }),
  ];
}

function cell({ before, after }, key) {
  const [b, a] = [before?.[key], after?.[key]];
  const was = before ? number(b, 0) : t("results.pairs.no_way");
  if (!after) return [h("span", { class: "less" }, t("results.pairs.no_way")), before ? h("span", { class: "band" }, t("results.pairs.was", { before: was })) : null];
  if (a === b) return number(a, 0);
  const moved = before && b > 0 ? signedPercent(a / b - 1, 1) : null;
  return [h("span", { class: before && a > b ? "less" : "more" }, number(a, 0)),
    h("span", { class: "band" }, t("results.pairs.was", { before: was }), moved ? `, ${moved}` : null)];
}
