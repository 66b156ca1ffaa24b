// A form for one measure, made from what the server says a kind of measure has.

import { fill, freshId, h } from "./dom.js";
import { picker } from "./pick.js";
import { Written, value } from "./toml.js";
import { nameOf, t, word } from "./text.js";

const SHARED = ["id", "kind", "on", "until", "source", "why", "cost"];

/** Kinds as the form takes them: { kind, about, targets, fields: [{ name, about, need, choices, many, day }] }. */
export function kindsOf({ kinds, singular }) {
  return kinds.map(({ kind, about, targets, schema }) => {
    const required = new Set(schema.required ?? []);
    return {
      kind,
      about,
      targets: targets.map((table) => ({ table, word: singular[table] })),
      fields: Object.entries(schema.properties)
        .filter(([name]) => !SHARED.includes(name) && !targets.includes(name))
        .map(([name, f]) => field(name, f, required.has(name), schema.$defs ?? {})),
    };
  });
}

function field(name, raw, need, defs) {
  const shapes = [raw, ...(raw.anyOf ?? [])].map((x) => (x.$ref ? { ...defs[x.$ref.split("/").pop()], ...x } : x));
  return {
    name,
    need,
    about: raw.description ?? "",
    example: raw.examples?.[0] ?? "",
    choices: shapes.map((x) => x.enum).find(Boolean) ?? null,
    many: shapes.some((x) => x.type === "array"),
    number: shapes.some((x) => ["number", "integer"].includes(x.type)) && !shapes.some((x) => x.type === "string"),
    flag: shapes.some((x) => x.type === "boolean"),
    day: shapes.some((x) => x.format === "date"),
  };
}

export const kindTitle = (kind) => word(`measure.${kind}`, kind.replaceAll("-", " "));
const fieldTitle = (kind, name) =>
  word(`field.${kind}.${name}`, word(`field.${name}`, name.replaceAll("_", " ")));

/**
 * The form of `measure`, changed in place; `onchange` runs at every change.
 * `onkind` runs when the kind changes and the form must be made anew.
 */
export function measureForm(measure, kinds, { number, onchange, onkind, onremove }) {
  const kind = kinds.find((k) => k.kind === measure.kind) ?? kinds[0];
  const set = (name, value) => {
    if (value === "" || value === null || (Array.isArray(value) && !value.length)) delete measure[name];
    else measure[name] = value;
    onchange();
  };
  const choice = h("select", { id: freshId("kind"), onchange: () => onkind(choice.value) },
    kinds.map((k) => h("option", { value: k.kind, selected: k.kind === measure.kind }, kindTitle(k.kind))));
  const row = (title, control, { hint, name, own = true } = {}) => {
    const input = Array.isArray(control) ? control[0] : control;
    input.id ||= freshId("field");
    const note = hint ? h("span", { class: "hint", id: `${input.id}-hint`, lang: own ? null : "en" }, hint) : null;
    if (note) input.setAttribute("aria-describedby", note.id);
    if (name) input.dataset.field = name;
    return h("div", { class: "field" }, h("label", { for: input.id }, title), control, note);
  };
  // A value with a range is a table: it is shown as the file has it, and stays one when it is edited.
  const shown = (x) => (x && typeof x === "object" ? value(x) : (x ?? ""));
  const taken = (text) => (text.startsWith("{") ? new Written(text) : text);
  const plain = (name, attributes = {}) =>
    h("input", { type: "text", value: shown(measure[name]), autocomplete: "off", oninput: (e) => set(name, taken(e.target.value.trim())), ...attributes });
  return h("fieldset", { class: "measure", "data-measure": measure.id },
    h("legend", null, `${number}. ${kindTitle(measure.kind)}`),
    row(t("form.kind"), choice, { hint: word(`measure.${kind.kind}.about`, kind.about.split("\n")[0]) }),
    kind.targets.length ? targetField(measure, kind, set) : null,
    kind.fields.map((f) => row(fieldTitle(kind.kind, f.name) + (f.need ? " *" : ""), control(f, measure, set, plain), { hint: hintOf(f), name: f.name, own: false })),
    h("div", { class: "pair" },
      row(t("form.on"), plain("on", { type: "date", required: true }), { name: "on" }),
      row(t("form.until"), plain("until", { type: "date" }), { name: "until" })),
    row(t("form.source"), plain("source", { required: true }), { name: "source", hint: t("form.source.hint") }),
    h("details", { open: Boolean(measure.why || measure.cost) }, h("summary", null, t("form.reasons")),
      row(t("form.why"), h("textarea", { rows: 2, value: measure.why ?? "", oninput: (e) => set("why", e.target.value.trim()) }), { name: "why" }),
      row(t("form.cost"), plain("cost"), { name: "cost", hint: '4.7 billion USD2023' })),
    h("button", { type: "button", class: "plain", onclick: onremove }, t("form.remove")));
}

/** What a field takes, in the words of the reference page, which is English. */
const hintOf = (f) => [f.about, f.example].filter(Boolean).join(" ");

function control(f, measure, set, plain) {
  const now = measure[f.name];
  if (f.flag || f.choices) {
    const options = f.flag ? ["true", "false"] : f.choices;
    const pick = h("select", { onchange: () => set(f.name, pick.value === "" ? null : f.flag ? pick.value === "true" : pick.value) },
      h("option", { value: "" }, f.need ? t("form.choose") : t("form.as_is")),
      options.map((o) => h("option", { value: o, selected: String(now) === String(o) }, word(`status.${o}`, String(o).replaceAll("_", " ")))));
    return pick;
  }
  if (f.day) return plain(f.name, { type: "date" });
  if (f.many) {
    return h("input", { type: "text", value: Array.isArray(now) ? now.join(", ") : (now ?? ""), oninput: (e) => set(f.name, listed(e.target.value)) });
  }
  if (f.number) {
    return h("input", { type: "text", inputmode: "decimal", value: now ?? "", oninput: (e) => { const x = e.target.value.trim().replace(",", "."); set(f.name, x !== "" && Number.isFinite(+x) ? +x : x); } });
  }
  return plain(f.name);
}

const listed = (text) => {
  const parts = text.split(",").map((p) => p.trim()).filter(Boolean);
  return parts.length === 1 ? parts[0] : parts;
};

/** What the measure acts on: a kind of thing where there are several, and ids as chips. */
function targetField(measure, kind, set) {
  const given = kind.targets.find((x) => measure[x.table] !== undefined || measure[x.word] !== undefined) ?? kind.targets[0];
  const ids = () => {
    const now = measure[given.table] ?? measure[given.word];
    if (now === undefined) return [];
    return Array.isArray(now) ? now : [now];
  };
  const put = (list) => {
    for (const x of kind.targets) {
      delete measure[x.table];
      delete measure[x.word];
    }
    set(given.table, list.length === 1 && typeof list[0] === "object" ? list[0] : list);
    draw();
  };
  const chips = h("ul", { class: "chips", "aria-label": t("form.targets") });
  const draw = () => fill(chips, ids().map((id, i) => {
    const shown = typeof id === "string" ? nameOf(id, id) : JSON.stringify(id);
    return h("li", null, shown, shown !== id && typeof id === "string" ? h("small", null, ` ${id}`) : null,
      h("button", { type: "button", "aria-label": t("form.take_out", { name: shown }), onclick: () => { put(ids().filter((_, j) => j !== i)); search.input.focus(); } }, "×"));
  }));
  const addId = (id) => {
    if (id && !ids().includes(id)) put([...ids().filter((x) => typeof x === "string"), id]);
    search.set("", "");
  };
  const other = (table) => {
    for (const x of kind.targets) {
      delete measure[x.table];
      delete measure[x.word];
    }
    measure[table] = []; // an empty list is left out of the file, and says which kind is meant
    box.replaceWith(targetField(measure, kind, set));
  };
  const id = freshId("target");
  const search = picker({ table: given.table, id, onenter: addId });
  search.input.dataset.field = given.table;
  const which = kind.targets.length > 1
    ? h("select", { "aria-label": t("form.target_kind"), onchange: () => other(which.value) },
        kind.targets.map((x) => h("option", { value: x.table, selected: x === given }, word(`target.${x.table}`, x.word))))
    : null;
  draw();
  const box = h("div", { class: "field" },
    h("label", { for: id }, `${t("form.targets")}: ${word(`target.${given.table}`, given.word)} *`), which, chips,
    h("div", { class: "pair" }, search.node, h("button", { type: "button", onclick: () => addId(search.id()) }, t("form.add"))));
  return box;
}
