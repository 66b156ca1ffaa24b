// A corridor as time, cost and distance: the line climbs with what a shipment spends, borders are steps.

import { h, s, scrolled } from "./dom.js";
import { nameOf, number, t, unitText } from "./text.js";

const WIDE = 760;
const HIGH = 300;
const LEFT = 62;
const BOTTOM = 44;
const TOP = 14;
const RIGHT = 14;

/** Legs to corners: { km, y, stop } where a border or terminal adds without distance. */
function climb(legs, field) {
  const corners = [{ km: 0, y: 0 }];
  for (const leg of legs) {
    const last = corners[corners.length - 1];
    const km = last.km + (leg.distance_km ?? 0);
    corners.push({ km, y: last.y + (leg[field] ?? 0), leg, stop: !leg.distance_km });
  }
  return corners;
}

const steps = (top) => {
  const raw = top / 5;
  const power = 10 ** Math.floor(Math.log10(raw || 1));
  const step = [1, 2, 2.5, 5, 10].map((m) => m * power).find((m) => m >= raw) ?? power;
  return Array.from({ length: Math.floor(top / step) + 1 }, (_, i) => i * step);
};

/**
 * `sides`: { before: legs, after: legs }; a leg has kind, from, to, name, distance_km and the field.
 * Field: time_h or money_usd2023_per_teu.
 */
export function strip(sides, field, title) {
  const unit = field === "time_h" ? "h" : "usd2023/teu";
  const lines = Object.entries(sides).filter(([, legs]) => legs?.length).map(([side, legs]) => [side, climb(legs, field)]);
  if (!lines.length) return h("p", { class: "quiet" }, t("strip.none"));
  const farthest = Math.max(1, ...lines.map(([, c]) => c[c.length - 1].km));
  const top = Math.max(1e-9, ...lines.map(([, c]) => c[c.length - 1].y)) * 1.06;
  const x = (km) => LEFT + (km / farthest) * (WIDE - LEFT - RIGHT);
  const y = (v) => HIGH - BOTTOM - (v / top) * (HIGH - BOTTOM - TOP);
  const grid = [
    ...steps(top).map((v) => [
      s("line", { class: "axis", x1: LEFT, x2: WIDE - RIGHT, y1: y(v), y2: y(v) }),
      s("text", { class: "quiet", x: LEFT - 6, y: y(v) + 4, "text-anchor": "end" }, number(v)),
    ]),
    ...steps(farthest).map((v) =>
      s("text", { class: "quiet", x: x(v), y: HIGH - BOTTOM + 16, "text-anchor": "middle" }, number(v))),
    s("text", { class: "quiet", x: WIDE - RIGHT, y: HIGH - 6, "text-anchor": "end" }, t("strip.distance")),
    s("text", { class: "quiet", x: 4, y: 11 }, unitText(unit)),
  ];
  const drawn = lines.map(([side, corners]) => [
    s("path", { class: side, d: `M${corners.map((c) => `${x(c.km).toFixed(1)} ${y(c.y).toFixed(1)}`).join("L")}` }),
    corners.filter((c) => c.stop && c.leg[field] > 0.02 * top).map((c) =>
      s("circle", { class: `stop ${side}`, cx: x(c.km), cy: y(c.y), r: 4 },
        s("title", null, `${legName(c.leg)}: ${number(c.leg[field])} ${unitText(unit)}`))),
  ]);
  // Names of the largest steps of the line shown last, above one another where they would meet.
  const [, main] = lines[lines.length - 1];
  const labels = [];
  for (const c of main.filter((k) => k.stop).sort((a, b) => b.leg[field] - a.leg[field]).slice(0, 5)) {
    if (!(c.leg[field] > 0.03 * top) || labels.some((l) => Math.abs(l.x - x(c.km)) < 110 && Math.abs(l.y - y(c.y)) < 15)) continue;
    const at = { x: x(c.km), y: y(c.y) };
    labels.push(at);
    const end = at.x > WIDE / 2;
    drawn.push(s("text", { x: at.x + (end ? -8 : 8), y: at.y - 6, "text-anchor": end ? "end" : "start" }, legName(c.leg)));
  }
  return h("figure", { style: "margin: .4rem 0" },
    h("figcaption", null, title),
    scrolled(title, s("svg", { class: "strip", viewBox: `0 0 ${WIDE} ${HIGH}`, role: "img", "aria-label": t("strip.label", { title, ends: lines.map(([side, c]) => `${t(`side.${side}`)} ${number(c[c.length - 1].y)} ${unitText(unit)}`).join("; ") }) }, grid, drawn)));
}

/** What a leg is called: its two ends, or the post or terminal where it waits. */
export function legName(leg) {
  if (leg.post || leg.place) return nameOf(leg.post ?? leg.place, leg.name ?? leg.post ?? leg.place);
  const [a, b] = [leg.from, leg.to].map((p) => nameOf(p, p));
  if (a && b && a !== b) return `${a} – ${b}`;
  return nameOf(leg.id, leg.name ?? a ?? b ?? "");
}
