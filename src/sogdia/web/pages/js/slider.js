// Years on a line, with the phases of the history under it.

import { h } from "./dom.js";
import { isDay } from "./address.js";
import { date, t, word } from "./text.js";

/** `onmove` gets a day as text, at every step. */
export function slider({ day, history, onmove }) {
  const years = history.years;
  const [first, last] = [years[0], years[years.length - 1]];
  const yearOf = (iso) => Math.min(last, Math.max(first, +iso.slice(0, 4)));
  const out = h("output", { for: "year" }, String(yearOf(day)));
  const range = h("input", {
    type: "range", id: "year", min: first, max: last, step: 1, value: yearOf(day),
    oninput: () => move(`${range.value}-07-01`),
  });
  const exact = h("input", {
    type: "date", id: "day", min: `${first}-01-01`, max: `${last}-12-31`, value: day,
    onchange: () => isDay(exact.value) && move(exact.value),
  });
  const edge = (text, otherwise) => (text ? +String(text).slice(0, 4) : otherwise);
  const phases = history.phases.map((p, i) => {
    const from = Math.max(first, edge(p.from, first));
    const to = edge(history.phases[i + 1]?.from, last + 1);
    const title = word(`phase.${i + 1}`, p.name);
    return { from, to, node: h("li", { style: `flex: ${Math.max(1, to - from)} 1 0`, title: `${title}, ${from}–${p.to ? edge(p.to) : ""}` }, h("b", null, String(from)), " ", title) };
  });
  const show = (iso) => {
    const year = yearOf(iso);
    out.textContent = String(year);
    range.setAttribute("aria-valuetext", date(iso));
    for (const p of phases) {
      if (p.from <= year && year < p.to) p.node.setAttribute("aria-current", "true");
      else p.node.removeAttribute("aria-current");
    }
  };
  const move = (iso) => {
    range.value = yearOf(iso);
    exact.value = iso;
    show(iso);
    onmove(iso); // at once: the map draws in the next frame
  };
  show(day);
  return h("div", { class: "time" },
    h("div", { class: "line" },
      h("label", { for: "year" }, t("map.year")), out, range,
      h("label", { for: "day" }, t("map.day")), exact),
    h("ol", { class: "phases", "aria-label": t("map.phases") }, phases.map((p) => p.node)));
}
