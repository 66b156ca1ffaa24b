// Two or more runs side by side, and what was modelled, planned and observed.

import { read, write } from "./address.js";
import { fill, h, safeLink } from "./dom.js";
import { failure, getJSON, query } from "./http.js";
import { entityText, linkages } from "./linkages.js";
import { table } from "./table.js";
import { date, number, signed, t, unitText, word } from "./text.js";

export default async function comparePage(place) {
  const out = h("section", { "aria-live": "polite", id: "compared" });
  const past = h("section", { id: "backtest" });
  const chosen = new Set((read("runs") ?? "").split(",").filter(Boolean));
  fill(place, h("h1", null, t("compare.title")), h("p", null, t("compare.lead")));
  const runs = await getJSON("/api/v1/runs?role=scenario");
  const button = h("button", { class: "first", type: "button", onclick: () => compare() }, t("compare.go"));
  const list = h("fieldset", null, h("legend", null, t("compare.choose")),
    runs.length ? runs.slice(0, 40).map((r) =>
      h("label", { class: "check" },
        h("input", { type: "checkbox", value: r.id, checked: chosen.has(r.id), onchange: (e) => { if (e.target.checked) chosen.add(r.id); else chosen.delete(r.id); } }),
        h("span", null, r.title ?? r.scenario, " ", h("small", null, `· ${r.created ? date(r.created) : ""} · ${r.id.slice(0, 8)} · `),
          h("a", { href: `/scenario?run=${r.id}` }, h("small", null, t("compare.open"))))))
      : h("p", null, t("compare.no_runs"), " ", h("a", { href: "/scenario" }, t("nav.scenario"))));
  place.append(list, button, out, past);
  const compare = async () => {
    write({ runs: [...chosen].join(",") });
    if (chosen.size < 2) {
      fill(out, h("p", { role: "alert" }, t("compare.two")));
      return;
    }
    fill(out, h("p", { class: "quiet" }, t("loading")));
    try {
      const ids = [...chosen];
      const [got, ...summaries] = await Promise.all([
        getJSON(`/api/v1/compare${query({ runs: ids.join(",") })}`),
        ...ids.map((id) => getJSON(`/api/v1/runs/${id}/summary`)),
      ]);
      side(out, ids, ids.map((id) => runs.find((r) => r.id === id)), got, summaries);
    } catch (error) {
      fill(out, failure(error));
    }
  };
  if (chosen.size > 1) await compare();
  await backtest(past);
}

function side(out, ids, runs, got, summaries) {
  const titles = ids.map((id, i) => runs[i]?.title ?? id.slice(0, 8));
  const { rows, notes } = got;
  fill(out,
    notes.length ? h("ul", { lang: "en" }, notes.map((n) => h("li", null, n))) : null,
    h("h2", null, t("compare.linkages")),
    h("div", { class: "cards" }, summaries.map((summary, i) =>
      h("div", null, h("h3", null, titles[i]), linkages(summary.linkages, { plain: true, notes: summary.linkage_notes })))),
    rows.length ? table({
      caption: t("compare.rows", { n: rows.length }),
      columns: [
        { key: "title", title: t("column.variable"), show: (r) => h("span", { lang: "en" }, r.title) },
        { key: "entity", title: t("column.of"), show: (r) => entityText(r.entity) },
        ...ids.map((id, i) => ({ key: id, title: titles[i], number: true, sort: (r) => r.values[id] ?? null, show: (r) => signed(r.values[id]) })),
        { key: "unit", title: t("column.unit"), show: (r) => unitText(r.unit) },
      ],
      rows, limit: 60,
    }) : null);
}

/** Words of the evidence on past traffic, by their English; what has no translation stays English. */
const pastText = (text) => word(`past.${text.toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "")}`, text);

/** A row's title: as a whole, or `A – B, way` in its parts. */
function pastTitle(title) {
  const whole = pastText(title);
  const [, from, to, way] = /^(.+?) – (.+), ([\w-]+)$/.exec(title) ?? [];
  return whole === title && way ? `${pastText(from)} – ${pastText(to)}, ${pastText(way)}` : whole;
}

const pastNote = (note) => {
  const whole = pastText(note);
  return whole === note ? note.split("; ").map(pastText).join("; ") : whole;
};

async function backtest(place) {
  try {
    const got = await getJSON("/api/v1/backtest");
    const { rows } = got;
    const value = (v) => (typeof v === "number" ? number(v) : (v ?? t("absent")));
    fill(place, h("h2", null, t("backtest.title")), h("p", null, t("backtest.lead")),
      got.pending ? h("p", { class: "quiet" }, t("backtest.pending")) : null,
      got.notes.map((n) => h("p", { class: "quiet" }, pastText(n))),
      table({
        caption: t("backtest.rows", { n: rows.length }),
        columns: [
          { key: "what", title: t("column.what"), sort: (r) => r.title, show: (r) => [pastTitle(r.title), r.note ? h("small", null, ` – ${pastNote(r.note)}`) : null] },
          { key: "year", title: t("column.year"), show: (r) => String(r.year ?? "") },
          { key: "planned", title: t("column.planned"), number: true, show: (r) => value(r.planned) },
          { key: "modelled", title: t("column.modelled"), number: true, show: (r) => value(r.modelled) },
          { key: "observed", title: t("column.observed"), number: true, show: (r) => value(r.observed) },
          { key: "unit", title: t("column.unit"), show: (r) => unitText(r.unit) },
          { key: "source_title", title: t("column.source"), show: (r) => safeLink(r.source_url, r.source_title ?? "") },
        ],
        rows, limit: 60,
      }));
  } catch (error) {
    fill(place, h("h2", null, t("backtest.title")), failure(error));
  }
}
