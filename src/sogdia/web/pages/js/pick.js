// A field that searches the server's ids by name while one types; the browser's own list shows them.

import { debounce, fill, freshId, h } from "./dom.js";
import { getJSON, query } from "./http.js";
import { nameOf } from "./text.js";

const label = (row) => nameOf(row.id, row.name ?? row.id);

/**
 * `table` names what is searched; `onpick` gets an id when one is chosen.
 * Gives { node, input, id(), set(id, name) }.
 */
export function picker({ table, id, value = "", required = false, onpick = null, onenter = null }) {
  const listId = freshId("choices");
  const options = h("datalist", { id: listId });
  const known = new Map(); // what is shown -> id
  let chosen = value;
  const remember = (rows) => {
    for (const row of rows) {
      known.set(label(row), row.id);
      known.set(row.id, row.id);
      if (row.name) known.set(row.name, row.id);
    }
  };
  const search = async (text) => {
    try {
      const got = await getJSON(`/api/v1/targets/${encodeURIComponent(table)}${query({ q: text })}`);
      const rows = got.items;
      remember(rows);
      fill(options, rows.map((row) => h("option", { value: label(row), label: row.id })));
      if (input.value === text) settle();
    } catch {
      fill(options); // the form says what is wrong when it is checked
    }
  };
  const soon = debounce(search, 120);
  const settle = () => {
    const now = known.get(input.value.trim()) ?? input.value.trim();
    if (now === chosen) return;
    chosen = now;
    onpick?.(now);
  };
  const input = h("input", {
    id, list: listId, autocomplete: "off", spellcheck: "false", required, value,
    oninput: () => { settle(); soon(input.value); },
    onfocus: () => { if (!options.children.length) search(""); },
    onkeydown: (event) => {
      if (event.key !== "Enter" || !onenter || !input.value.trim()) return;
      event.preventDefault();
      onenter(known.get(input.value.trim()) ?? input.value.trim());
    },
  });
  const set = (to, shown) => {
    chosen = to;
    if (shown) known.set(shown, to);
    input.value = shown ?? nameOf(to, to);
    known.set(input.value, to);
  };
  if (value) set(value);
  return { node: [input, options], input, id: () => known.get(input.value.trim()) ?? input.value.trim(), set };
}
