// Requests to the server this page came from, and what it answers when something is wrong.

import { h } from "./dom.js";
import { t } from "./text.js";

/** What the server refused, as the list of problems every command prints. */
export class Refused extends Error {
  constructor(status, problems) {
    super(problems.map((p) => p.what).join("; "));
    this.status = status;
    this.problems = problems;
  }
}

async function answer(response) {
  if (response.ok) return response.status === 204 ? null : response.json();
  let problems = null;
  try {
    problems = (await response.json()).problems;
  } catch {
    problems = null; // not JSON: a proxy or a crash
  }
  throw new Refused(response.status, problems ?? [{ where: response.url, what: `HTTP ${response.status}` }]);
}

export const getJSON = async (path, options) =>
  answer(await fetch(path, { headers: { accept: "application/json" }, ...options }));

let version = "";
/** What the server calls this state of evidence and code: with it, an answer may be kept for ever. */
export const setVersion = (v) => { version = v ?? ""; };
export const getKept = (path) =>
  getJSON(version ? `${path}${path.includes("?") ? "&" : "?"}v=${encodeURIComponent(version)}` : path);

export const sendJSON = async (method, path, body, options) =>
  answer(
    await fetch(path, {
      method,
      headers: { "content-type": "application/json", accept: "application/json" },
      body: body === undefined ? undefined : JSON.stringify(body),
      ...options,
    }),
  );

/** What is wrong, one item each: where, what, got, allowed, what to do. */
export function problemList(problems) {
  return h(
    "ul",
    { class: "problems" },
    problems.map((p) =>
      h(
        "li",
        null,
        p.where ? h("code", null, p.where) : null,
        p.where ? " " : null,
        h("strong", null, p.what ?? ""),
        p.got ? h("span", null, ` ${t("problem.got")} ${p.got}.`) : null,
        p.allowed ? h("span", null, ` ${t("problem.allowed")} ${p.allowed}.`) : null,
        p.fix ? h("span", null, ` ${t("problem.fix")} ${p.fix}.`) : null,
      ),
    ),
  );
}

/** An error to be shown in place of what failed. */
export function failure(error) {
  if (error?.name === "AbortError") return null;
  const problems = error instanceof Refused ? error.problems : [{ what: t("problem.unreachable") }];
  return h("div", { class: "failed", role: "alert" }, h("p", null, t("problem.title")), problemList(problems), error?.status === 401 ? tokenForm() : null);
}

/** A server for a team asks for its token once; it answers with a cookie that pages cannot read. */
function tokenForm() {
  const input = h("input", { type: "password", id: "token", autocomplete: "current-password", required: true });
  const send = async (event) => {
    event.preventDefault();
    try {
      await sendJSON("POST", "/api/v1/session", { token: input.value });
      location.reload();
    } catch (error) {
      form.append(problemList(error.problems ?? [{ what: t("problem.unreachable") }]));
    }
  };
  const form = h("form", { class: "row", onsubmit: send },
    h("div", { class: "field" }, h("label", { for: "token" }, t("token.label")), input),
    h("button", { type: "submit" }, t("token.send")));
  return form;
}

/** A query string of what is given. */
export function query(values) {
  const given = Object.entries(values).filter(([, v]) => v !== null && v !== undefined && v !== "");
  return given.length ? `?${new URLSearchParams(given)}` : "";
}
