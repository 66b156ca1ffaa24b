// A run: its progress while it is made, then its results, each part as it arrives.

import { write } from "./address.js";
import { announce, fill, h } from "./dom.js";
import { Refused, failure, getJSON, problemList, query, sendJSON } from "./http.js";
import { differenceMap } from "./difference.js";
import { linkages, rowTitle } from "./linkages.js";
import { pairName, pairTable } from "./pairs.js";
import { strip } from "./strip.js";
import { table } from "./table.js";
import { current, date, name, signedPercent, t, word } from "./text.js";
import { OF_PAIR, OF_ZONE, showTrace } from "./trace.js";

const ENDED = ["done", "failed", "cancelled", "lost"];

/** Ask for a run. Gives its job, or null where it is refused, which is then shown. */
export async function askRun(place, asked) {
  try {
    return (await sendJSON("POST", "/api/v1/runs", asked)).job;
  } catch (error) {
    fill(place, failure(error));
    return null;
  }
}

/** Follow a job by its id. Gives { done, stop }: `done` becomes the run id, or null. */
export function follow(place, id) {
  const bar = h("progress", { max: 1, value: 0, "aria-label": t("run.progress") });
  const message = h("p", { role: "status" }, t("run.queued"));
  const cancel = h("button", { type: "button", id: "cancel" }, t("run.cancel"));
  const box = h("div", { class: "job", id: "job" }, h("h2", null, t("run.running")), bar, message, cancel);
  fill(place, box);
  const path = `/api/v1/jobs/${id}`;
  let events = null;
  let polling = 0;
  let settle;
  const done = new Promise((resolve) => { settle = resolve; });
  const stop = () => {
    events?.close();
    clearTimeout(polling);
    settle(null);
  };
  const see = (now) => {
    box.dataset.state = now.state;
    bar.value = now.share ?? 0;
    const text = now.message || t(`run.state.${now.state}`);
    if (message.textContent !== text) message.textContent = text;
    if (now.message) message.lang = "en"; // what a model tells of its work is in its own words
    else message.removeAttribute("lang");
    if (!ENDED.includes(now.state)) return false;
    events?.close();
    clearTimeout(polling);
    cancel.remove();
    announce(t(`run.state.${now.state}`));
    if (now.state === "done") settle(now.run);
    else {
      fill(box, h("h2", null, t(`run.state.${now.state}`)), now.problems?.length ? problemList(now.problems) : null,
        h("button", { type: "button", onclick: () => again(path) }, t("run.again")));
      settle(null);
    }
    return true;
  };
  const poll = async () => {
    try {
      if (see(await getJSON(path))) return;
    } catch (error) {
      if (error instanceof Refused) {
        fill(box, failure(error));
        settle(null);
        return;
      }
      message.textContent = t("run.waiting"); // the server is away; the job is kept there
    }
    polling = setTimeout(poll, 700);
  };
  cancel.addEventListener("click", async () => {
    cancel.disabled = true;
    try {
      await sendJSON("DELETE", path);
    } catch (error) {
      fill(box, failure(error));
    }
    clearTimeout(polling);
    poll();
  });
  events = new EventSource(`${path}/events`);
  const heard = (event) => {
    try {
      see(JSON.parse(event.data));
    } catch {
      return; // a comment or a keep-alive
    }
  };
  events.addEventListener("progress", heard);
  events.onerror = () => {
    events.close();
    clearTimeout(polling);
    poll();
  };
  return { done, stop };
}

/** Ask anew what an ended job was asked; its page is the one of the new job. */
async function again(path) {
  const { job } = await sendJSON("POST", `${path}/again`);
  write({ job: job.id });
  location.reload();
}

/** Results of a finished run, each part by itself, so that one that fails leaves the others. */
export async function showRun(place, run) {
  const part = (title, id) => {
    const body = h("div", null, h("p", { class: "quiet" }, t("loading")));
    return { body, node: h("section", { id }, title ? h("h2", null, title) : null, body) };
  };
  const parts = {
    head: part(null, "result-head"),
    map: part(t("results.map"), "result-map"),
    linkages: part(t("results.linkages"), "result-linkages"),
    pairs: part(t("results.pairs"), "result-pairs"),
    strip: part(t("results.strip"), "result-strip"),
    gains: part(t("results.gains"), "result-gains"),
    files: part(t("results.downloads"), "result-files"),
  };
  fill(place, Object.values(parts).map((p) => p.node));
  place.dataset.run = run;
  const base = `/api/v1/runs/${run}`;
  const into = async (p, work) => {
    try {
      fill(p.body, await work());
    } catch (error) {
      fill(p.body, failure(error));
      if (!(error instanceof Refused)) console.error(error);
    }
  };
  const summary = getJSON(`${base}/summary`);
  summary.catch(() => {}); // each part that waits for it says so
  await Promise.all([
    into(parts.head, async () => head(await summary, base)),
    into(parts.linkages, async () => linkages((await summary).linkages, {
      notes: (await summary).linkage_notes,
      onpick: (r) => showTrace(parts.linkages.node, run, { entity: r.entity, on: r.on, variables: [r.variable], title: rowTitle(r) }),
    })),
    into(parts.pairs, async () => pairTable((await summary).pairs, (p) => showTrace(parts.pairs.node, run, {
      entity: `${p.origin}>${p.destination}`, commodity: p.commodity, variables: OF_PAIR,
      title: `${pairName(p)}, ${word(`class.${p.commodity}`, p.commodity)}`,
    }))),
    into(parts.gains, async () => gains(await summary, (z) => showTrace(parts.gains.node, run, {
      entity: z.zone, commodity: z.commodity, title: name(z.zone, z.name), variables: OF_ZONE,
    }), (c) => showTrace(parts.gains.node, run, {
      entity: c.country, commodity: "full", title: `${t("results.income")}: ${name(c.country, c.name)}`, variables: ["real_income_change_share"],
    }))),
    into(parts.map, () => differenceMap(base)),
    into(parts.strip, async () => strips(base, await summary)),
    into(parts.files, () => files(base)),
  ]);
  place.dataset.ready = "true";
  announce(t("results.ready"));
}

function head(summary, base) {
  const said = summary.sentences ?? [];
  return [
    h("h2", null, summary.title ?? t("results.title")),
    summary.question ? h("p", null, summary.question) : null,
    h("p", { class: "quiet" }, date(summary.on), " · ", h("a", { href: base }, t("results.manifest"))),
    summary.problems?.length ? h("div", { class: "failed" }, h("p", null, t("results.problems")), problemList(summary.problems)) : null,
    said.length ? h("details", { open: said.length < 6 }, h("summary", null, t("results.sentences")), h("div", { lang: "en" }, said.slice(0, 30).map((line) => h("p", null, line)))) : null,
  ];
}

function gains(summary, onpick, oncountry) {
  const side = (rows, key) => table({
    caption: t(key),
    columns: [
      { key: "zone", title: t("column.zone"), show: (r) => name(r.zone, r.name) },
      { key: "country", title: t("column.country"), show: (r) => name(r.country, r.country) },
      { key: "change", title: t("column.cost_change"), number: true, sort: (r) => r.change.central, show: (r) => changeCell(r.change) },
    ],
    rows, onpick, limit: 12,
  });
  return [
    h("p", { class: "quiet" }, t("results.gains.note")),
    h("div", { class: "cards" }, side(summary.gainers, "results.gainers"), side(summary.losers, "results.losers")),
    incomes(summary.incomes, oncountry),
  ];
}

/** A share with its 90 % band; of a cost less is better, of an income more. */
function changeCell(band, better = -1) {
  return [h("span", { class: band.central * better > 0 ? "more" : band.central ? "less" : null }, signedPercent(band.central, 2)),
    typeof band.p05 === "number" && band.p05 !== band.p95 ? h("span", { class: "band" }, `${signedPercent(band.p05, 2)} … ${signedPercent(band.p95, 2)}`) : null];
}

function incomes(rows, onpick) {
  if (!rows.length) return null;
  const share = (x) => signedPercent(x, 3);
  return table({
    caption: t("results.income"),
    columns: [
      { key: "country", title: t("column.country"), show: (r) => name(r.country, r.name) },
      { key: "full", title: t("column.full"), number: true, sort: (r) => r.full?.central ?? null, show: (r) => (r.full ? changeCell(r.full, 1) : t("absent")) },
      { key: "conditional", title: t("column.conditional"), number: true, show: (r) => share(r.conditional) },
      { key: "partial", title: t("column.partial"), number: true, show: (r) => share(r.partial) },
    ],
    rows, onpick,
  });
}

async function strips(base, summary) {
  // The pair that changes most comes first; one with a way on one side only before all.
  const weight = (p) => (p.gencost_change === null ? 1e9 : Math.abs(p.gencost_change));
  const pairs = summary.pairs.toSorted((a, b) => weight(b) - weight(a));
  const out = h("div", { "aria-live": "polite" });
  const draw = async (pair) => {
    try {
      const got = await getJSON(`${base}/strip${query({ pair })}`);
      const sides = { before: got.before?.legs, after: got.after?.legs };
      fill(out,
        h("ul", { class: "keys" },
          h("li", null, line("before"), t("side.before")), h("li", null, line("after"), t("side.after"))),
        same(sides) ? h("p", { class: "quiet" }, t("strip.same")) : null,
        strip(sides, "time_h", t("strip.time")), strip(sides, "money_usd2023_per_teu", t("strip.money")));
    } catch (error) {
      fill(out, failure(error));
    }
  };
  if (!pairs.length) {
    await draw("");
    return out;
  }
  const choice = h("select", { id: "pair", onchange: () => draw(choice.value) }, pairs.map((p) =>
    h("option", { value: p.key }, `${pairName(p)}, ${word(`class.${p.commodity}`, p.commodity ?? "")}`)));
  await draw(pairs[0].key);
  return [h("div", { class: "field" }, h("label", { for: "pair" }, t("strip.pair")), choice), out];
}

const same = ({ before, after }) => JSON.stringify(before) === JSON.stringify(after);

const line = (side) => {
  const dash = side === "before" ? "dashed" : "solid";
  return h("i", { style: `border-top: 3px ${dash} var(--${side === "before" ? "less" : "more"}); width: 2rem; display: inline-block` });
};

const WITH_BRIEF = ["docx", "pdf"];

/** Documents this server can make of the run. */
async function files(base) {
  const lang = current();
  const given = await getJSON(`${base}/documents${query({ lang })}`);
  const formats = given.map((f) => f.format);
  const empty = given.filter((f) => f.notice);
  const link = (format, kind) => {
    const text = t(`download.${kind === "brief" ? "brief_" : ""}${format.replace(".", "_")}`);
    return h("li", null, h("a", { href: `${base}/documents/${format}${query({ lang, kind })}`, download: "", "data-format": format, "data-kind": kind }, text));
  };
  return [
    formats.length ? null : h("p", null, t("results.no_documents")),
    empty.length ? h("p", { class: "quiet", "data-notice": "fonts", title: empty[0].notice }, t("results.no_letters", { formats: empty.map((f) => f.format.toUpperCase()).join(", ") })) : null,
    h("ul", { class: "downloads" }, formats.map((f) => link(f, "full")), formats.filter((f) => WITH_BRIEF.includes(f)).map((f) => link(f, "brief"))),
    h("p", { class: "twins" }, h("a", { href: `${base}/tables` }, t("results.tables"))),
  ];
}
