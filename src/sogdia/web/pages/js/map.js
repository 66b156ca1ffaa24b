// The map: the network at any date, and what is believed of anything on it.

import { isDay, read, today, write } from "./address.js";
import { announce, debounce, fill, h } from "./dom.js";
import { failure, getKept } from "./http.js";
import { WORLDVIEW_IDS, makeMap, maplibre, outlines } from "./map_base.js";
import { KEYS, columnsOf, valueText } from "./map_keys.js";
import { LAYERS, LAYER_IDS, LISTED, addLayer, addSource, dayNumber, intervals, isOpen, isThere, paintLayer, prepared, shower, swatch, within } from "./map_layers.js";
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

  const shows = {}; // layer id -> what shows it on a day
  const show = (id) => shows[id]?.(dayNumber(day));
  /** Put layers on the map with one source for all. */
  const put = (source, ids) => {
    const lists = [];
    for (const id of ids) lists.push(prepared(id, found[id], lists.reduce((n, l) => n + l.length, 0)));
    addSource(drawn.map, source, lists.flat());
    ids.forEach((id, i) => {
      addLayer(drawn.map, id, source);
      shows[id] = shower(drawn.map, source, lists[i]);
      show(id);
      paintLayer(drawn.map, id);
    });
  };
  const setDay = (iso) => {
    day = iso;
    for (const id of LAYER_IDS) if (on.has(id)) show(id);
    count();
    keep();
  };
  const spans = {}; // layer id -> intervals of each of its features
  const count = () => {
    const number_ = dayNumber(day);
    for (const id of Object.keys(found)) {
      spans[id] ??= found[id].features.map((f) => intervals(f.properties));
      const n = spans[id].filter((s) => within(s, number_)).length;
      const shown = `shown${id[0].toUpperCase()}${id.slice(1)}`;
      if (box.dataset[shown] === String(n)) continue;
      box.dataset[shown] = n;
    }
    box.dataset.on = day;
    tellSoon();
  };
  // What stands beside the map changes when the slider rests, so that a step draws the map alone.
  const tell = () => {
    for (const id of Object.keys(found)) {
      const n = box.dataset[`shown${id[0].toUpperCase()}${id.slice(1)}`];
      if (counts[id] && counts[id].dataset.n !== n) {
        counts[id].dataset.n = n;
        counts[id].textContent = number(+n);
      }
    }
    tellYear();
    if (twin.open) drawList();
  };
  const tellSoon = debounce(() => !ended && tell(), 120);

  // The value of links is worked out for a year, which takes seconds: another one when it is asked for.
  const pathOf = (id) => `/api/v1/${id === "value" ? `values/${day.slice(0, 4)}` : `layers/${id}`}.geojson`;
  const yearNote = h("div", { class: "key", role: "status" });
  const tellYear = () => {
    const [given, year] = [on.has("value") ? found.value?.on : null, day.slice(0, 4)];
    const said = given ? `${given} ${year}` : "";
    if (yearNote.dataset.said === said) return;
    yearNote.dataset.said = said;
    fill(yearNote, given ? t("map.value.on", { on: date(given) }) : null,
      given && given.slice(0, 4) !== year ? h("button", { type: "button", class: "plain", onclick: anew }, t("map.value.again", { year })) : null);
  };
  const anew = () => {
    for (const part of LAYERS.value.parts) if (drawn?.map.getLayer(part.id)) drawn.map.removeLayer(part.id);
    if (drawn?.map.getSource("value")) drawn.map.removeSource("value");
    delete found.value;
    delete spans.value;
    delete shows.value;
    switchLayer("value", true);
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
    if (keys[id]) keys[id].hidden = !visible;
    keep();
    if (visible && !found[id]) {
      if (LAYERS[id].slow) {
        yearNote.dataset.said = "working";
        fill(yearNote, t("map.value.working", { year: day.slice(0, 4) }));
      }
      try {
        found[id] = await getKept(pathOf(id));
      } catch (error) {
        if (!ended) fill(panel, failure(error));
        if (LAYERS[id].slow) fill(yearNote);
        return;
      }
      if (ended) return;
    }
    if (drawn) {
      if (on.has(id) && !shows[id]) {
        put(id, [id]);
      } else if (shows[id]) {
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
      columns: columnsOf(id, open.map((f) => f.properties), gaugeText),
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
    const valued = on.has("value") ? found.value?.features.find((f) => f.properties.id === id) : null;
    showEntity(panel, id, fallback, day, () => write({ at: null }), valued ? valueText(valued.properties, found.value.on) : null);
  };

  const keys = Object.fromEntries(Object.entries(KEYS).map(([id, make]) => [id, make()]));
  for (const id of Object.keys(keys)) keys[id].hidden = !on.has(id);
  const layerBoxes = {};
  const layerList = h("ul", { class: "layers" }, LISTED.map((id) => {
    const parts = LAYERS[id].parts;
    layerBoxes[id] = h("input", { type: "checkbox", checked: on.has(id), "data-layer": id, onchange: (e) => switchLayer(id, e.target.checked) });
    return h("li", null,
      h("label", null, layerBoxes[id], parts.length === 1 ? swatch(parts[0]) : null, t(`map.layers.${id}`), counts[id]),
      parts.length > 1 ? parts.map((p) => h("div", { class: "sub" }, swatch(p), t(p.key))) : null,
      id === "value" ? yearNote : null, keys[id]);
  }));
  const worldviews = h("select", { id: "worldview", onchange: (e) => { worldview = e.target.value; drawn?.worldview(worldview); keep(); } },
    WORLDVIEW_IDS.map((id) => h("option", { value: id, selected: id === worldview }, t(`map.worldview.${id}`))));

  // All that the map needs is asked for at once.
  const history_ = getKept("/api/v1/history");
  const wantedLayers = LAYER_IDS.filter((id) => on.has(id) && !LAYERS[id].slow);
  const loads = Promise.all([...wantedLayers, "places"].map(async (id) => [id, await getKept(`/api/v1/layers/${id}.geojson`)]));
  outlines().catch(() => {});
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
    put("network", wantedLayers.filter((id) => found[id] && !shows[id]));
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
  tell(); // with the first map, not in the first step
  for (const id of LAYER_IDS) if (on.has(id) && LAYERS[id].slow) switchLayer(id, true);
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
    map.queryRenderedFeatures([[point.x - by, point.y - by], [point.x + by, point.y + by]], { layers: layers() }).filter(isThere);
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
