// What each layer of the network is drawn as, and what of it is there on a date.
//
// Gauges differ in colour (Okabe and Ito's, safe for colour-blind readers), in dash and in width,
// so that a print in grey still tells them apart.

import { s } from "./dom.js";
import { colour } from "./map_base.js";

/** Classes of GDP a head, USD of 2023 a year: upper ends of all but the last. */
export const GDP_CUTS = [2000, 5000, 10000, 20000];
/** A gain, USD a year, that is drawn with the full width; the scale is the same in every year. */
export const VALUE_TOP = 1e8;
const VALUE_WIDE = 13;
const ROOT = Math.sqrt(VALUE_TOP);
export const valueWidth = (usd) => VALUE_WIDE * Math.sqrt(usd / VALUE_TOP);
export const zoneRadius = (people) => 2 + Math.sqrt(people) / 900;
const root = (property, low, top, high) => ["interpolate", ["linear"], ["sqrt", ["get", property]], 0, low, top, high];

/** Layers a reader can switch: parts as drawn, each with its own look. */
export const LAYERS = {
  value: {
    on: false,
    slow: true, // worked out when it is first asked for
    extra: (p) => ({ v: p.gain_usd2023_per_y }),
    parts: [
      { id: "value-link", key: "map.value.link", shape: "LineString", colour: "--value", width: 6, sized: root("v", 0, 2 * ROOT, 2 * VALUE_WIDE) },
      { id: "value-post", key: "map.value.post", shape: "Point", colour: "--value", circle: 5, sized: root("v", 1.5, 2 * ROOT, 1.6 * VALUE_WIDE) },
    ],
  },
  zones: {
    on: false,
    extra: (p) => ({ p: p.population_persons ?? 0, h: p.population_persons > 0 ? (p.gdp_usd2023_per_y ?? 0) / p.population_persons : 0 }),
    parts: [{ id: "zones", colour: "--step-3", circle: 5, sized: root("p", 2, 18000, 22), steps: "h" }],
  },
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
export const LISTED = ["rail", "road", "sea", "air", "pipelines", "power", "fibre", "posts", "projects", "places", "zones", "value"];

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

/**
 * Features as the map takes them: one for each interval, with its days as numbers; w: 1 while built,
 * l: its layer. Ids begin after `taken`, so that several layers may share a source.
 */
export function prepared(id, collection, taken = 0) {
  const { extra } = LAYERS[id];
  const features = [];
  for (const f of collection.features) {
    if (!f.geometry) continue;
    const p = f.properties;
    const base = { l: id, id: p.id, name: p.name ?? "", g: String(p.gauge ?? ""), ...extra?.(p) };
    const add = (since, until, w) =>
      features.push({ type: "Feature", id: taken + features.length + 1, geometry: f.geometry, properties: { ...base, s: since, u: until, w } });
    for (const [since, until] of intervals(p)) add(since, until, 0);
    for (const [since, until, what] of asList(p.periods) ?? []) {
      if (what === "construction") add(dayNumber(since, FIRST), dayNumber(until, LAST), 1);
    }
  }
  return features;
}

/** Whether one of some intervals holds a day. */
export const within = (spans, day) => spans.some(([a, b]) => a <= day && day < b);

/** Whether a feature is there on a day. */
export const isOpen = (properties, day) => within(intervals(properties), day);

/**
 * What shows a layer on a day: a function of the day.
 *
 * A day changes the state of what opens or closes on the way there and nothing else, so that the
 * next frame has it: a filter would be worked out anew for every feature by another thread first.
 */
export function shower(map, source, features) {
  const there = new Uint8Array(features.length);
  return (day) => {
    features.forEach((f, i) => {
      const now = f.properties.s <= day && day < f.properties.u ? 1 : 0;
      if (there[i] === now) return;
      there[i] = now;
      map.setFeatureState({ source, id: f.id }, { there: now === 1 });
    });
  };
}

/** Whether what the map found under a point is there on the day it shows. */
export const isThere = (found) => found.state.there === true;

const THERE = ["case", ["boolean", ["feature-state", "there"], false], 1, 0];

/** What a part takes of its layer's features, on any day. */
function filterOf(id, part) {
  return ["all",
    ["==", ["get", "l"], id],
    ["==", ["get", "w"], part.coming ? 1 : 0],
    ...(part.shape ? [["==", ["geometry-type"], part.shape]] : []),
    ...(part.gauge ? [["==", ["get", "g"], part.gauge]] : [])];
}

/** Add a source of prepared features; layers that are drawn together share one, see `makeMap`. */
export function addSource(map, source, features) {
  map.addSource(source, { type: "geojson", data: { type: "FeatureCollection", features }, tolerance: 0.1, buffer: 32, maxzoom: 2 });
}

/** Add a layer's parts to a map; nothing is there before a day is shown. */
export function addLayer(map, id, source) {
  for (const part of LAYERS[id].parts) {
    const shared = { id: part.id, source, filter: filterOf(id, part) };
    map.addLayer(
      part.circle
        ? { ...shared, type: "circle", paint: { "circle-radius": part.sized ?? part.circle, "circle-stroke-width": part.hollow ? 2 : 1, "circle-opacity": THERE, "circle-stroke-opacity": THERE } }
        : {
            ...shared,
            type: "line",
            layout: { "line-cap": "butt", "line-join": "bevel" },
            paint: {
              "line-opacity": THERE,
              "line-width": part.sized ?? ["interpolate", ["linear"], ["zoom"], 2, part.width * 0.7, 8, part.width * 1.6],
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
    const steps = part.steps && ["step", ["get", part.steps], colour("--step-1"), ...GDP_CUTS.flatMap((cut, i) => [cut, colour(`--step-${i + 2}`)])];
    map.setPaintProperty(part.id, "circle-color", steps ?? (part.hollow ? colour("--raised") : ink));
    map.setPaintProperty(part.id, "circle-stroke-color", steps ? colour("--ink") : part.hollow ? ink : colour("--land"));
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
