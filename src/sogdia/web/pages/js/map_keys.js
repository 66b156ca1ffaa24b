// Keys of the layers that show a size or a class, and the columns of their tables.

import { h, s } from "./dom.js";
import { GDP_CUTS, VALUE_TOP, valueWidth, zoneRadius } from "./map_layers.js";
import { date, name, nameOf, number, t, word } from "./text.js";

const million = (x, digits = 0) => `${number(x / 1e6, digits)} ${t("unit.musd/y")}`;

const circle = (r, fill, stroke) =>
  s("svg", { width: 28, height: Math.max(12, 2 * r + 2), "aria-hidden": "true" },
    s("circle", { cx: 14, cy: Math.max(6, r + 1), r, fill, stroke, "stroke-width": 1 }));

/** GDP a head by class, people by size. */
function zoneKey() {
  const text = (i) => {
    if (i === 0) return t("key.below", { x: number(GDP_CUTS[0]) });
    if (i === GDP_CUTS.length) return t("key.above", { x: number(GDP_CUTS[i - 1]) });
    return t("key.between", { a: number(GDP_CUTS[i - 1]), b: number(GDP_CUTS[i]) });
  };
  return h("div", { class: "key" }, h("div", null, t("key.gdp")),
    [...GDP_CUTS, 0].map((_, i) => h("div", { class: "sub" }, circle(5, `var(--step-${i + 1})`, "var(--ink)"), text(i))),
    h("div", null, t("key.people")),
    [1e6, 1e7, 1e8].map((p) => h("div", { class: "sub" }, circle(zoneRadius(p), "none", "var(--ink)"), number(p))),
    h("div", null, t("key.today")));
}

/** A gain by width. */
const valueKey = () =>
  h("div", { class: "key" }, h("div", null, t("key.value")),
    [1, 0.25, 0.04].map((share) => h("div", { class: "sub" },
      s("svg", { width: 28, height: 16, "aria-hidden": "true" },
        s("line", { x1: 0, x2: 28, y1: 8, y2: 8, stroke: "var(--value)", "stroke-width": valueWidth(share * VALUE_TOP) })),
      million(share * VALUE_TOP))));

export const KEYS = { zones: zoneKey, value: valueKey };

/** What a click on the map adds for what has a value. */
export const valueText = (p, on) =>
  h("p", null, t("map.value.of", { gain: million(p.gain_usd2023_per_y, 1), five: million(p.gain_five_usd2023_per_y, 1), on: date(on) }));

const perHead = (p) => (p.population_persons > 0 && p.gdp_usd2023_per_y ? p.gdp_usd2023_per_y / p.population_persons : null);

/** Columns of the table of a layer; `gauge` says a gauge in words. */
export function columnsOf(id, rows, gauge) {
  const called = { key: "name", title: t("column.name"), sort: (r) => nameOf(r.id, r.name || r.id), show: (r) => nameOf(r.id, r.name || r.id) };
  if (id === "zones") {
    return [called,
      { key: "country", title: t("column.country"), show: (r) => name(r.country, r.country) },
      { key: "population_persons", title: t("column.people"), number: true, show: (r) => number(r.population_persons, 0) },
      { key: "head", title: t("key.gdp"), number: true, sort: perHead, show: (r) => number(perHead(r), 0) }];
  }
  if (id === "value") {
    return [called,
      { key: "mode", title: t("column.type"), show: (r) => word(`mode.${r.mode}`, r.mode) },
      { key: "gain_usd2023_per_y", title: t("column.gain"), number: true, show: (r) => number(r.gain_usd2023_per_y / 1e6, 2) },
      { key: "gain_five_usd2023_per_y", title: t("column.gain_five"), number: true, show: (r) => number(r.gain_five_usd2023_per_y / 1e6, 2) }];
  }
  return [
    called,
    { key: "line", title: t("column.line"), show: (r) => r.name ?? "" },
    { key: "gauge", title: t("column.gauge"), show: (r) => (r.gauge ? gauge(r.gauge) : "") },
    { key: "since", title: t("column.since"), show: (r) => (r.since ? date(r.since) : t("map.before")) },
    { key: "status", title: t("column.status"), show: (r) => word(`status.${r.status}`, r.status) },
  ].filter((c) => (c.key !== "gauge" || id === "rail") && (c.key !== "status" || rows.some((r) => r.status)));
}
