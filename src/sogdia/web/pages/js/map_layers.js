// What each layer of the network is drawn as, and what of it is there on a date.
//
// Gauges differ in colour (Okabe and Ito's, safe for colour-blind readers), in dash and in width,
// so that a print in grey still tells them apart.

import { s } from "./dom.js";
import { colour } from "./map_base.js";

/** Layers a reader can switch: parts as drawn, each with its own look. */
export const LAYERS = {
  road: { on: true, parts: [{ id: "road", colour: "--road", width: 1.1 }] },
  sea: { on: true, parts: [{ id: "sea", colour: "--gauge-mixed", width: 1.5, dash: [1, 2] }] },
  air: { on: false, parts: [{ id: "air", colour: "--edge", width: 1, dash: [4, 4] }] },
  pipelines: {
    on: false,
    parts: [{ id: "pipelines", colour: "--gauge-1676", width: 3, dash: [0.4, 1.1] }],
  },
  power: { on: false, parts: [{ id: "power", colour: "--gauge-1435", width: 1.4, dash: [7, 2, 1, 2] }] },
  fibre: { on: false, parts: [{ id: "fibre", colour: "--gauge-mixed", width: 1.4, dash: [5, 2] }] },
  rail: {
    on: true,
    parts: [
      { id: "rail-1520", key: "map.gauge.1520", gauge: "1520", colour: "--gauge-1520", width: 1.9 },
      { id: "rail-1435", key: "map.gauge.1435", gauge: "1435", colour: "--gauge-1435", width: 2.6 },
      { id: "rail-1676", key: "map.gauge.1676", gauge: "1676", colour: "--gauge-1676", width: 2.2, dash: [1.5, 1.2] },
      { id: "rail-coming", key: "map.coming", coming: true, colour: "--quiet", width: 2, dash: [1, 1.6] },
      { id: "rail-mixed", key: "map.gauge.mixed", gauge: "mixed", colour: "--gauge-mixed", width: 3, dash: [5, 1] },
    ],
  },
  posts: { on: true, parts: [{ id: "posts", colour: "--ink", circle: 4 }] },
  projects: { on: false, parts: [{ id: "projects", colour: "--accent", circle: 5.5, hollow: true }] },
  places: { on: false, parts: [{ id: "places", colour: "--quiet", circle: 2.2 }] },
};
export const LAYER_IDS = Object.keys(LAYERS);
/** The order of the list beside the map. */
export const LISTED = ["rail", "road", "sea", "air", "pipelines", "power", "fibre", "posts", "projects", "places"];

const FIRST = 0;
const LAST = 99999999;

/** 2012-12-22 to 20121222; a year alone is its first day. */
export function dayNumber(iso, otherwise) {
  const parts = /^(\d{4})(?:-(\d\d))?(?:-(\d\d))?/.exec(iso ?? "");
  return parts ? +parts[1] * 10000 + +(parts[2] ?? 1) * 100 + +(parts[3] ?? 1) : otherwise;
}

const asList = (value) => {
  if (typeof value !== "string") return value;
  try {
    return JSON.parse(value);
  } catch {
    return null;
  }
};

/** Intervals in which a feature is open, as pairs of day numbers. */
export function intervals(p) {
  const listed = asList(p.open);
  if (Array.isArray(listed)) return listed.map(([a, b]) => [dayNumber(a, FIRST), dayNumber(b, LAST)]);
  return [[dayNumber(p.since, FIRST), dayNumber(p.until, LAST)]];
}

/** Features as the map takes them: one for each interval, with its days as numbers; w: 1 while built. */
export function prepared(collection) {
  const features = [];
  for (const f of collection.features) {
    if (!f.geometry) continue;
    const p = f.properties;
    const base = { id: p.id, name: p.name ?? "", g: String(p.gauge ?? "") };
    const add = (since, until, w) =>
      features.push({ type: "Feature", geometry: f.geometry, properties: { ...base, s: since, u: until, w } });
    for (const [since, until] of intervals(p)) add(since, until, 0);
    for (const [since, until, what] of asList(p.periods) ?? []) {
      if (what === "construction") add(dayNumber(since, FIRST), dayNumber(until, LAST), 1);
    }
  }
  return { type: "FeatureCollection", features };
}

/** Days on which something of a layer opens or closes, in order. */
export const turns = (data) =>
  [...new Set(data.features.flatMap((f) => [f.properties.s, f.properties.u]))].sort((a, b) => a - b);

/** Between which two turns a day lies: the same number, the same features. */
export function phaseOf(days, day) {
  let [low, high] = [0, days.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (days[middle] <= day) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Whether a feature is there on a day. */
export const isOpen = (properties, day) => intervals(properties).some(([a, b]) => a <= day && day < b);

/** The filter of a part on a day. */
export function filterOf(part, day) {
  const open = ["all", ["<=", ["get", "s"], day], [">", ["get", "u"], day], ["==", ["get", "w"], part.coming ? 1 : 0]];
  return part.gauge ? [...open, ["==", ["get", "g"], part.gauge]] : open;
}

/** Add a layer's source and parts to a map, hidden or not. */
export function addLayer(map, id, data, day, visible) {
  map.addSource(id, { type: "geojson", data, tolerance: 0.1, buffer: 32, maxzoom: 2 });
  for (const part of LAYERS[id].parts) {
    const shared = {
      id: part.id,
      source: id,
      filter: filterOf(part, day),
      layout: { visibility: visible ? "visible" : "none" },
    };
    map.addLayer(
      part.circle
        ? { ...shared, type: "circle", paint: { "circle-radius": part.circle, "circle-stroke-width": part.hollow ? 2 : 1 } }
        : {
            ...shared,
            type: "line",
            layout: { ...shared.layout, "line-cap": "butt", "line-join": "bevel" },
            paint: {
              "line-width": ["interpolate", ["linear"], ["zoom"], 2, part.width * 0.7, 8, part.width * 1.6],
              ...(part.dash ? { "line-dasharray": part.dash } : {}),
            },
          },
      before(map, id),
    );
  }
}

/** The layer that is drawn above, so that layers stand in the order of `LAYERS` however they come. */
function before(map, id) {
  for (const above of LAYER_IDS.slice(LAYER_IDS.indexOf(id) + 1)) {
    const part = LAYERS[above].parts.find((p) => map.getLayer(p.id));
    if (part) return part.id;
  }
  return undefined;
}

export function paintLayer(map, id) {
  for (const part of LAYERS[id].parts) {
    if (!map.getLayer(part.id)) continue;
    const ink = colour(part.colour);
    if (!part.circle) {
      map.setPaintProperty(part.id, "line-color", ink);
      continue;
    }
    map.setPaintProperty(part.id, "circle-color", part.hollow ? colour("--raised") : ink);
    map.setPaintProperty(part.id, "circle-stroke-color", part.hollow ? ink : colour("--land"));
  }
}

/** The look of a part, for the list of layers. */
export function swatch(part) {
  const ink = `var(${part.colour})`;
  const sign = part.circle
    ? s("circle", { cx: 14, cy: 6, r: part.circle, fill: part.hollow ? "var(--raised)" : ink, stroke: ink, "stroke-width": part.hollow ? 2 : 0 })
    : s("line", {
        x1: 0, x2: 28, y1: 6, y2: 6, stroke: ink, "stroke-width": part.width * 1.2,
        "stroke-dasharray": part.dash ? part.dash.map((d) => d * part.width * 1.2).join(" ") : null,
      });
  return s("svg", { width: 28, height: 12, "aria-hidden": "true" }, sign);
}
