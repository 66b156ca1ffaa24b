// What a scenario changes, on the map: links that open or close, and where freight grows or shrinks.

import { fill, h, s } from "./dom.js";
import { getJSON } from "./http.js";
import { REGION, colour, makeMap } from "./map_base.js";
import { table } from "./table.js";
import { nameOf, number, signed, signedPercent, t, word } from "./text.js";
import { VIEWS, addViews, valueOf, viewKey, viewRows, viewsOf } from "./views.js";

/** Looks differ in colour, dash and width: a print in grey still tells them apart. */
const LOOKS = [
  { id: "same", colour: "--edge", width: 0.8 },
  { id: "more", colour: "--more", width: 3.2 },
  { id: "less", colour: "--less", width: 3, dash: [2, 1] },
  { id: "opened", colour: "--more", width: 4.6, dash: [4, 0.7] },
  { id: "closed", colour: "--less", width: 4.6, dash: [0.6, 0.9] },
];

/** Which look a feature has: what changed first, then its flow. */
export function lookOf(p) {
  const change = p.change ?? "";
  if (/open/.test(change)) return "opened";
  if (/clos/.test(change)) return "closed";
  if (typeof p.before_t === "number" || typeof p.after_t === "number") {
    const [b, a] = [p.before_t ?? 0, p.after_t ?? 0];
    if (Math.max(a, b) >= 1000 && Math.abs(a - b) > 0.01 * Math.max(a, b)) return a > b ? "more" : "less";
  }
  if (/fast|more|cheap/.test(change)) return "more";
  if (/slow|less|dear/.test(change)) return "less";
  return "same";
}

export async function differenceMap(base) {
  const got = await getJSON(`${base}/map.geojson`);
  const features = got.features
    .map((f) => ({ ...f, properties: { ...f.properties, look: lookOf(f.properties) } }))
    .filter((f) => f.properties.look !== "same" || ["rail", "road"].includes(f.properties.mode));
  const moved = features.filter((f) => f.properties.look !== "same");
  const box = h("div", { class: "map-box" });
  const key = h("div", null, keys());
  const rows = h("div", null, list(moved));
  const said = h("p", { class: "quiet", role: "status" });
  let drawn = null;
  const choice = h("select", { id: "view", onchange: () => show(choice.value) },
    ["change", ...viewsOf(got.features)].map((id) => h("option", { value: id }, t(`view.${id}`))));
  const show = (id) => {
    const other = id in VIEWS;
    fill(key, other ? viewKey(id, got.features) : keys());
    fill(rows, other ? h("details", null, h("summary", null, t("view.rows")), viewRows(id, got.features)) : list(moved));
    said.textContent = other ? t("view.pick") : "";
    drawn?.show(id);
  };
  const node = h("div", { class: "difference" },
    h("div", { class: "field" }, h("label", { for: "view" }, t("view.title")), choice),
    box, key, said, h("p", { class: "disclaimer" }, t("map.disclaimer")), rows);
  node.dataset.moved = moved.length;
  queueMicrotask(async () => {
    const made = await makeMap(box, { label: t("results.map"), bounds: extent(moved) });
    if (!made) {
      box.classList.add("none");
      fill(box, h("p", { role: "status" }, t("map.no_webgl")));
      return;
    }
    draw(made, features);
    const named = moved.filter((f) => f.geometry).slice(0, 14).map((f) => ({ at: middle(f.geometry), text: nameOf(f.properties.id, f.properties.name), from: 0 }));
    drawn = switches(made, got.features, box, named);
    drawn.show(choice.value);
    reads(made.map, drawn.ids, said, choice, got.features);
    box.sogdia = made.map; // for tests and the curious
    const end = new MutationObserver(() => {
      if (node.isConnected) return;
      end.disconnect();
      made.end();
    });
    end.observe(document.getElementById("main"), { childList: true, subtree: true });
  });
  return node;
}

/** Turns from what changes to another view and back. */
function switches(made, features, box, named) {
  const { map } = made;
  const views = addViews(made, features);
  const changes = LOOKS.slice(1).flatMap((l) => [`line-${l.id}`, `post-${l.id}`]);
  const show = (id) => {
    const other = id in VIEWS;
    for (const layer of changes) map.setLayoutProperty(layer, "visibility", other ? "none" : "visible");
    views.show(other ? id : null);
    made.names(other ? [] : named);
    map.once("idle", () => { box.dataset.view = id; });
  };
  return { show, ids: views.ids };
}

/** A click says what is under it. */
function reads(map, layers, said, choice, features) {
  const byId = new Map(features.map((f) => [f.properties.id, f.properties]));
  const near = ({ x, y }) => map.queryRenderedFeatures([[x - 5, y - 5], [x + 5, y + 5]], { layers });
  map.on("click", (event) => {
    const id = choice.value;
    if (!(id in VIEWS)) return;
    const found = [...new Set(near(event.point).map((f) => f.properties.id))].slice(0, 4).map((k) => byId.get(k));
    if (found.length) said.textContent = found.map((p) => `${nameOf(p.id, p.name)}: ${valueOf(id, VIEWS[id].of(p))}`).join(" · ");
  });
  map.on("mousemove", (event) => { map.getCanvas().style.cursor = near(event.point).length ? "pointer" : ""; });
}

function draw({ map, repaint }, features) {
  map.addSource("change", { type: "geojson", data: { type: "FeatureCollection", features }, maxzoom: 7 });
  const is = (id, kind) => ["all", ["==", ["get", "look"], id], ["==", ["geometry-type"], kind]];
  for (const look of LOOKS) {
    map.addLayer({
      id: `line-${look.id}`, type: "line", source: "change", filter: is(look.id, "LineString"),
      paint: { "line-width": look.width, ...(look.dash ? { "line-dasharray": look.dash } : {}) },
    });
  }
  for (const look of LOOKS.slice(1)) {
    map.addLayer({
      id: `post-${look.id}`, type: "circle", source: "change", filter: is(look.id, "Point"),
      paint: { "circle-radius": look.id === "closed" ? 7 : 5, "circle-stroke-width": 2.5 },
    });
  }
  repaint(() => {
    for (const look of LOOKS) {
      map.setPaintProperty(`line-${look.id}`, "line-color", colour(look.colour));
      if (look.id === "same") continue;
      map.setPaintProperty(`post-${look.id}`, "circle-stroke-color", colour(look.colour));
      map.setPaintProperty(`post-${look.id}`, "circle-color", colour(["more", "opened"].includes(look.id) ? look.colour : "--raised"));
    }
  });
  map.once("idle", () => { map.getContainer().dataset.ready = "true"; });
}

const middle = ({ type, coordinates: c }) => {
  if (type === "Point") return c;
  const [a, b] = [c[Math.floor((c.length - 1) / 2)], c[Math.ceil((c.length - 1) / 2)]];
  return a === b ? a : [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2];
};

/** The box of what changed, with room around it. */
function extent(features) {
  const at = features.flatMap((f) => (f.geometry?.type === "Point" ? [f.geometry.coordinates] : f.geometry?.type === "LineString" ? f.geometry.coordinates : []));
  if (!at.length) return REGION;
  const [lons, lats] = [at.map((c) => c[0]), at.map((c) => c[1])];
  const pad = 4;
  return [
    [Math.max(20, Math.min(...lons) - pad), Math.max(18, Math.min(...lats) - pad)],
    [Math.min(125, Math.max(...lons) + pad), Math.min(60, Math.max(...lats) + pad)],
  ];
}

const keys = () =>
  h("ul", { class: "keys" }, LOOKS.map((look) =>
    h("li", null,
      s("svg", { width: 30, height: 10, "aria-hidden": "true" },
        s("line", { x1: 0, x2: 30, y1: 5, y2: 5, stroke: `var(${look.colour})`, "stroke-width": look.width, "stroke-dasharray": look.dash?.map((d) => d * look.width).join(" ") })),
      t(`look.${look.id}`))));

function list(moved) {
  const size = (p) => Math.abs((p.after_t ?? 0) - (p.before_t ?? 0));
  const rows = moved.map((f) => f.properties).sort((a, b) => size(b) - size(a));
  const loaded = rows.some((r) => typeof r.before_t === "number" || typeof r.after_t === "number");
  return h("details", { open: rows.length < 9 }, h("summary", null, t("results.changed", { n: rows.length })),
    table({
      caption: t("results.changed.caption"),
      columns: [
        { key: "name", title: t("column.name"), show: (r) => nameOf(r.id, r.name || r.id) },
        { key: "look", title: t("column.change"), show: (r) => word(`look.${r.look}`, r.look) },
        { key: "before", title: t("column.before_t"), number: true, show: (r) => number(r.before_t, 0), sort: (r) => r.before_t },
        { key: "after", title: t("column.after_t"), number: true, show: (r) => number(r.after_t, 0), sort: (r) => r.after_t },
        { key: "share", title: t("column.change"), number: true, sort: size, show: (r) => {
          const { before_t: b, after_t: a } = r;
          return typeof b === "number" && typeof a === "number" && b > 0 ? signedPercent(a / b - 1) : signed(null);
        } },
      ].filter((c) => loaded || !["before", "after", "share"].includes(c.key)),
      rows, limit: 40,
    }));
}
