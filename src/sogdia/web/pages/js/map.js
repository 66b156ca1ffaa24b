// The map: the network at any date, and what is believed of anything on it.

import { isDay, read, today, write } from "./address.js";
import { announce, fill, h } from "./dom.js";
import { failure, getKept } from "./http.js";
import { WORLDVIEW_IDS, hasWebGL, makeMap, maplibre, outlines } from "./map_base.js";
import { LAYERS, LAYER_IDS, LISTED, addLayer, dayNumber, filterOf, isOpen, paintLayer, phaseOf, prepared, swatch, turns } from "./map_layers.js";
import { showEntity } from "./panel.js";
import { table } from "./table.js";
import { slider } from "./slider.js";
import { date, name, nameOf, number, t, word } from "./text.js";

maplibre().catch(() => {}); // comes while texts and layers do; who waits for it says what is wrong

export default async function mapPage(place) {
  const asked = read("layers")?.split(",").filter((id) => id in LAYERS);
  const on = new Set(asked ?? LAYER_IDS.filter((id) => LAYERS[id].on));
  let day = isDay(read("on")) ? read("on") : today();
  let worldview = WORLDVIEW_IDS.includes(read("view")) ? read("view") : "neutral";
  let ended = false;
  const found = {}; // layer id -> features as given
  const box = h("div", { class: "map-box", id: "map" });
  const list = h("div");
  const panel = h("div", { id: "panel", "aria-live": "polite" });
  const counts = Object.fromEntries(LISTED.map((id) => [id, h("span", { class: "count" })]));
  let drawn = null; // the map, or null without WebGL

  const held = {}; // layer id -> { turns, phase }: a filter is set anew only where something turns
  const show = (id) => {
    if (!drawn?.map.getSource(id)) return;
    const number = dayNumber(day);
    const phase = phaseOf(held[id].turns, number);
    if (phase === held[id].phase) return;
    held[id].phase = phase;
    for (const part of LAYERS[id].parts) drawn.map.setFilter(part.id, filterOf(part, number));
  };
  const put = (id) => {
    const data = prepared(found[id]);
    held[id] = { turns: turns(data), phase: phaseOf(turns(data), dayNumber(day)) };
    addLayer(drawn.map, id, data, dayNumber(day), true);
    paintLayer(drawn.map, id);
  };
  const setDay = (iso) => {
    day = iso;
    for (const id of LAYER_IDS) if (on.has(id)) show(id);
    count();
    keep();
  };
  const count = () => {
    const number_ = dayNumber(day);
    for (const id of Object.keys(found)) {
      const n = found[id].features.filter((f) => isOpen(f.properties, number_)).length;
      if (counts[id]) counts[id].textContent = number(n);
      box.dataset[`shown${id[0].toUpperCase()}${id.slice(1)}`] = n;
    }
    box.dataset.on = day;
    if (twin.open) drawList();
  };
  let keeping = 0;
  const keep = () => {
    clearTimeout(keeping); // browsers refuse a hundred new addresses in a few seconds
    keeping = setTimeout(() => {
      if (ended) return;
      write({ on: day === today() ? null : day, layers: [...on].join(",") === LAYER_IDS.filter((id) => LAYERS[id].on).join(",") ? null : [...on].join(","), view: worldview === "neutral" ? null : worldview });
    }, 250);
  };

  async function switchLayer(id, visible) {
    if (visible) on.add(id);
    else on.delete(id);
    keep();
    if (visible && !found[id]) {
      try {
        found[id] = await getKept(`/api/v1/layers/${id}.geojson`);
      } catch (error) {
        if (!ended) fill(panel, failure(error));
        return;
      }
      if (ended) return;
    }
    if (drawn) {
      if (visible && !drawn.map.getSource(id)) {
        put(id);
      } else if (drawn.map.getSource(id)) {
        show(id);
        for (const part of LAYERS[id].parts) {
          drawn.map.setLayoutProperty(part.id, "visibility", on.has(id) ? "visible" : "none");
        }
      }
    }
    count();
  }

  // The same as a table, for those who do not see a map and for browsers that cannot draw one.
  const which = h("select", { id: "list-layer", onchange: () => drawList() },
    LISTED.map((id) => h("option", { value: id }, t(`map.layers.${id}`))));
  const rows = h("div");
  const drawList = async () => {
    const id = which.value;
    if (!found[id]) await switchLayer(id, true);
    if (ended || !found[id]) return;
    const box_ = layerBoxes[id];
    if (box_) box_.checked = on.has(id);
    const open = found[id].features.filter((f) => isOpen(f.properties, dayNumber(day)));
    fill(rows, table({
      caption: t("map.list.caption", { layer: t(`map.layers.${id}`), on: date(day), n: open.length }),
      columns: [
        { key: "name", title: t("column.name"), show: (r) => nameOf(r.id, r.name || r.id) },
        { key: "line", title: t("column.line"), show: (r) => r.name ?? "" },
        { key: "gauge", title: t("column.gauge"), show: (r) => (r.gauge ? gaugeText(r.gauge) : "") },
        { key: "since", title: t("column.since"), show: (r) => (r.since ? date(r.since) : t("map.before")) },
        { key: "status", title: t("column.status"), show: (r) => word(`status.${r.status}`, r.status) },
      ].filter((c) => (c.key !== "gauge" || id === "rail") && (c.key !== "status" || open.some((f) => f.properties.status))),
      rows: open.map((f) => f.properties).map((p) => ({ ...p, status: p.status ?? "unknown" })),
      onpick: (row) => pick(row.id, row.name),
      limit: 60,
    }));
  };
  const twin = h("details", { id: "list", ontoggle: () => twin.open && drawList() },
    h("summary", null, t("map.list.title")),
    h("div", { class: "field" }, h("label", { for: "list-layer" }, t("map.list.layer")), which), rows);

  const pick = (id, fallback) => {
    write({ at: id });
    showEntity(panel, id, fallback, day, () => write({ at: null }));
  };

  const layerBoxes = {};
  const layerList = h("ul", { class: "layers" }, LISTED.map((id) => {
    const parts = LAYERS[id].parts;
    layerBoxes[id] = h("input", { type: "checkbox", checked: on.has(id), "data-layer": id, onchange: (e) => switchLayer(id, e.target.checked) });
    return h("li", null,
      h("label", null, layerBoxes[id], parts.length === 1 ? swatch(parts[0]) : null, t(`map.layers.${id}`), counts[id]),
      parts.length > 1 ? parts.map((p) => h("div", { class: "sub" }, swatch(p), t(p.key))) : null);
  }));
  const worldviews = h("select", { id: "worldview", onchange: (e) => { worldview = e.target.value; drawn?.worldview(worldview); keep(); } },
    WORLDVIEW_IDS.map((id) => h("option", { value: id, selected: id === worldview }, t(`map.worldview.${id}`))));

  // All that the map needs is asked for at once.
  const history_ = getKept("/api/v1/history");
  const wantedLayers = LAYER_IDS.filter((id) => on.has(id));
  const loads = Promise.all([...wantedLayers, "places"].map(async (id) => [id, await getKept(`/api/v1/layers/${id}.geojson`)]));
  if (hasWebGL()) outlines().catch(() => {});
  const time = slider({ day, history: await history_, onmove: setDay });
  fill(place,
    h("div", { class: "board" }, box, h("p", { class: "disclaimer" }, t("map.disclaimer"))),
    time,
    h("aside", { class: "side", "aria-label": t("map.side") },
      h("h1", null, t("map.title")), panel,
      h("h2", null, t("map.layers.title")), layerList,
      h("div", { class: "field" }, h("label", { for: "worldview" }, t("map.worldview.title")), worldviews,
        h("span", { class: "hint" }, t("map.worldview.hint"))),
      twin));
  fill(panel, h("p", { class: "quiet" }, t("map.click")));

  drawn = await makeMap(box, { label: t("map.label") });
  const got = await loads;
  if (ended) return;
  for (const [id, data] of got) if (on.has(id)) found[id] = data;
  if (drawn) {
    for (const id of wantedLayers) put(id);
    drawn.repaint(() => LAYER_IDS.forEach((id) => paintLayer(drawn.map, id)));
    drawn.worldview(worldview);
    drawn.names(cityNames(got.find(([id]) => id === "places")[1]));
    clicks(drawn.map, () => LAYER_IDS.filter((id) => on.has(id)), pick, panel);
    drawn.map.once("idle", () => {
      box.dataset.ready = "true";
      performance.mark("sogdia:map");
    });
  } else {
    box.classList.add("none");
    fill(box, h("p", { role: "status" }, t("map.no_webgl")));
    box.dataset.ready = "table";
    twin.open = true;
  }
  count();
  if (read("at")) pick(read("at"));
  announce(t("map.ready", { on: date(day) }));
  box.sogdia = drawn?.map; // for tests and the curious: the map of this page
  return () => {
    ended = true;
    clearTimeout(keeping);
    drawn?.end();
  };
}

export const gaugeText = (gauge) => t(`map.gauge.${["1435", "1520", "1676"].includes(String(gauge)) ? gauge : "mixed"}`);

const CAPITALS = ["cn.beijing", "kz.astana", "uz.tashkent", "kg.bishkek", "tj.dushanbe", "tm.ashgabat", "kz.almaty", "cn.urumqi", "ru.moscow", "ir.tehran", "az.baku", "ge.tbilisi", "af.kabul", "mn.ulaanbaatar", "kz.altynkol", "cn.xian", "cn.lanzhou", "cn.kashgar", "kz.aktau-port", "tr.istanbul"];

/** Names of cities; capitals from afar, the others nearer. */
function cityNames(places) {
  const list = [];
  for (const f of places.features) {
    const { id, kind } = f.properties;
    const rank = CAPITALS.indexOf(id);
    if (rank < 0 && !["city", "port", "border", "junction"].includes(kind)) continue;
    const text = name(id, f.properties.name).replace(/\s*[(/（].*$/, "");
    list.push({ at: f.geometry.coordinates, text, from: rank >= 0 ? 0 : kind === "city" ? 4.6 : 5.8, rank: rank < 0 ? 99 : rank });
  }
  return list.sort((a, b) => a.rank - b.rank);
}

/** A click finds what is under it; several things are offered as a list. */
function clicks(map, visible, pick, panel) {
  const layers = () => visible().flatMap((id) => LAYERS[id].parts.map((p) => p.id)).filter((id) => map.getLayer(id));
  const near = (point, by) =>
    map.queryRenderedFeatures([[point.x - by, point.y - by], [point.x + by, point.y + by]], { layers: layers() });
  map.on("click", (event) => {
    const hits = [...new Map(near(event.point, 6).map((f) => [f.properties.id, f.properties])).values()];
    if (!hits.length) return;
    if (hits.length === 1) return pick(hits[0].id, hits[0].name);
    fill(panel, h("h2", null, t("map.several")),
      h("ul", null, hits.slice(0, 12).map((p) => h("li", null,
        h("button", { class: "plain", type: "button", onclick: () => pick(p.id, p.name) }, nameOf(p.id, p.name || p.id), " ", h("small", null, p.id.split(":")[0] === p.id ? "" : kindText(p.id)))))));
    panel.querySelector("button")?.focus();
  });
  map.on("mousemove", (event) => {
    map.getCanvas().style.cursor = near(event.point, 4).length ? "pointer" : "";
  });
}

function kindText(id) {
  const kind = id.split(":")[0];
  return ["rail", "road", "sea", "air"].includes(kind) ? t(`mode.${kind}`) : "";
}
