// What a page shows is in its address, so that a link shows the same.

export const read = (key) => new URLSearchParams(location.search).get(key);

/** Set or take out parts of the address without a new entry in the history. */
export function write(values) {
  const to = new URL(location.href);
  for (const [key, value] of Object.entries(values)) {
    if (value === null || value === undefined || value === "") to.searchParams.delete(key);
    else to.searchParams.set(key, value);
  }
  history.replaceState(history.state, "", to);
}

export const isDay = (text) =>
  /^\d{4}-\d\d-\d\d$/.test(text ?? "") && !Number.isNaN(Date.parse(`${text}T00:00:00Z`));
export const today = () => new Date().toISOString().slice(0, 10);
