// A scenario: chosen or built, checked while one types, run, and its results.

import { isDay, read, write } from "./address.js";
import { announce, debounce, fill, h } from "./dom.js";
import { Refused, failure, getJSON, getKept, problemList, sendJSON } from "./http.js";
import { picker } from "./pick.js";
import { kindTitle, kindsOf, measureForm } from "./measure_form.js";
import { askRun, follow, showRun } from "./run_view.js";
import { toToml } from "./toml.js";
import { date, nameOf, t } from "./text.js";

export default async function scenarioPage(place) {
  const [all, kindsGot, about] = await Promise.all([getJSON("/api/v1/scenarios"), getKept("/api/v1/measures"), getJSON("/api/v1/about")]);
  const kinds = kindsOf(kindsGot);
  const state = { scenario: null, given: null, stop: null, touched: false };
  const form = h("div", { id: "form" });
  const verdict = h("div", { class: "verdict", id: "verdict", "aria-live": "polite" });
  const results = h("section", { id: "results", "aria-label": t("results.title") });
  const source = h("pre", { tabindex: 0, "aria-label": t("form.toml") });

  const check = async () => {
    const toml = toToml(state.scenario);
    source.textContent = toml;
    try {
      const got = await sendJSON("POST", "/api/v1/scenarios/validate", { toml });
      if (toml === source.textContent) tell(got.problems ?? [], got.summary);
    } catch (error) {
      if (toml !== source.textContent) return;
      if (error instanceof Refused) tell(error.problems);
      else fill(verdict, failure(error));
    }
  };
  const soon = debounce(check, 350);
  const tell = (problems, summary) => {
    run.disabled = problems.length > 0;
    verdict.dataset.problems = problems.length;
    // Nobody has done anything wrong on a form that is still empty.
    if (problems.length && !state.touched && !state.given) fill(verdict, h("p", { class: "quiet" }, t("form.start")));
    else fill(verdict, problems.length
      ? [h("strong", null, t("form.problems", { n: problems.length })), problemList(problems)]
      : h("p", { class: "good" }, t("form.good"), summary ? ` ${t("form.summary", { n: summary.measures, dates: summary.dates.map(date).join(", ") })}` : ""));
    mark(form, problems);
  };
  const changed = () => {
    state.touched = true;
    state.given = null;
    soon();
  };

  const load = async (id) => {
    write({ id: id || null, run: null, job: null });
    fill(results);
    state.touched = false;
    state.given = id || null;
    drop.hidden = about.read_only || !all.some((s) => s.saved && s.id === id);
    if (!id) state.scenario = blank();
    else {
      try {
        const got = await getJSON(`/api/v1/scenarios/${encodeURIComponent(id)}`);
        state.scenario = asForm(got.scenario);
      } catch (error) {
        fill(form, failure(error));
        return;
      }
    }
    draw();
    check();
  };
  const draw = () => fill(form, scenarioForm(state.scenario, kinds, changed, draw));

  const choose = h("select", { id: "choose", onchange: () => load(choose.value) },
    h("option", { value: "" }, t("scenario.own")),
    group(t("scenario.saved"), all.filter((s) => s.saved)),
    group(t("scenario.shipped"), all.filter((s) => !s.saved)));
  const draws = h("select", { id: "draws" }, [0, 5, 20, 100].map((n) => h("option", { value: n, selected: n === 20 }, n ? String(n) : t("run.no_draws"))));
  const flows = h("input", { type: "checkbox", id: "flows", checked: true });
  const trade = h("select", { id: "trade" }, ["reconciled", "china", "partner"].map((v) => h("option", { value: v }, t(`run.trade.${v}`))));
  const run = h("button", { class: "first", type: "button", id: "run", onclick: () => start() }, t("run.start"));
  const start = async () => {
    state.stop?.();
    run.disabled = true;
    await check();
    if (verdict.dataset.problems !== "0") return;
    const asked = {
      scenario: state.given ?? toToml(state.scenario),
      options: { draws: +draws.value, flows: flows.checked, trade: trade.value, seed: 0 },
    };
    const job = await askRun(results, asked);
    run.disabled = false;
    if (!job) return;
    reveal(results);
    await watch(job.id);
  };
  /** Follow a job; its id is in the address, so that a page opened again finds it. */
  const watch = async (job) => {
    write({ job, run: null });
    const followed = follow(results, job);
    state.stop = followed.stop;
    const done = await followed.done;
    if (state.stop !== followed.stop) return;
    write({ job: null });
    if (!done) return;
    write({ run: done });
    await showRun(results, done);
  };
  const save = async () => {
    const note = (text) => { fill(saved, text); announce(text); };
    try {
      await sendJSON("PUT", `/api/v1/scenarios/${encodeURIComponent(state.scenario.id)}`, { toml: toToml(state.scenario) });
      note(t("scenario.saved_as", { id: state.scenario.id }));
    } catch (error) {
      fill(saved, failure(error));
    }
  };
  const saved = h("div", { role: "status" });
  const drop = h("button", { type: "button", class: "plain", hidden: true, onclick: async () => {
    try {
      await sendJSON("DELETE", `/api/v1/scenarios/${encodeURIComponent(state.given)}`);
      choose.querySelector(`option[value="${CSS.escape(state.given)}"]`)?.remove();
      choose.value = "";
      await load("");
    } catch (error) {
      fill(saved, failure(error));
    }
  } }, t("scenario.drop"));

  fill(place,
    h("h1", null, t("scenario.title")), h("p", null, t("scenario.lead")),
    h("div", { class: "split" },
      h("div", { class: "tools" },
        h("div", { class: "field" }, h("label", { for: "choose" }, t("scenario.choose")), choose),
        form, verdict,
        h("div", { class: "row" },
          h("div", { class: "field" }, h("label", { for: "draws" }, t("run.draws")), draws),
          h("div", { class: "field" }, h("label", { for: "trade" }, t("run.trade")), trade)),
        h("label", { class: "check" }, flows, t("run.flows")),
        h("div", { class: "row" }, run, about.read_only ? null : h("button", { type: "button", onclick: save }, t("scenario.save")), drop), saved,
        h("details", null, h("summary", null, t("form.toml")), source)),
      results));
  const past = read("run");
  const going = read("job");
  const asked = read("id") ?? (past ? await scenarioOf(past) : null);
  const here = asked && all.some((s) => s.id === asked) ? asked : "";
  if (here) choose.value = here;
  await load(here);
  const target = read("target");
  if (target && !asked) {
    state.scenario.measure = [closureOf(target)];
    state.scenario.title = t("scenario.closure", { name: nameOf(target, target) });
    write({ target: null });
    changed();
    draw();
  }
  if (going) watch(going);
  else if (past) {
    write({ run: past, id: null });
    showRun(results, past).then(() => reveal(results));
  } else if (!results.children.length) {
    fill(results, h("p", { class: "quiet" }, t("results.none")));
    earlier(results);
  }
  return () => {
    const { stop } = state;
    state.stop = null;
    stop?.();
  };
}

/** The scenario a run was made of; null where the run is not there, which its results then say. */
async function scenarioOf(run) {
  try {
    return (await getJSON(`/api/v1/runs/${encodeURIComponent(run)}`)).scenario;
  } catch {
    return null;
  }
}

/** Results stand below the form on a narrow screen: bring them up. */
function reveal(results) {
  if (results.getBoundingClientRect().top > innerHeight * 0.6) results.scrollIntoView();
}

/** The latest runs, to be opened again. */
async function earlier(results) {
  try {
    const runs = await getJSON("/api/v1/runs?role=scenario&limit=8");
    if (!runs.length || results.children.length > 1 || results.dataset.run) return;
    results.append(h("h2", null, t("results.earlier")), h("ul", null, runs.map((r) =>
      h("li", null, h("a", { href: `/scenario?run=${r.id}` }, r.title ?? r.scenario), h("small", null, ` · ${date(r.dates.at(-1))} · ${r.id.slice(0, 8)}`)))));
  } catch {
    return; // a list that is only a help
  }
}

const group = (label, list) =>
  list.length ? h("optgroup", { label }, list.map((s) => h("option", { value: s.id }, s.title ?? s.id))) : null;

const CLASSES = ["container-general", "container-high-value", "bulk", "perishables"];
/** Corridors of a scenario that names none. */
const USUAL = [
  { from: "cn.xian", to: "kz.almaty", class: "container-general" },
  { from: "cn.urumqi", to: "uz.tashkent", class: "container-general" },
  { from: "cn.xian", to: "ru.moscow", class: "container-general" },
];

const blank = () => ({ id: "my-scenario", title: "", question: "", on: [`${new Date().getFullYear() + 1}-07-01`], measure: [], route: structuredClone(USUAL) });

/** A closure of whatever was clicked on the map. */
function closureOf(id) {
  const link = /^(rail|road|sea|air):/.test(id);
  const on = `${new Date().getFullYear() + 1}-01-01`;
  return link
    ? { id: "closure", kind: "close-link", links: [id], on, source: "assumption" }
    : { id: "closure", kind: "close-crossing", crossings: id.includes(":") ? [id] : [`${id}:rail`], on, source: "assumption" };
}

/** A scenario as the server gives it, as the form changes it: lists of tables by the words of a file. */
function asForm(got) {
  const scenario = structuredClone(got);
  scenario.measure ??= [];
  if (scenario.on !== undefined) scenario.on = [scenario.on].flat();
  if (scenario.years !== undefined) scenario.years = [scenario.years].flat();
  return scenario;
}

function scenarioForm(scenario, kinds, changed, draw) {
  const set = (name, value) => {
    if (value === "" || (Array.isArray(value) && !value.length)) delete scenario[name];
    else scenario[name] = value;
    changed();
  };
  const text = (id, key, value, put, attributes = {}) =>
    h("div", { class: "field" }, h("label", { for: id }, t(key)),
      h("input", { id, type: "text", value: value ?? "", autocomplete: "off", oninput: (e) => put(e.target.value.trim()), ...attributes }));
  const days = [...(scenario.on ?? []), ...(scenario.years ?? []).map((y) => `${y}-07-01`)];
  const measures = scenario.measure;
  const renew = (focus) => {
    draw();
    document.querySelectorAll("#form .measure")[focus]?.querySelector("select")?.focus();
  };
  const add = () => {
    const used = new Set(measures.map((m) => m.id));
    let n = measures.length + 1;
    while (used.has(`measure-${n}`)) n += 1;
    const last = measures.at(-1);
    measures.push({ id: `measure-${n}`, kind: "close-crossing", on: last?.on ?? (days[0] ? `${days[0].slice(0, 4)}-01-01` : ""), source: "assumption" });
    changed();
    renew(measures.length - 1);
  };
  const change = (i, kind) => {
    const { id, on, until, source, why } = measures[i];
    measures[i] = { id, kind, on, until, source, why };
    changed();
    renew(i);
  };
  const remove = (i) => {
    measures.splice(i, 1);
    changed();
    renew(Math.max(0, i - 1));
  };
  return [
    scenario.question ? h("p", { class: "quiet" }, scenario.question) : null,
    text("title", "form.title", scenario.title, (v) => set("title", v)),
    h("details", { open: !scenario.title }, h("summary", null, t("form.about")),
      text("scenario-id", "form.id", scenario.id, (v) => set("id", v), { pattern: "[a-z0-9][a-z0-9-]*" }),
      text("question", "form.question", scenario.question, (v) => set("question", v))),
    text("dates", "form.dates", days.join(", "), (v) => {
      delete scenario.years;
      set("on", v.split(/[,;\s]+/).filter(Boolean).map((d) => (/^\d{4}$/.test(d) ? `${d}-07-01` : d)).filter((d) => isDay(d) || d));
    }),
    scenario.includes?.length ? h("p", { class: "quiet" }, t("form.includes", { n: scenario.includes.length }), " ", scenario.includes.join(", ")) : null,
    scenario.without?.length ? h("p", { class: "quiet" }, t("form.without"), " ",
      scenario.without.map((m) => `${kindTitle(m.kind)} (${[m.links ?? m.link ?? m.crossings ?? m.crossing ?? ""].flat().map((x) => nameOf(x, x)).join(", ")}), ${date(m.on)}`).join("; ")) : null,
    h("h2", null, t("form.measures")),
    measures.length > 8
      ? measures.map((m, i) => h("details", { class: "measure-row" }, h("summary", null, `${i + 1}. ${kindTitle(m.kind)} – ${m.id}`), measureForm(m, kinds, { number: i + 1, onchange: changed, onkind: (k) => change(i, k), onremove: () => remove(i) })))
      : measures.map((m, i) => measureForm(m, kinds, { number: i + 1, onchange: changed, onkind: (k) => change(i, k), onremove: () => remove(i) })),
    h("button", { type: "button", id: "add", onclick: add }, t("form.add_measure")),
    corridors(scenario, changed),
  ];
}

/** Pairs whose way is shown leg by leg before and after. */
function corridors(scenario, changed) {
  const box = h("details", null);
  const draw = () => {
    const routes = (scenario.route ??= []);
    const open = box.open;
    fill(box, h("summary", null, t("form.routes", { n: routes.length })),
      routes.map((route, i) => {
        const end = (key) => picker({ table: "places", id: `route-${i}-${key}`, value: route[key], onpick: (id) => { route[key] = id; changed(); } });
        const goods = h("select", { id: `route-${i}-class`, onchange: () => { route.class = goods.value; changed(); } },
          CLASSES.map((c) => h("option", { value: c, selected: c === route.class }, t(`class.${c}`))));
        const field = (key, text, node) => h("div", { class: "field" }, h("label", { for: `route-${i}-${key}` }, text), node);
        return h("div", { class: "row" }, field("from", t("routes.from"), end("from").node), field("to", t("routes.to"), end("to").node), field("class", t("routes.class"), goods),
          h("button", { type: "button", class: "plain", onclick: () => { routes.splice(i, 1); changed(); draw(); } }, t("form.remove_route")));
      }),
      h("button", { type: "button", onclick: () => { routes.push({ ...USUAL[0] }); changed(); draw(); } }, t("form.add_route")));
    box.open = open;
  };
  draw();
  return box;
}

/** Say at the fields which of them the problems are about. */
function mark(form, problems) {
  for (const input of form.querySelectorAll("[aria-invalid]")) input.removeAttribute("aria-invalid");
  for (const p of problems) {
    for (const box of form.querySelectorAll("[data-measure]")) {
      if (!p.where?.includes(box.dataset.measure)) continue;
      for (const input of box.querySelectorAll("[data-field]")) {
        const name = input.dataset.field;
        if (p.where.endsWith(name) || (name.endsWith("s") && p.where.endsWith(name.slice(0, -1)))) input.setAttribute("aria-invalid", "true");
      }
    }
  }
}
