// A neutral map of the region: outlines in one colour, disputed lines dashed, names as text.
//
// No glyph or tile server: names are elements placed over the canvas, all else is GeoJSON from
// the same server.

import { h } from "./dom.js";
import { getKept } from "./http.js";
import { name, t } from "./text.js";

export const REGION = [[44, 28], [108, 58]];

/** Points for country names, well inside each country and away from busy corridors. */
const COUNTRIES = {
  CHN: [102, 31.8], KAZ: [67, 48.9], KGZ: [74.6, 41.75], TJK: [71.6, 38.4], TKM: [58.8, 39.4],
  UZB: [63.6, 41.9], RUS: [60, 57.5], MNG: [103.5, 46.6], AFG: [65.6, 33.6], IRN: [54.2, 32.6],
  PAK: [69, 29.2], IND: [78.5, 23.5], AZE: [48.2, 40.3], GEO: [43.4, 42.05], ARM: [44.9, 40.15],
  TUR: [34.5, 39.2], BLR: [28, 53.6], UKR: [31.2, 49], POL: [19.2, 52.4], DEU: [10.3, 51.2],
};

let library = null;
/** MapLibre, once, from this server. */
export function maplibre() {
  library ??= new Promise((done, fail) => {
    const script = h("script", { src: "/static/vendor/maplibre-gl.js" });
    script.onload = () => done(window.maplibregl);
    script.onerror = () => fail(new Error("maplibre-gl.js"));
    document.head.append(script);
  });
  return library;
}

const dark = matchMedia("(prefers-color-scheme: dark)");
/** The value of a colour of the style sheet, as it is in this colour scheme. */
export const colour = (variable) =>
  getComputedStyle(document.documentElement).getPropertyValue(variable).trim();

let shapes_ = null;
/** Outlines, disputed lines and lakes, once; asked for again after a failure. */
export function outlines() {
  shapes_ ??= Promise.all(["outlines", "disputed", "lakes"].map((id) => getKept(`/api/v1/layers/${id}.geojson`)));
  shapes_.catch(() => { shapes_ = null; });
  return shapes_;
}

const EMPTY = { type: "FeatureCollection", features: [] };

/** What a worldview stresses: [control, claim] as width and opacity. */
const WORLDVIEWS = {
  neutral: { control: [1.1, 0.75], claim: [1.1, 0.75] },
  control: { control: [2, 1], claim: [0.8, 0.35] },
  claims: { control: [0.8, 0.35], claim: [2, 1] },
};
export const WORLDVIEW_IDS = Object.keys(WORLDVIEWS);

/**
 * A map in `box`, or null where the browser has no WebGL.
 *
 * Gives { map, worldview(id), label(list), repaint(run), end() }; `repaint` runs now and whenever
 * the colour scheme changes.
 */
export async function makeMap(box, { bounds = REGION, label }) {
  const [gl, loaded] = await Promise.all([maplibre(), outlines()]);
  // One source for all of it: the map cuts to its tiles anew each time the source changes.
  const all = { ...EMPTY, features: loaded.flatMap((part) => part.features) };
  const map = started(gl, {
    container: box,
    style: {
      version: 8, sources: {}, layers: [{ id: "water", type: "background", paint: {} }],
      transition: { duration: 0, delay: 0 },
    },
    bounds,
    fitBoundsOptions: { padding: 8 },
    attributionControl: false,
    dragRotate: false,
    pitchWithRotate: false,
    touchPitch: false,
    fadeDuration: 0,
    minZoom: 1.5,
    maxZoom: 8.5,
    renderWorldCopies: false,
    locale: {
      "Map.Title": label,
      "NavigationControl.ZoomIn": t("map.zoom_in"),
      "NavigationControl.ZoomOut": t("map.zoom_out"),
    },
  });
  if (!map) return null;
  map.addControl(new gl.NavigationControl({ showCompass: false }), "top-right");
  map.addControl(new gl.ScaleControl({ maxWidth: 110 }), "bottom-right");
  map.keyboard.disableRotation();
  map.touchZoomRotate.disableRotation();
  await map.once("style.load");
  map.addSource("shapes", { type: "geojson", data: all, tolerance: 1.2, buffer: 16, maxzoom: 7 });
  const is = (property, value) => ["==", ["get", property], value];
  map.addLayer({ id: "land", type: "fill", source: "shapes", filter: is("kind", "land"), paint: { "fill-antialias": false } });
  map.addLayer({ id: "lakes", type: "fill", source: "shapes", filter: is("kind", "lake"), paint: { "fill-antialias": false } });
  map.addLayer({
    id: "borders", type: "line", source: "shapes",
    filter: ["all", is("kind", "boundary"), ["!=", ["get", "status"], "disputed"]],
    paint: { "line-width": 0.9 },
  });
  for (const line of ["control", "claim"]) {
    map.addLayer({
      id: `disputed-${line}`, type: "line", source: "shapes",
      filter: ["all", is("kind", "boundary"), is("status", "disputed"), is("line", line)],
      paint: { "line-dasharray": [3, 2.5] },
    });
  }
  const painters = [
    () => {
      map.setPaintProperty("water", "background-color", colour("--water"));
      map.setPaintProperty("land", "fill-color", colour("--land"));
      map.setPaintProperty("lakes", "fill-color", colour("--water"));
      for (const id of ["borders", "disputed-control", "disputed-claim"]) {
        map.setPaintProperty(id, "line-color", colour("--edge"));
      }
    },
  ];
  const paint = () => painters.forEach((run) => run());
  dark.addEventListener("change", paint);
  paint();
  const worldview = (id) => {
    for (const [line, [width, opacity]] of Object.entries(WORLDVIEWS[id] ?? WORLDVIEWS.neutral)) {
      map.setPaintProperty(`disputed-${line}`, "line-width", width);
      map.setPaintProperty(`disputed-${line}`, "line-opacity", opacity);
    }
  };
  worldview("neutral");
  const names = placeNames(map, box);
  names(countryNames());
  return {
    map,
    worldview,
    names: (list) => names([...countryNames(), ...list]),
    repaint(run) {
      painters.push(run);
      run();
    },
    end() {
      dark.removeEventListener("change", paint);
      map.remove();
    },
  };
}

/** A map of the library, or null without WebGL: no context is made to find that out, for a second
 * one costs as much as the map's own and is swept up in the middle of the first steps. */
function started(gl, options) {
  try {
    return new gl.Map(options);
  } catch {
    return null;
  }
}

const countryNames = () =>
  Object.entries(COUNTRIES).map(([id, at]) => ({ at, text: name(id), kind: "country", from: 0 }));

/** Names over the map, the earlier in the list the surer to be shown; none covers another. */
function placeNames(map, box) {
  const layer = h("div", { class: "names", "aria-hidden": "true" });
  box.append(layer);
  let labels = [];
  const place = () => {
    const [wide, high, zoom] = [box.clientWidth, box.clientHeight, map.getZoom()];
    const taken = [];
    for (const l of labels) {
      const { x, y } = map.project(l.at);
      const left = l.kind === "country" ? x - l.wide / 2 : x + 6;
      const area = [left - 2, y - 9, left + l.wide + 2, y + 9];
      const show =
        zoom >= l.from && area[0] > -20 && area[2] < wide + 20 && y > 0 && y < high &&
        !taken.some((o) => area[0] < o[2] && area[2] > o[0] && area[1] < o[3] && area[3] > o[1]);
      l.node.style.display = show ? "" : "none";
      if (!show) continue;
      taken.push(area);
      l.node.style.transform = `translate(${Math.round(left)}px, ${Math.round(y - 6)}px)`;
    }
  };
  map.on("move", place);
  map.on("resize", place);
  return (list) => {
    labels = list.map((l) => ({ ...l, node: h("span", { class: l.kind ?? "" }, l.text) }));
    layer.replaceChildren(...labels.map((l) => l.node));
    for (const l of labels) l.wide = l.node.offsetWidth || l.text.length * 7;
    place();
  };
}
