"""Rows of linkages in the reader's language: titles on other terms, what a band spans."""

from __future__ import annotations

import csv

import pytest

from sogdia.appraisal.linkage.finance import FIGURES, TRAFFIC
from sogdia.appraisal.summary_linkages import Indicator
from sogdia.core.language import entries
from sogdia.core.shipped import shipped_folder
from sogdia.report.indicator_words import SPANS, span_of, title_of
from sogdia.report.naming import Naming
from sogdia.report.words import ENGLISH, words_in

ZH, RU = (Naming(words=words_in(code)) for code in ("zh", "ru"))


def row(variable: str, title: str) -> Indicator:
    return Indicator(
        part="projects", variable=variable, entity="X", title=title, unit="1", before=None,
        after=None, change=None, low=None, high=None, basis="", headline=False,
    )  # fmt: skip


@pytest.mark.parametrize(("name", "title"), [(f[0], f[1]) for f in FIGURES])
def test_every_figure_of_an_account_is_translated_with_its_terms(name: str, title: str) -> None:
    flow = title_of(row(name, f"{title}; {TRAFFIC['flow']}"), ZH)
    stated = title_of(row(f"{name}_stated", f"{title}; {TRAFFIC['stated']}"), ZH)
    full = f"{title}; {TRAFFIC['stated']}; the loan at 3.5 %"
    at_rate = title_of(row(f"{name}_at_rate_stated", full), ZH)
    assert len({flow, stated, at_rate}) == 3
    assert "3.5%" in at_rate
    for told in (flow, stated, at_rate):
        assert not any(w in told for w in ("debt", "loan", "traffic", "value", "return"))
        assert all(year in told for year in ("2035", "2025") if year in title)
        assert ("6%" in told) is ("6 %" in title)


def test_english_is_what_the_model_says() -> None:
    title = "debt service cover; on the appraisal's flow"
    assert title_of(row("cover", title), Naming(words=ENGLISH)) == title
    english = entries("en", "report")
    for says, key in SPANS.items():
        assert english[key] == says, key


def test_names_of_the_index_are_those_of_its_tree() -> None:
    """A title that changes in the tree falls back to English; here it is missed at once."""
    with (shipped_folder("evidence") / "registries" / "index_tree.csv").open(
        encoding="utf-8"
    ) as file:
        leaves = [r for r in csv.DictReader(file) if r["parent"]]
    assert len(leaves) > 10
    for leaf in leaves:
        assert entries("en", "report")[f"index.{leaf['id']}"] == leaf["title"]
    told = title_of(row("indicator_exports", f"indicator of the index: {leaves[0]['title']}"), RU)
    assert told.startswith("показатель индекса: ")


@pytest.mark.parametrize(
    ("basis", "told"),
    [
        ("not drawn", "未抽样"),
        ("counted 2024", "2024 年统计"),
        ("KAZ before, CHN after", "之前：哈萨克斯坦；之后：中国"),
        ("moved: internet, something", "变动项：互联网用户, something"),
        ("what no catalog has", "what no catalog has"),
    ],
)
def test_what_a_band_spans(basis: str, told: str) -> None:
    assert span_of(basis, ZH) == told
