// A forwarder's card: from A to B, three ways with their legs, time, cost and CO2.

import { isDay, read, today, write } from "./address.js";
import { announce, fill, h } from "./dom.js";
import { failure, getJSON, problemList, query } from "./http.js";
import { legList } from "./legs.js";
import { picker } from "./pick.js";
import { strip } from "./strip.js";
import { date, name, number, t, word } from "./text.js";

const CLASSES = ["container-general", "container-high-value", "bulk", "perishables"];

export default async function routesPage(place) {
  const out = h("section", { "aria-live": "polite", id: "alternatives" });
  const from = picker({ table: "places", id: "from", value: read("from") ?? "cn.xian", required: true });
  const to = picker({ table: "places", id: "to", value: read("to") ?? "kz.almaty", required: true });
  const kind = h("select", { id: "class" }, CLASSES.map((c) =>
    h("option", { value: c, selected: c === read("class") }, t(`class.${c}`))));
  const on = h("input", { type: "date", id: "on", value: isDay(read("on")) ? read("on") : today(), required: true });
  const find = async (event) => {
    event?.preventDefault();
    const asked = { from: from.id(), to: to.id(), class: kind.value, on: on.value };
    write(asked);
    fill(out, h("p", { class: "quiet" }, t("loading")));
    try {
      const started = performance.now();
      const got = await getJSON(`/api/v1/routes${query(asked)}`);
      const took = performance.now() - started;
      Object.assign(asked, { from: got.from.id, to: got.to.id });
      write(asked); // a name that was typed is its id in the link
      show(out, got, asked, took);
    } catch (error) {
      fill(out, failure(error));
    }
  };
  const field = (id, key, node) => h("div", { class: "field" }, h("label", { for: id }, t(key)), node);
  fill(place,
    h("h1", null, t("routes.title")), h("p", null, t("routes.lead")),
    h("form", { class: "row", onsubmit: find },
      field("from", "routes.from", from.node),
      h("button", { type: "button", "aria-label": t("routes.swap"), title: t("routes.swap"), onclick: () => { const [a, b] = [from.id(), to.id()]; from.set(b); to.set(a); } }, "⇄"),
      field("to", "routes.to", to.node), field("class", "routes.class", kind), field("on", "routes.on", on),
      h("button", { class: "first", type: "submit" }, t("routes.find"))),
    out);
  await find();
}

function show(out, got, asked, took) {
  const { routes } = got;
  const title = t("routes.found", { from: name(got.from.id, got.from.name), to: name(got.to.id, got.to.name), n: routes.length });
  const link = h("input", { readonly: true, value: location.href, "aria-label": t("routes.share"), onfocus: (e) => e.target.select() });
  const copied = h("span", { role: "status" });
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(location.href);
      copied.textContent = t("routes.copied");
    } catch {
      link.focus(); // the browser does not let a page copy: the text is selected instead
    }
  };
  fill(out,
    h("h2", null, title),
    h("p", { class: "quiet" }, `${t(`class.${asked.class}`)} · ${date(asked.on)}`),
    routes.length ? null : h("p", null, t("routes.none")),
    got.problems?.length ? problemList(got.problems) : null,
    h("div", { class: "cards" }, routes.map((route, i) => alternative(route, i))),
    h("h2", null, t("routes.share")),
    h("div", { class: "share" }, link, h("button", { type: "button", onclick: copy }, t("routes.copy")), copied),
    h("p", { class: "quiet" }, t("routes.note"), " ", h("a", { href: `/api/v1/routes${query(asked)}` }, ".json")));
  out.dataset.took = Math.round(took);
  announce(title);
}

function alternative(route, i) {
  const { legs } = route;
  const of = (key, value, unit, digits) =>
    h("div", null, h("dt", null, t(key)), h("dd", null, number(value, digits), " ", h("small", null, t(`unit.${unit}`))));
  const days = (hours) => (typeof hours === "number" ? hours / 24 : null);
  const modes = [...new Set(legs.filter((l) => l.kind === "line-haul").map((l) => (l.mode ?? "").split("-")[0]))];
  return h("article", { class: "alternative" },
    h("h3", null, `${i + 1}. ${modes.map((m) => word(`mode.${m}`, m)).join(" + ")}`),
    h("dl", { class: "numbers" },
      of("routes.p50", days(route.time_p50_h), "day", 1), of("routes.p90", days(route.time_p90_h), "day", 1),
      of("routes.cost", route.money_usd2023_per_teu, "usd2023/teu", 0), of("routes.co2", route.emission_kgco2_per_teu, "kgco2/teu", 0),
      of("routes.distance", route.distance_km, "km", 0), of("routes.border", route.border_h, "h")),
    legList(legs),
    h("details", null, h("summary", null, t("strip.title")), strip({ after: legs }, "time_h", t("strip.time"))));
}
