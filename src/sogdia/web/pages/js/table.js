// A table that can be sorted; wide ones scroll by themselves.

import { fill, freshId, h } from "./dom.js";
import { number, t } from "./text.js";

/**
 * Columns: { key, title, number?, show?(row) }. `show` gives text or a node.
 * With `onpick`, the first cell of a row is a button.
 */
export function table({ caption, columns, rows, onpick, limit = 200, sortable = true }) {
  const id = freshId("table");
  const body = h("tbody");
  const more = h("p", { class: "quiet" });
  let order = rows;
  let shown = limit;
  let sorted = null;

  const cell = (column, row, first) => {
    const raw = column.show ? column.show(row) : row[column.key];
    const content = typeof raw === "number" ? number(raw) : (raw ?? t("absent"));
    if (first && onpick) {
      return h("td", null, h("button", { class: "plain", type: "button", onclick: () => onpick(row) }, content));
    }
    return h("td", { class: column.number ? "number" : null }, content);
  };
  const draw = () => {
    fill(body, order.slice(0, shown).map((row) => h("tr", null, columns.map((c, i) => cell(c, row, i === 0)))));
    if (!rows.length) fill(body, h("tr", null, h("td", { colspan: columns.length, class: "quiet" }, t("table.none"))));
    fill(
      more,
      order.length > shown
        ? [t("table.some", { shown, n: order.length }), " ",
          h("button", { class: "plain", type: "button", onclick: () => { shown += limit * 2; draw(); } }, t("table.more"))]
        : null,
    );
    more.hidden = order.length <= shown;
  };
  const heads = columns.map((c) =>
    h("th", { scope: "col", class: c.number ? "number" : null },
      sortable ? h("button", { type: "button", onclick: () => sortBy(c) }, c.title) : c.title));
  const sortBy = (column) => {
    const up = sorted?.key === column.key ? !sorted.up : !column.number;
    sorted = { key: column.key, up };
    const value = (r) => (column.sort ? column.sort(r) : r[column.key]);
    order = [...rows].sort((a, b) => {
      const [x, y] = [value(a), value(b)];
      if (x === y) return 0;
      if (x === null || x === undefined) return 1;
      if (y === null || y === undefined) return -1;
      const sign = typeof x === "number" && typeof y === "number" ? x - y : String(x).localeCompare(String(y));
      return up ? sign : -sign;
    });
    heads.forEach((head, i) => {
      if (columns[i].key === column.key) head.setAttribute("aria-sort", up ? "ascending" : "descending");
      else head.removeAttribute("aria-sort");
    });
    draw();
  };
  draw();
  return h("div", null,
    h("div", { class: "wide", role: "region", tabindex: 0, "aria-labelledby": id },
      h("table", null, h("caption", { id }, caption), h("thead", null, h("tr", null, heads)), body)),
    more);
}

/** Links to the same rows as files. */
export const twins = (path, search = "") =>
  h("p", { class: "twins" }, t("twins"), " ",
    h("a", { href: `${path}.json${search}` }, ".json"), " ",
    h("a", { href: `${path}.csv${search}` }, ".csv"));
