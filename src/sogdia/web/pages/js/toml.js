// A scenario as the file every command reads.

const DAY = /^\d{4}-\d\d-\d\d$/;

const text = (value) => JSON.stringify(value);

/** A value as it was written: kept as text, so that the check says what is wrong with it. */
export class Written {
  constructor(text) {
    this.text = text;
  }
}

/** One value as TOML. */
export function value(v) {
  if (v instanceof Written) return v.text;
  if (typeof v === "string") return DAY.test(v) ? v : text(v);
  if (typeof v === "number" || typeof v === "boolean") return String(v);
  if (Array.isArray(v)) return `[${v.map(value).join(", ")}]`;
  const pairs = Object.entries(v).filter(([, x]) => given(x));
  return `{ ${pairs.map(([k, x]) => `${key(k)} = ${value(x)}`).join(", ")} }`;
}

const key = (k) => (/^[A-Za-z0-9_-]+$/.test(k) ? k : text(k));
const given = (v) => v !== null && v !== undefined && v !== "" && !(Array.isArray(v) && v.length === 0);
const lines = (table) =>
  Object.entries(table).filter(([, v]) => given(v)).map(([k, v]) => `${key(k)} = ${value(v)}`);

/** Tables of the scenario as TOML; arrays of tables last, as a file wants it. */
export function toToml(scenario) {
  const isTables = (v) => Array.isArray(v) && v.length > 0 && v.every((x) => x && typeof x === "object" && !Array.isArray(x) && !(x instanceof Written));
  const own = Object.fromEntries(Object.entries(scenario).filter(([, v]) => !isTables(v)));
  const blocks = Object.entries(scenario).filter(([, v]) => isTables(v));
  return [
    lines(own).join("\n"),
    ...blocks.flatMap(([name, tables]) => tables.map((x) => `[[${key(name)}]]\n${lines(x).join("\n")}`)),
  ].join("\n\n") + "\n";
}
