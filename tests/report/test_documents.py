"""Documents of one run: every format opens, and its figures are those of the run's tables."""

from __future__ import annotations

import base64
import csv
import dataclasses
import io
import json
import re
import shutil
import sqlite3
import sys
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest
from quick_scenario import quick_scenario

from sogdia.appraisal.linkage import ask
from sogdia.appraisal.linkage.contract import LINKAGES
from sogdia.appraisal.options import Options
from sogdia.appraisal.run import Appraisal, appraise
from sogdia.cli.app import run as run_verb
from sogdia.core.errors import MissingExtra, UnknownName
from sogdia.evidence.base import EvidenceBase
from sogdia.report import document_browser, documents
from sogdia.report.content import IndicatorRow, LinkageRows, Pair, ReportContent
from sogdia.report.document_browser import BROWSERS, NoBrowser
from sogdia.report.document_widths import column_widths
from sogdia.report.documents import FORMATS, render, render_content, write
from sogdia.report.number import Number, number_text
from sogdia.report.words import words_in
from sogdia.results.store import RunStore

ON = "2026-07-01"
SCENARIO = quick_scenario(
    "documented", "A quick <one> & more", on=ON, why="=1+1 looks like a formula",
    more="""
[[measure]]
id = "shut"
kind = "close-crossing"
crossing = "kz-cn.bakhty:road"
on = 2026-01-01
source = "assumption"
why = "a test"
""",
)  # fmt: skip
PAIR = ("cn.xian", "uz.tashkent")
DOT = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII="
)
Made = Callable[..., bytes]
needs_chromium = pytest.mark.skipif(
    not any(shutil.which(name) for name in BROWSERS), reason="no Chromium on the path"
)


@pytest.mark.parametrize(
    ("says", "format", "language", "warned"),
    [
        ("", "pdf", "zh", "the PDF"),
        ("", "docx", "zh", "pictures of the DOCX"),
        ("", "html", "zh", ""),
        ("Noto Sans CJK SC", "pdf", "zh", ""),
    ],
)
def test_letters_no_font_has_are_warned_of(
    says: str, format: str, language: str, warned: str, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    listing = tmp_path / "fc-list"
    listing.write_text(f'#!/bin/sh\n[ "$1" = ":lang={language}" ] && echo "{says}"\n')
    listing.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    told = documents.font_warning(format, language)
    assert (warned in told) and bool(told) is bool(warned)
    assert ("apt-get install fonts-noto-cjk" in told) is bool(warned)
    monkeypatch.setenv("PATH", str(tmp_path / "empty"))
    assert documents.font_warning(format, language) == "", "nothing is known, nothing is said"


@pytest.fixture(scope="module")
def done(evidence: EvidenceBase, tmp_path_factory: pytest.TempPathFactory) -> Appraisal:
    at = tmp_path_factory.mktemp("documents")
    (at / "documented.toml").write_text(SCENARIO, encoding="utf-8")
    options = Options(draws=2, samples=4, flows=False)
    with pytest.MonkeyPatch.context() as patch:
        for models in ("MODELS", "CLOSING"):  # the indicators of the network are enough here
            patch.setattr(ask, models, {})
        return appraise(
            at / "documented.toml", evidence=evidence, store=RunStore(at / "runs"), options=options
        )


@pytest.fixture(scope="module")
def made(done: Appraisal, evidence: EvidenceBase) -> Made:
    """A document, made once a module."""
    kept: dict[tuple[str, str, str], bytes] = {}

    def make(format: str, language: str = "en", kind: str = "full") -> bytes:
        key = (format, language, kind)
        if key not in kept:
            kept[key] = render(done, format, language=language, kind=kind, evidence=evidence)
        return kept[key]

    return make


@pytest.fixture
def no_browser(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(document_browser.shutil, "which", lambda _: None)


def skim(done: Appraisal, side: str) -> dict[str, float]:
    """The row of the pair, as the run has it."""
    run = done.baseline if side == "baseline" else done.run
    (row,) = (
        r
        for r in run["skim"].rows()
        if (r["origin"], r["destination"]) == PAIR and r["commodity"] == "container-general"
    )
    return row


def near(value: float) -> object:
    """A workbook holds 16 digits."""
    return pytest.approx(value, rel=1e-12)


def per_teu(done: Appraisal) -> float:
    rows = {r["id"]: r["loading_t_per_teu"] for r in done.run["classes"].rows()}
    return rows["container-general"]


# --- figures ----------------------------------------------------------------------------------


def test_the_workbook_has_the_figures_of_the_run(made: Made, done: Appraisal) -> None:
    import openpyxl

    book = openpyxl.load_workbook(io.BytesIO(made("xlsx")))
    sheet = book["Pairs"]
    source, names, units, *rows = sheet.iter_rows(values_only=True)
    assert "tables skim, pair_draw" in source[0] and done.run.id[:16] in source[0]
    at = {name: i for i, name in enumerate(names)}
    assert units[at["Half arrive within"]] == "h" and units[at["Money"]] == "USD (2023)/TEU"
    before, after, change = (r for r in rows if r[0] == "Xi'an to Tashkent")
    a, b = skim(done, "baseline"), skim(done, "scenario")
    assert before[at["Half arrive within"]] == near(a["time_p50_h"])
    assert after[at["Expected time"]] == near(b["time_h"])
    assert change[at["Expected time"]] == near(b["time_h"] - a["time_h"])
    assert after[at["Money"]] == near(b["money_usd2023_per_t"] * per_teu(done))
    assert after[at["Expected time: low"]] <= after[at["Expected time: high"]]
    assert sheet.freeze_panes == "B4"
    (none,) = {r[at["Money"]] for r in rows if r[0].startswith("kg.arpa") or "Arpa" in r[0]}
    assert none == "no route"


def test_the_linkage_indicators_are_those_of_the_run(made: Made, done: Appraisal) -> None:
    import openpyxl

    sheet = openpyxl.load_workbook(io.BytesIO(made("xlsx")))["Linkages"]
    _, names, _, *rows = sheet.iter_rows(values_only=True)
    at = {name: i for i, name in enumerate(names)}
    shown = sorted(r[at["After"]] for r in rows if isinstance(r[at["After"]], (int, float)))
    known = (r["after_amount"] for r in done.run["linkage_indicator"].rows())
    assert shown == pytest.approx(sorted(v for v in known if v is not None))
    assert len(rows) == len(done.run["linkage_indicator"])


def test_the_text_document_prints_them_rounded(
    made: Made, done: Appraisal, no_browser: None
) -> None:
    from docx import Document

    book = Document(io.BytesIO(made("docx")))
    (table,) = (t for t in book.tables if "Half arrive within" in [c.text for c in t.rows[0].cells])
    rows = [[c.text for c in r.cells] for r in table.rows]
    after = next(r for r in rows if r[0] == "Xi'an to Tashkent" and r[2] == "After")
    hours = skim(done, "scenario")["time_p50_h"]
    assert abs(float(after[3].split()[0].replace("\u202f", "")) - hours) <= 0.005 * hours
    assert " h (" in after[3] and "USD (2023)/TEU" in after[6]
    captions = [p.text for p in book.paragraphs if p.style.name == "Caption"]
    assert len(captions) >= len(book.tables)
    assert all("Source: " in caption for caption in captions)


def test_wide_tables_lie_on_their_side_and_columns_are_as_wide_as_what_they_hold(
    made: Made, no_browser: None
) -> None:
    from docx import Document
    from docx.oxml.ns import qn

    book = Document(io.BytesIO(made("docx", "zh")))
    # Sections in their order; the mark of each but the last stands in its last paragraph.
    sections, at, wide = list(book.sections), 0, 0
    for block in book.element.body:
        if block.tag == qn("w:tbl"):
            widths = [c.w for c in block.tblGrid.gridCol_lst]
            page = sections[at]
            room = page.page_width - page.left_margin - page.right_margin
            assert abs(sum(widths) - room) < 20 * len(widths) * 635, "it fills the page"
            assert min(widths) > 0.9 * 360_000, "four ideographs stay together"
            lying = page.page_width > page.page_height
            assert lying or len(widths) < 8
            wide += lying
        elif block.find(f"{qn('w:pPr')}/{qn('w:sectPr')}") is not None:
            at += 1
    assert at == len(sections) - 1 > 1
    assert wide
    assert [s.page_width > s.page_height for s in sections[:2]] == [False, True]
    for shape in book.inline_shapes:
        assert shape.width < 17.2 * 360_000


def test_a_room_is_shared_by_words_first_and_texts_then() -> None:
    rows = [("1", "kilometres", "a text of several words " * 3)] * 3
    no, word, text = column_widths(("No.", "unit", "note"), rows, 1000)
    assert no + word + text == 1000
    assert no < word < text
    assert column_widths(("a", "b"), [], 10) == (5, 5)
    latin, chinese = column_widths(("ab", "中文"), [("ab", "中文")], 100)
    assert chinese > latin, "an ideograph takes two letters"
    narrow = column_widths(("x" * 40, "y" * 40), [], 100)
    assert narrow == (50, 50), "words that have no room share what there is"


def test_the_long_format_has_every_pair_and_both_scenarios(made: Made, done: Appraisal) -> None:
    rows = list(csv.DictReader(io.StringIO(made("iamc.csv").decode("utf-8"))))
    assert list(rows[0]) == ["model", "scenario", "region", "variable", "unit", "2026"]
    keys = [tuple(r[k] for k in ("model", "scenario", "region", "variable", "unit")) for r in rows]
    assert len(keys) == len(set(keys))
    assert {r["scenario"] for r in rows} == {"documented", "documented--baseline"}
    value = {
        (r["scenario"], r["region"], r["variable"]): r["2026"] for r in rows if r["unit"] == "h"
    }
    region, variable = ">".join(PAIR), "Freight Time|Expected|Container General"
    for name, side in (("documented", "scenario"), ("documented--baseline", "baseline")):
        assert float(value[name, region, variable]) == skim(done, side)["time_h"]
    assert value["documented", "kg.arpa>kz.almaty", variable] == ""
    assert made("iamc.csv") == made("iamc.csv", "zh")


def test_the_layers_are_the_network_of_the_run(made: Made, done: Appraisal, tmp_path: Path) -> None:
    import geopandas

    path = tmp_path / "map.gpkg"
    path.write_bytes(made("gpkg"))
    links = geopandas.read_file(path, layer="links")
    crossings = geopandas.read_file(path, layer="crossings")
    changes = geopandas.read_file(path, layer="changes")
    assert links.crs.to_epsg() == crossings.crs.to_epsg() == changes.crs.to_epsg() == 4326
    rows = {r["id"]: r for r in done.run["network_map"].rows()}
    assert set(links["id"]) | set(crossings["id"]) == set(rows)
    for _, link in links.iterrows():
        row = rows[link["id"]]
        ends = [*link.geometry.coords]
        assert ends[0] == (row["from_lon_deg"], row["from_lat_deg"])
        assert (link["status"], link["mode"]) == (row["status"], row["mode"])
    assert dict(zip(changes["id"], changes["change"], strict=True))["kz-cn.bakhty:road"] == "closed"
    assert len(geopandas.read_file(path, layer="places")) > 100
    with sqlite3.connect(path) as base:
        layers = [r[0] for r in base.execute("select table_name from gpkg_contents")]
        assert {"links", "crossings", "places", "flows", "changes", "columns"} <= set(layers)
        told = dict(base.execute('select "field", "text" from about'))
    assert told["run"] == done.run.id[:16] and "legal status" in told["disclaimer"]


def test_flows_are_a_layer_with_units(
    content: ReportContent, done: Appraisal, tmp_path: Path
) -> None:
    import geopandas

    path = tmp_path / "map.gpkg"
    path.write_bytes(render_content(content, done, "gpkg"))
    flows = geopandas.read_file(path, layer="flows")
    assert list(flows["after_t_per_y"]) == [1.96e6, 19e6, 60.1e6]
    assert flows["before_t_per_y"].isna().tolist() == [True, False, False]
    assert flows["change_t_per_y"].isna().tolist() == [True, False, False]


@pytest.mark.parametrize("language", ["en", "ru", "zh"])
def test_the_map_stands_alone(made: Made, language: str) -> None:
    text = made("svg", language).decode("utf-8")
    root = ElementTree.fromstring(text)
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert "prefers-color-scheme:dark" not in text
    assert text.count("disputed-line") > 15
    assert not re.search(r"(href|src)=\"(?!#)", text)
    said = " ".join(root.itertext())
    word = {"en": "legal status", "ru": "правовом статусе", "zh": "法律地位"}[language]
    assert word.replace(" ", "") in said.replace(" ", "")


# --- safe, repeatable, whole ------------------------------------------------------------------


@pytest.mark.parametrize("format", ["html", "docx", "xlsx", "svg", "gpkg", "iamc.csv"])
def test_the_same_run_gives_the_same_bytes(
    format: str, done: Appraisal, evidence: EvidenceBase, no_browser: None
) -> None:
    first = render(done, format, evidence=evidence)
    documents._contents.clear()
    assert render(done, format, evidence=evidence) == first


def test_no_text_is_a_formula_in_a_workbook(made: Made) -> None:
    import openpyxl

    book = openpyxl.load_workbook(io.BytesIO(made("xlsx")))
    cells = [c for sheet in book for row in sheet.iter_rows() for c in row]
    assert "=1+1 looks like a formula" in {c.value for c in cells}
    assert {c.data_type for c in cells} <= {"s", "inlineStr", "n"}
    for sheet in book.worksheets[1:]:
        assert sheet.freeze_panes == "B4", sheet.title
        assert "Source: " in sheet.cell(1, 1).value


def test_a_number_of_a_workbook_has_a_unit(content: ReportContent, done: Appraisal) -> None:
    import openpyxl

    book = openpyxl.load_workbook(io.BytesIO(render_content(content, done, "xlsx")))
    assert {"Real income", "Trade", "Freight", "Modes", "Queues"} <= set(book.sheetnames)
    for sheet in book.worksheets[1:]:
        _, names, units, *rows = sheet.iter_rows(values_only=True)
        for column, (name, unit) in enumerate(zip(names, units, strict=True)):
            if any(isinstance(r[column], (int, float)) for r in rows) and not unit:
                beside = names[column + 1] if column + 1 < len(names) else ""
                assert beside == f"{name}: Unit" or ": " in name, (sheet.title, name)


def test_hostile_titles_stay_text(made: Made) -> None:
    text = made("html", kind="brief").decode("utf-8")
    assert "A quick &lt;one&gt; &amp; more" in text and "<one>" not in text
    assert ElementTree.fromstring(made("svg").decode("utf-8")) is not None


def test_write_replaces_the_file_whole(
    done: Appraisal, evidence: EvidenceBase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "deep" / "run.iamc.csv"
    assert write(done, path, evidence=evidence) == path
    before = path.read_bytes()

    def broken(*_: object) -> None:
        raise OSError("no space")

    monkeypatch.setattr("os.replace", broken)
    with pytest.raises(OSError, match="no space"):
        write(done, path, "html", evidence=evidence)
    assert path.read_bytes() == before
    assert [p.name for p in path.parent.iterdir()] == ["run.iamc.csv"]


def test_what_is_not_known_is_told_what_there_is(done: Appraisal, tmp_path: Path) -> None:
    with pytest.raises(UnknownName, match=r"formats: html, docx, .*iamc\.csv"):
        render(done, "odt")
    with pytest.raises(UnknownName, match="kinds: brief, full"):
        render(done, "html", kind="long")
    with pytest.raises(UnknownName, match="languages: en"):
        render(done, "html", language="de")
    with pytest.raises(UnknownName, match="formats: html"):
        write(done, tmp_path / "report.odt")


def test_the_verb_writes_a_file_and_says_what_is_wrong(
    done: Appraisal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    runs = done.run.folder.parent
    monkeypatch.setenv("SOGDIA_RUNS", str(runs))
    monkeypatch.chdir(runs.parent)
    file = tmp_path / "series.iamc.csv"
    assert run_verb(["document", "documented", "-o", str(file), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["format"], told["bytes"]) == ("iamc.csv", file.stat().st_size)
    assert run_verb(["document", "documented", "-o", str(tmp_path / "a.odt")]) == 2
    assert "formats: html" in capsys.readouterr().err
    assert run_verb(["document", "documented", "--language", "fr"]) == 2
    assert "languages: en (English)" in capsys.readouterr().err
    assert run_verb(["document", "documented--baseline", "-o", str(file)]) == 2
    assert "is a baseline" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("format", "module"), [("docx", "docx"), ("xlsx", "openpyxl"), ("gpkg", "pyogrio")]
)
def test_a_missing_extra_says_the_install_line(
    format: str, module: str, done: Appraisal, evidence: EvidenceBase,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(MissingExtra, match=re.escape('pip install "sogdia[report]"')):
        render(done, format, evidence=evidence)


# --- Chromium ---------------------------------------------------------------------------------


@pytest.mark.parametrize("format", ["pdf", "png"])
def test_without_chromium_the_error_says_how_to_get_it(
    format: str, done: Appraisal, evidence: EvidenceBase, no_browser: None
) -> None:
    with pytest.raises(NoBrowser, match="apt-get install chromium"):
        render(done, format, evidence=evidence)


def test_without_chromium_a_text_document_says_that_the_map_is_left_out(
    done: Appraisal, evidence: EvidenceBase, no_browser: None
) -> None:
    from docx import Document

    book = Document(io.BytesIO(render(done, "docx", kind="brief", evidence=evidence)))
    assert any("The map is left out here" in p.text for p in book.paragraphs)
    assert not book.inline_shapes


def crowded(content: ReportContent, language: str) -> ReportContent:
    """Six parts in each linkage, all with long names."""
    value = Number(central=1234.5, unit="usd2023/year")
    change = Number(central=-12.5, p05=-20.0, p95=1.0, unit="usd2023/year", signed=True)
    row = IndicatorRow(
        title="a long name of an indicator of a part, weighted by something and counted by year",
        of="Kazakhstan to China",
        values=Pair(before=value, after=value, change=change),
    )
    parts = tuple(
        LinkageRows(
            linkage=words_in("en")(f"linkage.{name}"), part=f"part {i}", untouched=not i % 2,
            indicators=(row, row),
        )
        for name in LINKAGES
        for i in range(6)
    )  # fmt: skip
    return dataclasses.replace(content, linkages=parts, language=language)


@needs_chromium
def test_a_brief_has_two_pages_and_the_date_of_the_run(
    content: ReportContent, done: Appraisal
) -> None:
    pdf = render_content(crowded(content, "ru"), done, "pdf", kind="brief")
    assert pdf.startswith(b"%PDF-")
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) == 2
    stamp = done.run.manifest.created.strftime("%Y%m%d%H%M%S").encode()
    assert set(re.findall(rb"/(?:CreationDate|ModDate) \(D:(\d{14})", pdf)) == {stamp}


def test_a_brief_has_every_linkage_and_no_more_than_two_of_each(content: ReportContent) -> None:
    from sogdia.report.document_tables import brief_linkage_grid

    grid = brief_linkage_grid(crowded(content, "en"), words_in("en"))
    assert len(grid.rows) == 2 * len(LINKAGES)
    assert [str(row[0]).partition(":")[0] for row in grid.rows[::2]] == [
        words_in("en")(f"linkage.{name}") for name in LINKAGES
    ]
    still = dataclasses.replace(crowded(content, "en").linkages[0], untouched=True)
    calm = dataclasses.replace(content, linkages=(still, still))
    assert len(brief_linkage_grid(calm, words_in("en")).rows) == 1


def test_pages_have_headers_and_alternatives(made: Made) -> None:
    for kind in ("full", "brief"):
        page = made("html", "ru", kind).decode("utf-8")
        assert not re.search(r"<th(?!ead)(?![^>]*\bscope=)", page)
        pictures = re.findall(r'<svg[^>]*role="img"[^>]*>', page)
        assert pictures and all("aria-label" in p for p in pictures)


@needs_chromium
def test_the_map_is_a_picture_of_twice_its_size(made: Made) -> None:
    png = made("png", "zh")
    width = int.from_bytes(png[16:20], "big")
    assert png.startswith(b"\x89PNG") and width == 2400 and len(png) > 100_000


def test_the_pictures_of_a_text_document_are_told_in_words(
    done: Appraisal, evidence: EvidenceBase, monkeypatch: pytest.MonkeyPatch
) -> None:
    from docx import Document

    drawn: list[str] = []

    def dot(svg: str, *_: object, **__: object) -> bytes:
        drawn.append(svg)
        return DOT

    monkeypatch.setattr(documents, "png_of", dot)
    made = render(done, "docx", kind="brief", language="zh", evidence=evidence)
    book = Document(io.BytesIO(made))
    (shape,) = book.inline_shapes
    assert len(drawn) == 1 and "<svg" in drawn[0]
    assert "2026年7月1日" in shape._inline.docPr.get("descr")


# --- languages --------------------------------------------------------------------------------

SCRIPT = {"ru": "[А-Яа-яЁё]", "zh": "[\u4e00-\u9fff]"}


@pytest.mark.parametrize("language", ["ru", "zh"])
def test_a_text_document_speaks_its_language(made: Made, language: str, no_browser: None) -> None:
    from docx import Document
    from docx.oxml.ns import qn

    book = Document(io.BytesIO(made("docx", language)))
    headings = [p.text for p in book.paragraphs if p.style.name == "Heading 1"]
    assert len(headings) > 8
    assert all(re.search(SCRIPT[language], text) for text in headings), headings
    for table in book.tables:
        for cell in table.rows[0].cells:
            told = cell.text in ("P50", "P90", "CO₂", "№") or re.search(SCRIPT[language], cell.text)
            assert told, cell.text
        assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
    fonts = book.styles["Normal"].element.rPr.find(qn("w:rFonts"))
    east = {"ru": "Calibri", "zh": "Microsoft YaHei"}[language]
    assert fonts.get(qn("w:eastAsia")) == east
    assert book.core_properties.language == {"ru": "ru-RU", "zh": "zh-CN"}[language]
    text = "\n".join(p.text for p in book.paragraphs)
    city = {"ru": "Сиань", "zh": "西安"}[language]
    assert city in text and "Xi'an" not in text


@pytest.mark.parametrize("language", ["en", "ru", "zh"])
def test_nothing_is_left_unfilled(made: Made, language: str) -> None:
    page = made("html", language).decode("utf-8")
    page = re.sub(r"<(style|script)>.*?</\1>", "", page, flags=re.DOTALL)
    assert not re.search(r"\{\w*\}", page)
    tag = {"en": "en", "ru": "ru", "zh": "zh-Hans"}[language]
    assert f'<html lang="{tag}">' in page


def test_every_format_has_a_media_type_and_an_ending() -> None:
    assert list(FORMATS) == ["html", "docx", "xlsx", "pdf", "svg", "png", "gpkg", "iamc.csv"]
    for name, (media, ending) in FORMATS.items():
        assert "/" in media and ending == f".{name}"


def test_numbers_are_written_as_the_language_writes_them(content: ReportContent) -> None:
    money = content.od_rows[0].money.before
    assert number_text(money, words_in("ru")).startswith("3\u00a0150 долл. США (2023)/ДФЭ (от ")
    assert number_text(money, words_in("zh")).startswith("3,150 美元（2023年价）/标准箱 (")
