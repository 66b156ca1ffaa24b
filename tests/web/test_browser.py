"""The pages in a real Chromium, against a server of their own with an empty folder of runs.

Skipped where Chromium or the extra `web` is not installed; the reason says which.
"""

from __future__ import annotations

import re
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from sogdia.appraisal.linkage.finance import FIGURES
from sogdia.appraisal.summary_linkages import Indicator
from sogdia.core.language import language
from sogdia.report.indicator_words import title_of
from sogdia.report.naming import Naming
from sogdia.report.words import words_in

pytest.importorskip("fastapi", reason="the extra web is not installed: pip install 'sogdia[web]'")
pytest.importorskip("maplibre", reason="the extra web is not installed: pip install 'sogdia[web]'")
uvicorn = pytest.importorskip("uvicorn", reason="the extra web is not installed")
sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no chromium on the PATH")

FLAGS = ["--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--ignore-gpu-blocklist"]
"""WebGL without a graphics card."""
PAGES = ("/", "/scenario", "/routes", "/evidence", "/compare")
KHORGOS = "rail:cn.khorgos~kz.altynkol"
"""Opened on 22 December 2012."""
WAIT_MS = 30_000


@dataclass
class Seen:
    """What a browser context did that it should not have."""

    hosts: set[str] = field(default_factory=set[str])
    errors: list[str] = field(default_factory=list[str])


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, evidence: Any) -> Iterator[str]:
    from sogdia.report.documents import FORMATS, render
    from sogdia.web.application import create_app
    from sogdia.web.run_routes import Documents
    from sogdia.web.settings import Settings

    app = create_app(
        Settings(runs=tmp_path_factory.mktemp("runs")),
        evidence=evidence,
        documents=lambda: Documents(render=render, formats=FORMATS),
    )
    served = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="error"))
    thread = threading.Thread(target=served.run, daemon=True)
    # The transit times of the backtest take two dozen networks: they have tests of their own.
    patch = pytest.MonkeyPatch()
    patch.setattr("sogdia.web.backtest._begin", lambda *_: None)
    thread.start()
    end = time.monotonic() + 20
    while not served.started and time.monotonic() < end:
        time.sleep(0.02)
    port = served.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}"
    served.should_exit = True
    thread.join(5)
    patch.undo()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with sync_api.sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()


Visit = Callable[..., Any]


@pytest.fixture
def visit(server: str, browser: Any) -> Iterator[Visit]:
    """Open a page of the server; whatever was opened must be quiet and stay on this machine."""
    with Visits(server, browser) as (open_page, seen):
        yield open_page
    check(seen)


class Visits:
    """A maker of pages that listens to each of them."""

    def __init__(self, server: str, browser: Any) -> None:
        self.server, self.browser = server, browser
        self.seen, self.contexts = Seen(), list[Any]()

    def __enter__(self) -> tuple[Visit, Seen]:
        return self.open, self.seen

    def __exit__(self, *_: object) -> None:
        for context in self.contexts:
            context.close()

    def open(
        self, path: str, *, lang: str = "en", width: int = 1100, scheme: str = "light",
        before: Callable[[Any], None] | None = None,
    ) -> Any:  # fmt: skip
        """A page, ready to be used."""
        context = self.browser.new_context(
            viewport={"width": width, "height": 700}, color_scheme=scheme, accept_downloads=True
        )
        self.contexts.append(context)
        context.set_default_timeout(WAIT_MS)
        page = context.new_page()
        page.on("request", lambda r: self.seen.hosts.add(urlsplit(r.url).netloc))
        page.on("pageerror", lambda e: self.seen.errors.append(str(e)))
        page.on(
            "console",
            lambda m: self.seen.errors.append(m.text) if m.type in ("error", "warning") else None,
        )
        if before is not None:
            before(page)
        joint = "&" if "?" in path else "?"
        page.goto(f"{self.server}{path}{joint}lang={lang}", wait_until="commit")
        ready(page)
        return page


def check(seen: Seen) -> None:
    """Nothing in the console, no other machine asked."""
    assert not seen.errors
    elsewhere = {h for h in seen.hosts if h and not h.startswith("127.0.0.1:")}
    assert not elsewhere, f"requests left this machine: {elsewhere}"


def ready(page: Any) -> None:
    """Wait until a page shows what it is for."""
    what = {
        "/": "#map[data-ready]", "/scenario": "#verdict[data-problems]",
        "/routes": "#alternatives[data-took]", "/evidence": "#tab table",
        "/compare": "#backtest table",
    }  # fmt: skip
    page.wait_for_selector(what[urlsplit(page.url).path], state="attached")


def drawn(page: Any, link: str) -> bool:
    """Whether the map has a link on its canvas."""
    return page.evaluate(
        """(id) => {
          const map = document.querySelector("#map").sogdia;
          const layers = map.getStyle().layers.filter((l) => l.id.startsWith("rail-")).map((l) => l.id);
          return map.queryRenderedFeatures({ layers }).some((f) => f.properties.id === id && f.state.there);
        }""",
        link,
    )


def settled(page: Any) -> None:
    """Wait until the map has nothing left to draw."""
    page.evaluate(
        """() => new Promise((done) => {
          const map = document.querySelector("#map").sogdia;
          map.once("idle", done);
          map.triggerRepaint();
        })"""
    )


def move_slider(page: Any, year: int) -> float:
    """Set the slider as a hand would; milliseconds until the map shows the year."""
    return page.evaluate(
        """(year) => new Promise((done) => {
          const map = document.querySelector("#map").sogdia;
          const slider = document.querySelector("#year");
          const still = () => {
            if (map.getContainer().dataset.on !== `${year}-07-01`) return;
            map.off("idle", still);
            done(performance.now() - start);
          };
          map.on("idle", still);
          const start = performance.now();
          slider.value = year;
          slider.dispatchEvent(new Event("input", { bubbles: true }));
        })""",
        year,
    )


# Map


@pytest.mark.parametrize("lang", ["en", "ru", "zh"])
def test_khorgos_railway_appears_between_1992_and_2026(visit: Visit, lang: str):
    page = visit("/", lang=lang)
    first = page.evaluate("performance.getEntriesByName('sogdia:map')[0].startTime")
    steps = [move_slider(page, 1992)]
    assert page.get_attribute("#map", "data-on") == "1992-07-01"
    assert not drawn(page, KHORGOS)
    before = int(page.get_attribute("#map", "data-shown-rail") or 0)
    steps += [move_slider(page, y) for y in (2001, 2012)]
    assert not drawn(page, KHORGOS), "it opened in December 2012"
    steps.append(move_slider(page, 2026))
    assert drawn(page, KHORGOS)
    assert page.get_attribute("html", "data-missing") is None
    assert int(page.get_attribute("#map", "data-shown-rail") or 0) > before
    current = page.locator(".phases [aria-current]").inner_text()
    assert "2013" in current
    print(f"{lang}: first map {first:.0f} ms, slider steps {[round(s) for s in steps]} ms")


def test_a_thing_is_picked_from_the_map_and_from_its_table(visit: Visit):
    page = visit("/?on=2024-07-01&layers=posts")
    point = page.evaluate(
        """() => {
          const map = document.querySelector("#map").sogdia;
          map.jumpTo({ center: [80.4, 44.21], zoom: 6 });
          const p = map.project([80.4, 44.21]);
          const r = map.getCanvas().getBoundingClientRect();
          return [p.x + r.left, p.y + r.top];
        }"""
    )
    settled(page)
    page.mouse.click(*point)
    page.wait_for_selector("#panel h2")
    several = page.locator("#panel li button")
    if several.count():
        several.first.click()
    page.wait_for_selector("#panel .belief")
    assert page.locator("#panel .belief").count() >= 1
    assert page.locator("#panel a[href^='/evidence?subject=']").count() == 1


def test_worldviews_change_emphasis_and_every_disputed_line_stays_dashed(visit: Visit):
    page = visit("/?layers=posts")
    for view in ("neutral", "control", "claims"):
        page.select_option("#worldview", view)
        dashes = page.evaluate(
            """() => ["disputed-control", "disputed-claim"].map(
              (id) => document.querySelector("#map").sogdia.getPaintProperty(id, "line-dasharray"))"""
        )
        assert all(dashes)
    assert "legal status" in page.locator(".disclaimer").inner_text()


def test_zones_and_the_value_of_links_are_layers_with_a_key(visit: Visit):
    """The value is that of a year; of another it is worked out when it is asked for."""
    asked: list[str] = []

    def values(route: Any) -> None:
        asked.append(route.request.url)
        year = asked[-1].split("/values/")[1][:4]
        line = {"type": "LineString", "coordinates": [[80.4, 44.2], [76.9, 43.2]]}
        said = {
            "id": KHORGOS, "name": "A line", "mode": "rail", "kind": "link", "rank": 1,
            "gain_usd2023_per_y": 5e7, "gain_five_usd2023_per_y": 2e7, "since": None, "until": None,
        }  # fmt: skip
        features = [{"type": "Feature", "properties": said, "geometry": line}]
        route.fulfill(
            json={"type": "FeatureCollection", "on": f"{year}-07-01", "features": features}
        )

    page = visit(
        "/?layers=zones,value&on=2026-07-01",
        before=lambda p: p.route(re.compile("/api/v1/values/"), values),
    )
    page.wait_for_selector("#map[data-shown-value='1']")
    assert int(page.get_attribute("#map", "data-shown-zones") or 0) > 100
    assert "5\u202f000 to 10\u202f000" in page.locator(".layers").inner_text()
    colours = page.evaluate(
        """() => document.querySelector("#map").sogdia.getPaintProperty("zones", "circle-color")"""
    )
    assert colours[0] == "step"
    assert len(set(colours[2::2])) == 5, "a colour of its own for each class"
    page.fill("#day", "2030-03-01")
    page.click(".layers button")
    page.wait_for_selector(".layers [role=status]:has-text('1 July 2030')")
    assert [u.split("/values/")[1][:4] for u in asked] == ["2026", "2030"]
    page.click("#list summary")
    page.select_option("#list-layer", "value")
    page.wait_for_selector("#list tbody td:has-text('50.00')")


def test_without_webgl_the_page_says_so_and_shows_the_layer_as_a_table(visit: Visit):
    page = visit(
        "/",
        before=lambda p: p.add_init_script("HTMLCanvasElement.prototype.getContext = () => null"),
    )
    assert "WebGL" in page.locator("#map").inner_text()
    page.wait_for_selector("#list table tbody tr")
    assert page.locator("#list table tbody tr").count() > 20


def test_names_from_the_server_are_text(visit: Visit):
    """A hostile name in an answer is shown as it is written and makes no element."""
    hostile = '<img src=x onerror="window.hurt = 1"><b>bold</b>'

    def entity(route: Any) -> None:
        route.fulfill(
            json={
                "id": KHORGOS, "name": hostile, "projects": [], "measures": [], "rivals": [],
                "rows": [{"variable": hostile, "value": hostile, "unit": hostile,
                          "source": {"id": "x", "title": hostile, "url": "javascript:alert(1)"}}],
            }
        )  # fmt: skip

    page = visit(
        f"/?layers=posts&at={KHORGOS}",
        before=lambda p: p.route(re.compile("/api/v1/entities/"), entity),
    )
    page.wait_for_selector("#panel .belief")
    assert "<b>bold</b>" in page.locator("#panel").inner_text()
    assert page.locator("#panel img, #panel b").count() == 0
    assert page.locator("#panel a[href^='javascript']").count() == 0
    assert page.evaluate("window.hurt") is None


# Scenario


@dataclass(frozen=True)
class Built:
    """What happened while a scenario was built and run by hand."""

    run: str
    problems_first: int
    url: str


@pytest.fixture(scope="module")
def built(server: str, browser: Any) -> Iterator[tuple[Any, Built]]:
    """A closure of the rail crossing at Alashankou, built in the form and run."""
    with Visits(server, browser) as (visit, seen):
        page = visit("/scenario")
        page.fill("#title", "Alashankou is shut")
        page.fill("#dates", "2026-07-01")
        page.click("#add")
        page.wait_for_selector("#verdict .problems")
        problems = page.locator("#verdict .problems li").count()
        target = page.locator("input[data-field=crossings]")
        target.fill("alashankou")
        page.wait_for_selector("datalist option[label='kz-cn.alashankou:rail']", state="attached")
        target.fill("kz-cn.alashankou:rail")
        target.press("Enter")
        page.locator("input[data-field=on]").fill("2026-01-01")
        page.wait_for_selector("#verdict[data-problems='0']")
        page.select_option("#draws", "0")
        page.uncheck("#flows")
        page.click("#run")
        page.wait_for_selector("#job")
        page.wait_for_selector("#results[data-ready]", timeout=150_000)
        yield page, Built(page.get_attribute("#results", "data-run"), problems, page.url)
    check(seen)


def test_problems_are_shown_while_a_measure_is_not_whole(built: tuple[Any, Built]):
    assert built[1].problems_first >= 1


def test_the_difference_is_on_the_map_and_in_a_list(built: tuple[Any, Built]):
    page, _ = built
    assert int(page.get_attribute("#result-map .difference", "data-moved") or 0) >= 1
    page.wait_for_selector("#result-map .map-box[data-ready]")
    shut = page.locator("#result-map tbody tr").filter(has_text="Alashankou")
    assert shut.count() >= 1
    assert "closes" in shut.first.inner_text()


def test_a_pair_leads_to_its_claims_by_keyboard_alone(built: tuple[Any, Built]):
    """The same answer as `sogdia trace` gives, each claim with its place in the evidence."""
    page, run = built
    button = page.locator("#result-pairs tbody button").first
    button.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("dialog.trace[open] [data-claim]")
    assert page.evaluate("document.activeElement.closest('dialog') !== null")
    page.select_option("dialog.trace select", "time_h")
    pair = page.evaluate(
        """async (run) => {
          const { pairs } = await (await fetch(`/api/v1/runs/${run}/summary`)).json();
          const { origin, destination, commodity } = pairs[0];
          const asked = { variable: "time_h", entity: `${origin}>${destination}`, class: commodity };
          return (await fetch(`/api/v1/trace/${run}?${new URLSearchParams(asked)}`)).json();
        }""",
        run.run,
    )
    page.wait_for_selector(f"dialog.trace caption:has-text('{len(pair['lines'])} claims')")
    rows = page.locator("dialog.trace .wide").nth(1).locator("tbody tr")
    assert rows.count() == min(40, len(pair["lines"]))
    link = page.locator("dialog.trace [data-claim]").first
    assert link.get_attribute("data-claim") in {line["claim"] for line in pair["lines"]}
    assert (link.get_attribute("href") or "").startswith("/evidence?q=")
    page.keyboard.press("Escape")
    page.wait_for_selector("dialog.trace", state="detached")
    assert page.evaluate("document.activeElement.closest('#result-pairs tbody') !== null")
    page.locator("#result-gains tbody button").first.click()
    page.wait_for_selector("dialog.trace[open] tbody tr")
    page.keyboard.press("Escape")


def test_the_map_of_a_run_shows_freight_and_zones(built: tuple[Any, Built], visit: Visit):
    """Two lines are given freight, because the run had no flows; the zones are its own."""

    def loaded(route: Any) -> None:
        answer = route.fetch()
        got = answer.json()
        lines = [f for f in got["features"] if f["geometry"] and f["geometry"]["type"] != "Point"]
        for line, (before, after) in zip(lines[:2], ((4e6, 1e6), (1e6, 4e6)), strict=True):
            line["properties"] |= {"before_t": before, "after_t": after}
        route.fulfill(response=answer, json=got)

    page = visit(
        f"/scenario?run={built[1].run}",
        before=lambda p: p.route(re.compile(r"/map\.geojson"), loaded),
    )
    page.wait_for_selector("#result-map .map-box[data-view=change]")
    views = page.eval_on_selector_all("#view option", "found => found.map((o) => o.value)")
    assert views == ["change", "before_t", "after_t", "difference_t", "access_change_share"]
    drawn_of = """() => {
      const map = document.querySelector("#result-map .map-box").sogdia;
      return map.querySourceFeatures("view").map((f) => f.properties.d);
    }"""
    page.select_option("#view", "difference_t")
    page.wait_for_selector("#result-map .map-box[data-view=difference_t]")
    assert set(page.evaluate(drawn_of)) == {1, -1}
    assert "million t a year" in page.locator("#result-map .keys").inner_text()
    page.select_option("#view", "access_change_share")
    page.wait_for_selector("#result-map .map-box[data-view=access_change_share]")
    assert -1 in page.evaluate(drawn_of), "with the crossing shut it costs some zones more"
    assert "%" in page.locator("#result-map .keys").inner_text()
    page.locator("#result-map details summary").click()
    assert page.locator("#result-map tbody tr").count() >= 30


def test_five_linkages_a_strip_and_both_lists_are_shown(built: tuple[Any, Built]):
    page, _ = built
    assert page.locator("#result-linkages .linkage").count() == 5
    assert page.locator("#result-strip svg.strip").count() == 2
    assert page.locator("#result-gains table").count() >= 2
    assert page.locator("#results .failed[role=alert]").count() == 0


@pytest.mark.parametrize("kind", ["docx", "xlsx"])
def test_documents_are_downloaded_and_open(built: tuple[Any, Built], kind: str, tmp_path: Path):
    page, _ = built
    with page.expect_download(timeout=150_000) as got:
        page.click(f"[data-format={kind}][data-kind=full]")
    file = tmp_path / f"report.{kind}"
    got.value.save_as(file)
    if kind == "docx":
        document = pytest.importorskip("docx").Document(str(file))
        assert any("Alashankou" in p.text for p in document.paragraphs)
    else:
        book = pytest.importorskip("openpyxl").load_workbook(file, read_only=True)
        assert len(book.sheetnames) > 1


def test_a_run_is_shown_again_from_its_address(built: tuple[Any, Built], visit: Visit):
    page = visit(f"/scenario?run={built[1].run}", lang="ru")
    page.wait_for_selector("#results[data-ready]")
    assert page.locator("#result-linkages .linkage").count() == 5
    assert "Пять связей" in page.locator("#result-linkages").inner_text()


def test_a_run_is_cancelled(visit: Visit):
    page = visit("/scenario?id=cku-railway")
    page.click("#run")
    page.click("#cancel")
    page.wait_for_selector("#job[data-state=cancelled]")


def test_a_shipped_scenario_fills_the_form_and_stays_in_order(visit: Visit):
    page = visit("/scenario?id=cku-railway")
    page.wait_for_selector("#verdict[data-problems='0']")
    assert page.locator("#form .measure").count() >= 2
    assert "[[measure]]" in page.locator("pre").text_content()


# Routes, evidence, compare


def test_three_ways_with_legs_and_a_link_that_gives_the_same(visit: Visit):
    page = visit("/routes?from=cn.xian&to=kz.almaty&class=container-general&on=2026-07-01")
    cards = page.locator(".alternative")
    assert 1 <= cards.count() <= 3
    assert page.locator(".alternative").first.locator(".legs li").count() >= 3
    first = cards.first.inner_text()
    page.fill("#to", "Tashkent")
    page.click("button[type=submit]")
    page.wait_for_function(
        "(t) => document.querySelector('.alternative')?.innerText !== t", arg=first
    )
    link = page.input_value(".share input")
    shown = page.locator(".alternative").first.inner_text()
    parts = urlsplit(link)
    again = visit(f"{parts.path}?{parts.query}")
    assert again.locator(".alternative").first.inner_text() == shown
    assert "uz.tashkent" in link


def test_claims_are_searched_and_paged_and_have_twins(visit: Visit):
    page = visit("/evidence")
    page.fill("#claims-q", "khorgos")
    page.wait_for_function("() => location.search.includes('q=khorgos')")
    page.wait_for_function("() => document.querySelectorAll('#tab tbody tr').length > 3")
    page.wait_for_selector(".twins a[href^='/api/v1/claims.csv'][href*='q=khorgos']")
    for tab in ("events", "ledger", "sources"):
        page.click(f"#tab-{tab}")
        page.wait_for_selector(f"#tab[aria-labelledby=tab-{tab}] tbody tr td:nth-child(2)")
        assert page.locator("#tab tbody tr").count() > 10


def test_compare_lists_runs_and_the_backtest(built: tuple[Any, Built], visit: Visit):
    page = visit("/compare")
    assert page.locator(f"input[value^='{built[1].run[:16]}']").count() == 1
    assert page.locator("#backtest tbody tr").count() > 5


# Everybody


@pytest.mark.parametrize("lang", ["ru", "zh"])
def test_every_page_has_all_its_texts_in_every_language(visit: Visit, lang: str):
    page = visit(PAGES[1], lang=lang)
    for path in PAGES[1:]:
        page.click(f"nav [href='{path}']")
        page.wait_for_function("(p) => location.pathname === p", arg=path)
        ready(page)
        assert page.get_attribute("html", "data-missing") is None
        letters = page.locator("h1").inner_text()
        assert re.search("[\u0400-\u04ff]" if lang == "ru" else "[\u4e00-\u9fff]", letters)
    assert page.get_attribute("html", "lang") == {"ru": "ru", "zh": "zh-Hans"}[lang]
    titles = [
        (f"{name}{ending}", f"{title}{more}")
        for name, title, *_ in FIGURES
        for ending, more in (
            ("", "; on the appraisal's flow"),
            ("_at_rate_stated", "; on stated traffic; the loan at 3.5 %"),
        )
    ]
    index = language("en").catalog("report")["index.openness"]
    titles.append(("indicator_openness", f"indicator of the index: {index}"))
    told = page.evaluate(
        """async (titles) => {
          const { indicatorText } = await import("/static/js/text.js");
          return titles.map(([variable, title]) => indicatorText(variable, title));
        }""",
        titles,
    )
    say = Naming(words=words_in(lang))
    for (variable, title), text in zip(titles, told, strict=True):
        row = Indicator(
            part="", variable=variable, entity="X", title=title, unit="1", before=None, after=None,
            change=None, low=None, high=None, basis="", headline=False,
        )  # fmt: skip
        assert text == title_of(row, say), "the page says it as the report does"


def test_an_empty_form_is_not_scolded_and_earlier_runs_are_listed(
    built: tuple[Any, Built], visit: Visit
):
    page = visit("/scenario")
    assert page.locator("#verdict .problems").count() == 0
    assert "title" in page.locator("#verdict").inner_text()
    assert page.is_disabled("#run")
    page.wait_for_selector(f"#results a[href^='/scenario?run={built[1].run[:16]}']")


def test_an_address_without_a_page_says_so(server: str, browser: Any):
    with Visits(server, browser) as (_, seen):
        page = browser.new_page()
        answer = page.goto(f"{server}/nowhere?lang=ru")
        assert answer.status == 404
        page.wait_for_selector("h1")
        assert page.locator("main a[href='/']").count() == 1
        page.close()
    check(seen)


def test_the_language_is_switched_in_place_and_kept(visit: Visit):
    page = visit("/evidence")
    page.select_option("#language", "ru")
    page.wait_for_function("() => document.querySelector('h1')?.textContent === 'Данные'")
    page.goto(page.url.split("?")[0])
    ready(page)
    assert page.locator("h1").inner_text() == "Данные"


def test_the_map_by_keyboard_alone(visit: Visit):
    page = visit("/?on=2012-07-01")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    for _ in range(12):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == "year":
            break
    page.keyboard.press("ArrowRight")
    page.wait_for_selector("#map[data-on='2013-07-01']")
    for _ in range(25):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.tagName") == "SUMMARY":
            break
    page.keyboard.press("Enter")
    page.wait_for_selector("#list tbody button")
    while page.evaluate("!document.activeElement.closest('tbody')"):
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector("#panel .belief")
    assert page.evaluate("document.activeElement.closest('#panel') !== null")


def test_every_page_fits_390_px(visit: Visit):
    page = visit("/", width=390)
    for path in PAGES:
        if path != "/":
            page.click(f"nav [href='{path}']")
            page.wait_for_function("(p) => location.pathname === p", arg=path)
            ready(page)
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= 390, f"{path} is {wide} px wide"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_serious_fault(visit: Visit, built: tuple[Any, Built], scheme: str):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    page = visit("/", scheme=scheme)
    for path in (*PAGES, f"/scenario?run={built[1].run}"):
        if path != "/":
            page.goto(f"{page.url.split('/', 3)[0]}//{urlsplit(page.url).netloc}{path}")
            ready(page)
        if "run=" in path:
            page.wait_for_selector("#results[data-ready]")
        found = axe.run(page, options={"resultTypes": ["violations"]}).response["violations"]
        bad = [
            f"{path} {scheme} {v['id']}: {v['nodes'][0]['html'][:160]}"
            for v in found
            if v["impact"] in ("serious", "critical")
        ]
        assert not bad
