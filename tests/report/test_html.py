"""The page: self-contained, escaped, well formed, repeatable; no number without band and unit."""

from __future__ import annotations

import dataclasses
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from handmade_report import handmade

from sogdia.report import html
from sogdia.report.charts import corridor_strip, gains_chart
from sogdia.report.content import OdRow, Pair, ReportContent, RunStatus
from sogdia.report.map import DISCLAIMER
from sogdia.report.number import NO_BAND, Number

VOID = {
    "meta",
    "link",
    "br",
    "input",
    "img",
    "hr",
    "path",
    "rect",
    "circle",
    "use",
    "polygon",
    "polyline",
}


class Page(HTMLParser):
    """Checks nesting; gathers links, ids and the cells of tables."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.loads: list[str] = []
        self.anchors: list[str] = []
        self.ids: list[str] = []
        self.numbers: list[str] = []
        self.scripts = 0
        self.cell: list[str] | None = None
        self.feed(text)
        self.close()
        assert self.open == [], self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {k: v or "" for k, v in attrs}
        if tag not in VOID:
            self.open.append(tag)
        self.scripts += tag == "script"
        self.ids += [values["id"]] if "id" in values else []
        if tag == "a":
            self.anchors.append(values.get("href", ""))
        else:
            self.loads += [
                values[k] for k in ("src", "href", "xlink:href", "srcset", "data") if k in values
            ]
        assert not any(k.startswith("on") for k in values), values
        if tag == "td" and "num" in values.get("class", "").split():
            self.cell = []
        elif self.cell is not None:
            self.cell.append(f"<{values.get('class', tag)}>")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        assert self.open and self.open[-1] == tag, (tag, self.open[-3:], self.getpos())
        self.open.pop()
        if tag == "td" and self.cell is not None:
            self.numbers.append("".join(self.cell))
            self.cell = None

    def handle_data(self, data: str) -> None:
        if self.cell is not None:
            self.cell.append(data)


@pytest.fixture(scope="module")
def text(content: ReportContent) -> str:
    return html.render(content)


@pytest.fixture(scope="module")
def page(text: str) -> Page:
    return Page(text)


def test_well_formed_with_unique_ids_and_live_anchors(text: str, page: Page) -> None:
    assert text.lstrip().startswith("<!DOCTYPE html>")
    assert len(page.ids) == len(set(page.ids))
    inner = [a[1:] for a in page.anchors if a.startswith("#")]
    assert set(inner) <= set(page.ids)


def test_nothing_is_fetched(text: str, page: Page) -> None:
    assert all(load.startswith("#") for load in page.loads), page.loads
    assert "@import" not in text and "@font-face" not in text
    assert all(u.startswith("#") for u in re.findall(r"url\(([^)]*)\)", text))
    assert not re.search(r"\b(fetch|XMLHttpRequest|importScripts|EventSource|WebSocket)\b", text)
    assert all(a.startswith(("#", "http://", "https://")) for a in page.anchors)


def test_every_number_in_a_table_has_unit_and_band_or_is_a_word(page: Page) -> None:
    assert len(page.numbers) > 100
    words = {
        "no route", "unknown", "not applicable", "not given", "not comparable", "not open",
        "not within a year",
    }  # fmt: skip
    for cell in page.numbers:
        plain = re.sub(r"<[^>]*>", "", cell).strip()
        if re.search(r"\d", plain):
            assert "<u>" in cell, cell
            band = cell.split("<band>", 1)[1].strip()
            assert " to " in band or band in {"fixed", NO_BAND}, cell
        else:
            assert plain in words, cell


def test_unreachable_pairs_print_words(text: str) -> None:
    body = text[text.index('id="pairs"') : text.index('id="routes"')]
    appears = body[body.index("route appears") :]
    assert appears.count("no route") >= 6
    nothing = body[body.index("no route before or after") :].split("</tbody>")[0]
    assert not re.search(r'class="n"', nothing)
    assert not re.search(
        r"\b(nan|inf|None)\b",
        re.sub(r"<(style|script)>.*?</\1>", "", text, flags=re.DOTALL),
    )


def test_a_pair_without_route_cannot_have_numbers() -> None:
    row = handmade().od_rows[0]
    with pytest.raises(ValueError, match="'appears', so time_p50 before is absent"):
        dataclasses.replace(row, status="appears")
    assert isinstance(row, OdRow) and isinstance(row.time_p50, Pair)


@pytest.mark.parametrize("value", ["x", "x + 1", "x if x else 0", "[x][0]"])
def test_a_bare_float_or_none_in_a_template_raises(value: str) -> None:
    import numpy as np

    for x in (2.5, np.float64(2.5), np.float32(2.5)):
        with pytest.raises(TypeError, match="may not print"):
            html.environment().from_string("{{ " + value + " }}").render(x=x)


def test_filters_that_would_format_a_float_are_gone() -> None:
    for source in ("{{ x|round }}", "{{ '%f'|format(x) }}", "{{ x|int }}"):
        with pytest.raises(html.jinja2.TemplateError):
            html.environment().from_string(source).render(x=2.5)


def test_a_number_in_a_template_prints_all_of_it() -> None:
    number = Number(central=2.5, p05=2, p95=3, unit="h")
    printed = html.environment().from_string("{{ x }}").render(x=number)
    assert "<b>2.5</b>" in printed and "2.0 to 3.0" in printed and ">\u00a0h<" in printed


def test_hostile_text_does_not_run(content: ReportContent) -> None:
    evil = "</title></style><script>alert(1)</script><img src=x onerror=alert(1)>"
    assert content.map is not None
    option = content.routes[0].after
    assert option is not None
    leg = dataclasses.replace(option.legs[2], name=evil, country=evil)
    route = dataclasses.replace(
        content.routes[0],
        origin=evil,
        after=dataclasses.replace(option, label=evil, legs=(leg,)),
    )
    hostile = dataclasses.replace(
        content,
        title=evil,
        question=evil,
        summary=(evil,),
        scenario_id=evil,
        language='"><script>',
        map=dataclasses.replace(
            content.map,
            caption=evil,
            places=tuple(dataclasses.replace(p, name=evil) for p in content.map.places),
            crossings=tuple(
                dataclasses.replace(c, name=evil, note=evil) for c in content.map.crossings
            ),
            routes=tuple(dataclasses.replace(r, label=evil) for r in content.map.routes),
        ),
        routes=(route,),
        gainers=tuple(dataclasses.replace(g, zone=evil) for g in content.gainers),
        claims=tuple(
            dataclasses.replace(c, id=evil + c.id, url="javascript:alert(1)")
            for c in content.claims
        ),
        statuses=(RunStatus(model=evil, state="failed", message=evil),),
    )
    text = html.render(hostile)
    page = Page(text)
    assert page.scripts == 1
    assert "<img" not in text
    assert not any("javascript" in a for a in page.anchors)


def test_map_has_dashed_lines_switch_and_disclaimer(text: str) -> None:
    assert text.count("disputed-line") > 15
    assert DISCLAIMER in text
    assert 'id="wv-neutral" checked' in text
    assert "Line of Control" in text


def test_trouble_stands_beside_every_result(content: ReportContent, text: str) -> None:
    pairs = text[text.index('id="pairs"') : text.index('id="routes"')]
    assert pairs.count('class="n" ') == pairs.count('<a class="mark" href="#warnings" title') > 20
    calm = dataclasses.replace(
        content, statuses=(RunStatus(model="transport", state="solved", draws=9),)
    )
    assert 'class="mark"' not in html.render(calm) and 'id="warnings"' not in html.render(calm)
    failed = dataclasses.replace(calm, statuses=(RunStatus(model="trade", state="failed"),))
    assert "failed: not converged" in html.render(failed)


def test_small_and_the_same_bytes_twice(content: ReportContent, text: str, tmp_path: Path) -> None:
    assert len(text.encode()) < 1_500_000
    assert len(text[text.index("<svg id=") : text.index("</svg>")]) < 600_000
    assert html.render(handmade()) == text
    path = html.write(content, tmp_path / "deep" / "report.html")
    assert path.read_text("utf-8") == text
    assert [p.name for p in path.parent.iterdir()] == ["report.html"]


def test_write_leaves_the_old_file_when_it_fails(
    content: ReportContent, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = html.write(content, tmp_path / "report.html")
    before = path.read_bytes()

    def broken(*_: object) -> None:
        raise OSError("no space")

    monkeypatch.setattr("os.replace", broken)
    with pytest.raises(OSError, match="no space"):
        html.write(dataclasses.replace(content, title="Other"), path)
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["report.html"]


def test_without_optional_parts(content: ReportContent) -> None:
    bare = ReportContent(
        title="Nothing changes",
        question="?",
        scenario_id="a",
        baseline_id="b",
        compared_with="b",
        run_id="c",
        world_on="2025-01-01",
        known_by="2025-01-01",
        summary=(),
        headline=(),
        statuses=(),
        assumed_share=Number.missing("share"),
    )
    page = Page(html.render(bare))
    assert "map" not in page.ids and "pairs" not in page.ids
    assert {a[1:] for a in page.anchors if a.startswith("#")} <= set(page.ids)


def test_strip_ends_at_the_door_to_door_times_and_says_why_it_cannot(
    content: ReportContent,
) -> None:
    from sogdia.report.charts import Strip, strip_of

    option = content.routes[0].before
    assert option is not None
    strip = strip_of(option)
    assert isinstance(strip, Strip)
    assert strip.p50_h[-1] == pytest.approx(option.time_p50.central)
    assert strip.p90_h[-1] == pytest.approx(option.time_p90.central)
    assert strip.km[-1] == pytest.approx(5130)
    assert all(a <= b for a, b in zip(strip.p50_h, strip.p50_h[1:], strict=False))
    legs = (dataclasses.replace(option.legs[1], time=Number.missing("h")),)
    unknown = dataclasses.replace(
        content.routes[0], before=None, after=dataclasses.replace(option, legs=legs)
    )
    words = corridor_strip(unknown, 940)
    assert "<svg" not in words and "Before: no route" in words and "is not known" in words


def test_charts_have_text_alternatives(content: ReportContent) -> None:
    chart = gains_chart(content.gainers, 940)
    assert "<title>" in chart and "Jalal-Abad: \u221212.7%" in chart
    strip = corridor_strip(content.routes[0], 350)
    assert "nine in ten within" in strip
    assert gains_chart((), 940) == '<p class="note">No zone has a known change.</p>'


def test_no_template_has_a_number_typed_into_it() -> None:
    folder = Path(html.__file__).parent / "templates"
    for template in folder.glob("*.j2"):
        assert not re.search(r"\{\{\s*[-\d.]", template.read_text("utf-8")), template.name


def test_text_colours_reach_contrast_aa_in_light_and_dark() -> None:
    style = (Path(html.__file__).parent / "templates" / "report.css").read_text("utf-8")
    schemes = re.findall(r":root\{(.*?)\}", style, flags=re.DOTALL)[:2]
    assert len(schemes) == 2
    text = ("ink paper", "soft paper", "soft panel", "accent paper", "warn paper", "warn warn-bg",
            "ink warn-bg", "area land", "water sea", "after paper", "before paper", "gain paper",
            "loss paper", "accent-ink accent")  # fmt: skip
    lines = ("r1435", "r1520", "r1676", "road", "disputed", "border", "more", "less", "same")
    for scheme in schemes:
        colour = dict(re.findall(r"--([\w-]+):(#\w+)", scheme))
        for pair in text:
            first, second = pair.split()
            assert _contrast(colour[first], colour[second]) >= 4.5, pair
        for line in lines:
            assert _contrast(colour[line], colour["land"]) >= 3.0, line


def _contrast(first: str, second: str) -> float:
    light, dark = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(c * 2 for c in colour[1:])
    parts = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    linear = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_what_authors_claim_is_quoted_beside_its_source() -> None:
    """In their words and quotation marks, escaped, in the cell that names them."""
    content = handmade()
    says = "486 km & <b>eight days</b> saved"
    claims = (content.claims[0], dataclasses.replace(content.claims[1], says=says))
    page = html.render(dataclasses.replace(content, claims=claims))
    cells = re.findall(
        r"<td[^>]*>(?:(?!</td>).)*?Ministry statement.*?</td>", page, flags=re.DOTALL
    )
    assert any("“486 km &amp; &lt;b&gt;eight days&lt;/b&gt; saved”" in cell for cell in cells)
    assert f"“{content.claims[0].says}”" in page
