"""Texts of the report: every key is there and used, and English says what the command line says."""

from __future__ import annotations

import dataclasses
import re
import tomllib
from pathlib import Path

import pytest
from handmade_report import handmade
from test_flows import summary

from sogdia.appraisal.changes import NetworkChange
from sogdia.appraisal.summary import Band, PairChange, PairState, Summary, ZoneChange, summarise
from sogdia.appraisal.summary_flows import FlowSummary, flow_sentences
from sogdia.appraisal.summary_traffic import BeforeAfter
from sogdia.core.language import entries
from sogdia.core.shipped import shipped_folder
from sogdia.report import html
from sogdia.report.charts import corridor_strip, gains_chart, time_split
from sogdia.report.content import ReportContent
from sogdia.report.document_tables import record_grids
from sogdia.report.from_flows import flow_content
from sogdia.report.naming import PLAIN, Naming, short
from sogdia.report.sentences import findings, flow_findings, loop_words
from sogdia.report.words import ENGLISH, words_in

FOLDER = Path(html.__file__).parent
MADE_FROM_RUNS = (
    "absent.", "assume.", "basis.", "change.", "class.", "confidence.", "doc.brief", "doc.full",
    "fact.", "indicator.", "leg.", "linkage.", "map.layer.", "map.less", "map.more", "measure.",
    "index.", "mode.", "pairs.", "part.", "sheet.", "stat.", "state.", "status.", "tier.", "trade.of-",
    "transfer.", "unit.", "water.", "word.", "country.", "scenario.",
)  # fmt: skip


def written() -> str:
    files = [*FOLDER.glob("*.py"), *FOLDER.glob("templates/*.j2")]
    return "\n".join(f.read_text("utf-8") for f in files)


def test_every_key_that_is_written_is_in_the_catalog() -> None:
    asked = set(re.findall(r'\b(?:t|words|ENGLISH)\(\s*"([\w.-]+[\w])"', written()))
    assert len(asked) > 150
    assert asked <= set(entries("en", "report"))


def test_every_key_of_the_catalog_is_used() -> None:
    text = written()
    unused = [
        key
        for key in entries("en", "report")
        if not re.search(f"[\"']{re.escape(key)}[\"']", text) and not key.startswith(MADE_FROM_RUNS)
    ]
    assert unused == []


def test_titles_of_shipped_scenarios_are_those_of_the_files() -> None:
    found = [k for k in entries("en", "report") if k.startswith("scenario.")]
    assert len(found) > 30
    for key in found:
        _, name, field = key.split(".")
        shipped = tomllib.loads((shipped_folder("scenarios") / f"{name}.toml").read_text("utf-8"))
        assert entries("en", "report")[key] == shipped[field], key


def plain(text: str) -> str:
    """Without what differs on purpose: separators, the minus sign, dates and class names."""
    for a, b in (
        ("\u202f", ","), ("\u2212", "-"), (" %", "%"), ("1 July 2031", "2031-07-01"),
        ("containers, general goods", "container-general"), ("Kyrgyzstan", "KGZ"),
        ("+0.000", "0.000"), ("\u00a0", " "),
    ):  # fmt: skip
        text = text.replace(a, b)
    return text


def state(hours: float) -> PairState:
    return PairState(
        time_h=hours, time_p50_h=hours, time_p90_h=2 * hours, border_h=5.0, distance_km=4000.0,
        money_usd2023_per_teu=10 * hours, emission_kgco2_per_teu=900.0,
        gencost_usd2023_per_teu=12 * hours,
    )  # fmt: skip


def some_summary() -> Summary:
    """One pair of each kind, zones that gain and lose, and a change of each kind."""
    from datetime import date

    def pair(before: PairState | None, after: PairState | None) -> PairChange:
        return PairChange(
            origin="a", destination="b", origin_name="Xi'an", destination_name="Tashkent",
            commodity="container-general", before=before, after=after, bands={},
        )  # fmt: skip

    def zone(name: str, change: float) -> ZoneChange:
        return ZoneChange(
            zone=name, name=name, country="KGZ", commodity="container-general",
            change=Band(change, change - 0.01, change + 0.01), before_usd2023_per_t=1.0,
            after_usd2023_per_t=1.0,
        )  # fmt: skip

    kinds = ("opened", "closed", "faster", "cheaper", "less capacity", "longer hours", "now known")
    return Summary(
        on=date(2031, 7, 1),
        pairs=(
            pair(state(240.0), state(192.0)), pair(None, state(100.0)), pair(state(100.0), None),
            pair(None, None), pair(state(50.0), state(50.0)),
        ),
        zones=(zone("Osh", -0.127), zone("Naryn", 0.034)),
        changes=tuple(
            NetworkChange(id=k, name=k, what="link", kind=k, note="") for k in kinds
        ),
        changed_pairs=1296, all_pairs=51528, appeared=1200, disappeared=3, sentences=(),
    )  # fmt: skip


def test_english_sentences_are_those_of_the_command_line() -> None:
    from sogdia.appraisal import summary as module

    found = some_summary()
    ours = [plain(s) for s in findings(found, PLAIN)]
    theirs = [plain(s) for s in module._sentences(found)]
    assert ours == theirs
    assert callable(summarise)


def overfull(found: FlowSummary) -> FlowSummary:
    """The same, and more trucks come to its first post than can pass."""
    post = dataclasses.replace(
        found.posts[0], arrivals=BeforeAfter(1023.2, 1173.1), effective=BeforeAfter(100.4, 100.4)
    )
    return dataclasses.replace(found, posts=(post, *found.posts[1:]))


@pytest.mark.parametrize("unsolved", [(), ("loop x: did not settle",)])
def test_english_sentences_of_flows_are_those_of_the_command_line(
    unsolved: tuple[str, ...],
) -> None:
    found = overfull(summary(unsolved=unsolved))
    ours = [plain(s) for s in flow_findings(found, PLAIN)]
    assert ours == [plain(s) for s in flow_sentences(found)]
    assert any("cannot clear" in s for s in ours)
    assert found.loop is not None
    assert plain(loop_words(found.loop, PLAIN)) == plain(found.loop.words)


@pytest.mark.parametrize("code", ["en", "ru", "zh"])
def test_a_post_that_cannot_clear_is_marked_in_the_table_of_queues(code: str) -> None:
    say = Naming(words_in(code))
    full, calm = (flow_content(s, say).posts[0] for s in (overfull(summary()), summary()))
    assert full.name.endswith(say.words("queues.cannot-clear"))
    assert say.words("queues.cannot-clear") not in calm.name


@pytest.mark.parametrize("code", ["ru", "zh"])
def test_sentences_of_other_languages_hold_the_same_numbers(code: str) -> None:
    say = Naming(words_in(code))
    decimal = say.words.language.separated("0.0")[1]

    def digits(text: str) -> list[str]:
        """Every number with its decimals, without signs; dates and percentiles left out."""
        text = text.replace("\u202f", "").replace("\u00a0", "")
        if code == "zh":
            text = re.sub(r"(?<=\d),(?=\d{3})", "", text)
        return sorted(re.findall(r"\d+\.\d+", text.replace(decimal, ".")))

    found, flows = some_summary(), overfull(summary())
    for ours, theirs in (
        (findings(found, PLAIN), findings(found, say)),
        (flow_findings(flows, PLAIN), flow_findings(flows, say)),
    ):
        for english, other in zip(ours, theirs, strict=True):
            numbers = re.findall(r"\d+\.\d+", english.replace("\u202f", ""))
            assert sorted(numbers) == digits(other), (english, other)


@pytest.mark.parametrize("code", ["ru", "zh"])
def test_charts_and_units_speak_the_language(content: ReportContent, code: str) -> None:
    words = words_in(code)
    script = {"ru": "[а-яё]", "zh": "[\u4e00-\u9fff]"}[code]
    for chart in (
        gains_chart(content.gainers, 940, words=words),
        corridor_strip(content.routes[0], 940, words),
        time_split(content.routes[0], 940, words),
    ):
        title = re.findall(r"<title>([^<]*)</title>", str(chart))[0]
        assert re.search(script, title)
    assert words.unit("t/year") == {"ru": "т/год", "zh": "吨/年"}[code]
    assert words.unit("odd/thing") == "odd/thing"
    assert words.unit("1") == "" and words.unit("share") == "%"


def test_a_name_loses_its_station_and_a_chain_of_links_its_english() -> None:
    assert short("Ташкент (Чукурсай)") == "Ташкент" and short("西安（新筑）") == "西安"
    zh = Naming(words_in("zh"), {"Kashgar": ("cn.kashgar",)})
    assert zh.place("Kashgar") == "喀什" and zh.place("Nowhere") == "Nowhere"
    assert zh.link("Kashgar – Nowhere (6 links)") == "喀什 – Nowhere（6 个区段）"
    assert Naming(words_in("ru")).link("A – B (2 links)") == "A – B (2 участка)"
    assert PLAIN.link("A – B (1 links)") == "A – B (1 link)"
    assert ENGLISH.country("KGZ") == "Kyrgyzstan"


def test_what_authors_claim_is_quoted_beside_its_source() -> None:
    content = handmade()
    (grid,) = (g for g in record_grids(content, ENGLISH) if g.sheet == "claims")
    for row, cells in zip(content.claims, grid.rows, strict=True):
        told = str(cells[3])
        assert row.source in told
        assert (f"“{row.says}”" in told) is bool(row.says)
    assert any(row.says for row in content.claims)
