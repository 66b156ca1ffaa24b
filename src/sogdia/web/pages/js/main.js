// Which page is shown, in which language.

import { announce, fill, h } from "./dom.js";
import { failure, getJSON, setVersion } from "./http.js";
import { LANGUAGES, current, load, t, wanted } from "./text.js";

const PAGES = {
  "/": ["map", () => import("./map.js")],
  "/scenario": ["scenario", () => import("./scenario.js")],
  "/routes": ["routes", () => import("./routes.js")],
  "/evidence": ["evidence", () => import("./evidence.js")],
  "/compare": ["compare", () => import("./compare.js")],
};

const main = document.getElementById("main");
let about = {};
let leave = null;
let shown = 0;

/** Show the page of the address. A page is a function of its element; it may give what ends it. */
async function show(moved) {
  const turn = ++shown;
  const path = location.pathname.replace(/\/+$/, "") || "/";
  const [page, code] = PAGES[path] ?? [null, null];
  for (const link of document.querySelectorAll("[data-page]")) {
    if (link.dataset.page === page && link.closest("nav")) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  leave?.();
  leave = null;
  document.body.dataset.page = page ?? "none";
  if (!page) {
    document.title = `${t("page.none")} – Sogdia`;
    fill(main, h("div", { class: "page" }, h("h1", null, t("page.none")),
      h("p", null, h("a", { href: "/" }, t("nav.map")))));
    return;
  }
  document.title = `${t(`nav.${page}`)} – Sogdia`;
  const place = fill(main, h("div", { class: `page ${page}` })).firstChild;
  try {
    const module = await code();
    if (turn !== shown) return;
    const end = await module.default(place);
    if (turn === shown) leave = end ?? null;
    else end?.();
  } catch (error) {
    fill(place, h("h1", null, t(`nav.${page}`)), failure(error));
    if (!("problems" in error)) console.error(error);
  }
  if (moved) {
    main.focus({ preventScroll: true });
    scrollTo(0, 0);
    announce(document.title);
  }
}

function go(url, moved = true) {
  const to = new URL(url, location.href);
  if (!to.searchParams.has("lang")) to.searchParams.set("lang", current());
  history.pushState(null, "", to);
  show(moved);
}

function frame() {
  for (const node of document.querySelectorAll("[data-key]")) node.textContent = t(node.dataset.key);
  for (const node of document.querySelectorAll("[data-key-label]")) {
    node.setAttribute("aria-label", t(node.dataset.keyLabel));
  }
  document.getElementById("language").value = current();
}

function foot() {
  const claims = Number(about.claims?.total ?? about.claims) || 0;
  fill(
    document.getElementById("foot"),
    h("p", null, t("foot.version", { version: about.version ?? "" }), " · ",
      t("foot.evidence", { n: claims, digest: String(about.evidence ?? "").slice(0, 12) }), " · ",
      h("a", { href: "/api/v1/sources.csv" }, t("foot.sources")), " · ",
      h("a", { href: "/api/v1/openapi.json" }, t("foot.api")), " · ", t("foot.licence")),
    h("p", null, t("foot.map"), about.read_only ? ` · ${t("foot.read_only")}` : null),
  );
}

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[href]");
  if (!link || event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey) return;
  const to = new URL(link.href, location.href);
  if (to.origin !== location.origin || link.target || link.hasAttribute("download") || !(to.pathname in PAGES)) return;
  event.preventDefault();
  if (to.hash === "#main" && to.pathname === location.pathname) {
    main.focus(); // past the menu; a new address would show the page anew
    return;
  }
  go(to);
});
document.getElementById("language").addEventListener("change", async (event) => {
  const code = LANGUAGES.includes(event.target.value) ? event.target.value : "en";
  const to = new URL(location.href);
  to.searchParams.set("lang", code);
  history.replaceState(null, "", to);
  await load(code);
  frame();
  foot();
  show(false);
});
addEventListener("popstate", () => show(true));

// The code of the page comes while its texts do.
PAGES[location.pathname.replace(/\/+$/, "") || "/"]?.[1]().catch(() => {}); // shown where it is waited for
try {
  about = await getJSON("/api/v1/about");
  setVersion(about.v);
  await load(wanted());
  frame();
  foot();
  await show(false);
} catch (error) {
  main.textContent = String(error?.message ?? error);
}
