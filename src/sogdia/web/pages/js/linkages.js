// Five linkages in one table of cards: headlines first, the rest on request, bands always.

import { h } from "./dom.js";
import { indicatorText, nameOf, number, partText, percent, signed, signedPercent, t, unitText, word } from "./text.js";

export const LINKAGES = ["policy", "facilities", "trade", "finance", "people"];

const unknown = (r) => r.before_amount === null && r.after_amount === null;
const untouched = (rows) => rows.every((r) => r.change_amount === 0 || (r.change_amount === null && unknown(r)));

/**
 * Rows of the table `linkage_indicator` of one date, and notes on what could not be asked.
 * `onpick` is told of a row whose sources are wanted.
 */
export function linkages(rows, { plain = false, notes = [], onpick = null } = {}) {
  const cards = LINKAGES.map((id) => card(id, rows.filter((r) => r.linkage === id), onpick));
  return h("div", null,
    notes.length ? h("ul", { class: "quiet", lang: "en" }, notes.map((n) => h("li", null, `${n.part}: ${n.why}`))) : null,
    h("div", { class: plain ? null : "cards" }, cards));
}

function card(id, rows, onpick) {
  const item = (r) => itemOf(r, onpick);
  const head = h("h3", null, t(`linkage.${id}`));
  if (!rows.length) return h("section", { class: "linkage" }, head, h("p", { class: "quiet" }, t("linkage.not_asked")));
  if (untouched(rows)) return h("section", { class: "linkage" }, head, h("p", null, t("linkage.untouched")));
  const moved = rows.filter((r) => r.change_amount !== 0);
  const heads = moved.filter((r) => r.headline);
  const shown = (heads.length ? heads : moved).slice(0, 5);
  const rest = moved.filter((r) => !shown.includes(r));
  return h("section", { class: "linkage" }, head, h("dl", null, shown.map(item)),
    rest.length ? h("details", null, h("summary", null, t("linkage.more", { n: rest.length })), h("dl", null, rest.slice(0, 60).map(item))) : null);
}

/** The title of a row; said to be English where it is not in the reader's language. */
function titleOf(r) {
  const text = indicatorText(r.variable, r.title);
  return h("span", text === r.title ? { lang: "en" } : null, `${partText(r.part)}: ${text}`);
}

/** Shares of one: told in per cent. Real income is 1 in the baseline, so its change is a share too. */
const isShare = (r) => r.unit === "1" && /(_share$|^real_income)/.test(r.variable);

/** What a row is of, as text. */
export const rowTitle = (r) =>
  `${partText(r.part)}: ${indicatorText(r.variable, r.title)}${r.entity && r.entity !== "all" ? ` – ${entityText(r.entity)}` : ""}`;

function itemOf(r, onpick) {
  const band = typeof r.low_amount === "number" && typeof r.high_amount === "number";
  const share = isShare(r);
  const [plain, moved] = share ? [(x) => percent(x, 2), (x) => signedPercent(x, 2)] : [number, signed];
  const fresh = r.change_amount === null && r.after_amount !== null; // nothing before to compare with
  const figure = fresh ? plain(r.after_amount) : r.change_amount === 0 ? t("linkage.zero") : moved(r.change_amount);
  return h("div", null,
    h("dt", null, titleOf(r), r.entity && r.entity !== "all" ? ` – ${entityText(r.entity)}` : ""),
    h("dd", null,
      h("span", { class: "figure" }, figure), " ", h("small", null, share && r.change_amount === 0 ? "" : unitText(r.unit)),
      h("div", null, h("small", null, [
        fresh ? t("linkage.fresh") : share && r.before_amount === 1 ? null : t("linkage.before_after", { before: plain(r.before_amount), after: plain(r.after_amount) }),
        band ? t("linkage.band", { low: plain(r.low_amount), high: plain(r.high_amount) }) : t("linkage.no_band"),
      ].filter(Boolean).join(" · "),
      onpick ? h("span", { class: "screen" }, " · ", h("button", { type: "button", class: "plain", "data-trace": `${r.variable} ${r.entity}`, "aria-label": t("trace.of", { what: rowTitle(r) }), onclick: () => onpick(r) }, t("column.source"))) : null))));
}

/** A country, place or pair `A>B` by name. */
export const entityText = (id) => {
  const ends = id.split(/<?>/).map((part) => word(`entity.${part.replaceAll(" ", "-")}`, word(`mode.${part}`, nameOf(part, part))));
  return ends.join(id.includes("<>") ? " ↔ " : " → ");
};
