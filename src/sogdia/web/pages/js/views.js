// Other views of a run's map: freight by width, and zones by what they gain or lose.
//
// More is a full line or a full circle in blue, less a dashed line or a ring in orange: two hues that
// colour-blind readers tell apart, and shapes that a print in grey does.

import { h, s } from "./dom.js";
import { colour } from "./map_base.js";
import { table } from "./table.js";
import { name, nameOf, number, signed, signedPercent, t, word } from "./text.js";

const WIDEST = 12;
const LARGEST = 16;
const SMALLEST = 1e-7; // a share below this is rounding

const LINE = { line: true, unit: "t" };
/** Views by id: what of a feature is shown, and whether more of it is better. */
export const VIEWS = {
  before_t: { ...LINE, of: (p) => p.before_t },
  after_t: { ...LINE, of: (p) => p.after_t },
  difference_t: { ...LINE, signed: true, of: (p) => (num(p.before_t) || num(p.after_t) ? (p.after_t ?? 0) - (p.before_t ?? 0) : null) },
  income_change_share: { signed: true, good: 1, of: (p) => p.income_change_share },
  access_change_share: { signed: true, good: -1, of: (p) => p.access_change_share },
};
const num = (x) => typeof x === "number";

/** Views of which a run has figures. */
export const viewsOf = (features) => Object.keys(VIEWS).filter((id) => features.some((f) => num(VIEWS[id].of(f.properties))));

const noticed = (view, v) => num(v) && Math.abs(v) >= (view.line ? 1 : SMALLEST);

/** Features of a view with v, the size, and d: 1 more or better, -1 less or worse, 0 neither. */
function sized(id, features) {
  const view = VIEWS[id];
  return features.flatMap((f) => {
    const v = view.of(f.properties);
    if (!num(v) || !f.geometry || (f.geometry.type === "LineString") !== Boolean(view.line)) return [];
    if (view.line && !noticed(view, v)) return [];
    const d = noticed(view, v) && view.signed ? Math.sign(v) * (view.good ?? 1) : noticed(view, v) ? 1 : 0;
    return [{ ...f, properties: { id: f.properties.id, name: f.properties.name, v: Math.abs(v), d } }];
  });
}

const topOf = (features) => Math.max(0, ...features.map((f) => f.properties.v));

/** Layers of the views on a map, hidden until one is shown. Gives { show(id or null), ids }. */
export function addViews({ map, repaint }, features) {
  const empty = { type: "FeatureCollection", features: [] };
  map.addSource("view", { type: "geojson", data: empty, maxzoom: 7 });
  const is = (d) => ["==", ["get", "d"], d];
  const add = (id, type, filter, paint) => map.addLayer({ id, type, source: "view", filter, paint });
  const line = (d) => ["all", ["==", ["geometry-type"], "LineString"], is(d)];
  const point = (d) => ["all", ["==", ["geometry-type"], "Point"], is(d)];
  add("view-line-more", "line", line(1), {});
  add("view-line-less", "line", line(-1), { "line-dasharray": [1.6, 0.8] });
  add("view-zone-same", "circle", point(0), { "circle-radius": 2.5 });
  add("view-zone-less", "circle", point(-1), { "circle-stroke-width": 2.5, "circle-opacity": 0.35 });
  add("view-zone-more", "circle", point(1), { "circle-stroke-width": 1, "circle-opacity": 0.85 });
  repaint(() => {
    const [more, less, quiet, land] = ["--more", "--less", "--quiet", "--land"].map(colour);
    map.setPaintProperty("view-line-more", "line-color", more);
    map.setPaintProperty("view-line-less", "line-color", less);
    map.setPaintProperty("view-zone-same", "circle-color", quiet);
    map.setPaintProperty("view-zone-more", "circle-color", more);
    map.setPaintProperty("view-zone-more", "circle-stroke-color", land);
    map.setPaintProperty("view-zone-less", "circle-color", land);
    map.setPaintProperty("view-zone-less", "circle-stroke-color", less);
  });
  const show = (id) => {
    const shown = id ? sized(id, features) : [];
    const top = topOf(shown) || 1;
    const by = (low, high) => ["interpolate", ["linear"], ["sqrt", ["get", "v"]], 0, low, Math.sqrt(top), high];
    for (const part of ["more", "less"]) {
      map.setPaintProperty(`view-line-${part}`, "line-width", by(0, WIDEST));
      map.setPaintProperty(`view-zone-${part}`, "circle-radius", by(2.5, LARGEST));
    }
    map.getSource("view").setData({ ...empty, features: shown });
  };
  return { show, ids: ["view-line-more", "view-line-less", "view-zone-same", "view-zone-less", "view-zone-more"] };
}

/** A value of a view with its unit, and sign where it is a change. */
export function valueOf(id, v) {
  const view = VIEWS[id];
  if (!num(v)) return t("absent");
  if (!view.line) return signedPercent(v, 2);
  return `${view.signed ? signed(v, 0) : number(v, 0)} ${t("unit.t/year")}`;
}

/** The key of a view: three sizes with their values, and both directions of a change. */
export function viewKey(id, features) {
  const view = VIEWS[id];
  const shown = sized(id, features);
  const top = topOf(shown);
  if (!top) return h("p", { class: "quiet" }, t("view.none"));
  const sizes = [1, 0.25, 0.04].map((share) => share * top);
  const item = (v, d, text) => h("li", null, view.line ? lineSign(v, top, d) : zoneSign(v, top, d), text);
  const some = (d) => shown.some((f) => f.properties.d === d);
  const words = view.line ? ["view.more", "view.less"] : ["view.better", "view.worse"];
  return h("ul", { class: "keys", "data-view": id },
    sizes.map((v) => item(v, some(1) ? 1 : -1, sizeText(view, v))),
    view.signed ? [1, -1].filter(some).map((d) => item(top * 0.25, d, t(words[d > 0 ? 0 : 1]))) : null);
}

const sizeText = (view, v) => {
  if (!view.line) return signedPercent(v, 2).replace("+", "");
  return v >= 1e5 ? `${number(v / 1e6, v >= 1e7 ? 0 : 1)} ${t("view.mt")}` : `${number(v, 0)} ${t("unit.t/year")}`;
};

function lineSign(v, top, d) {
  const width = WIDEST * Math.sqrt(v / top);
  return s("svg", { width: 34, height: 14, "aria-hidden": "true" },
    s("line", { x1: 0, x2: 34, y1: 7, y2: 7, stroke: `var(${d > 0 ? "--more" : "--less"})`, "stroke-width": width, "stroke-dasharray": d > 0 ? null : `${width * 1.6} ${width * 0.8}` }));
}

function zoneSign(v, top, d) {
  const r = 2.5 + (LARGEST - 2.5) * Math.sqrt(v / top);
  const ink = `var(${d > 0 ? "--more" : "--less"})`;
  return s("svg", { width: 38, height: 2 * r + 4, "aria-hidden": "true" },
    s("circle", { cx: 19, cy: r + 2, r, fill: d > 0 ? ink : "var(--land)", stroke: ink, "stroke-width": d > 0 ? 0 : 2.5 }));
}

/** The same as rows, the largest first. */
export function viewRows(id, features) {
  const view = VIEWS[id];
  const rows = features.map((f) => ({ ...f.properties, v: view.of(f.properties) }))
    .filter((r) => num(r.v) && (!view.line || noticed(view, r.v)))
    .sort((a, b) => Math.abs(b.v) - Math.abs(a.v));
  return table({
    caption: t(`view.${id}`),
    columns: [
      { key: "name", title: view.line ? t("column.line") : t("column.zone"), show: (r) => nameOf(r.id, r.name) },
      view.line ? { key: "mode", title: t("column.type"), show: (r) => word(`mode.${r.mode}`, r.mode) }
        : { key: "country", title: t("column.country"), show: (r) => name(r.country, r.country) },
      { key: "v", title: t("column.value"), number: true, sort: (r) => r.v, show: (r) => valueOf(id, r.v) },
    ],
    rows, limit: 30,
  });
}
