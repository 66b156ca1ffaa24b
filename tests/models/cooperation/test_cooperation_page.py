"""The figures on the page about cooperation are those of now, and votes are no part of depth."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from scipy.stats import spearmanr

from sogdia.core.states import FIVE
from sogdia.evidence.base import EvidenceBase
from sogdia.models.cooperation.depth import codebook, depth_scores
from sogdia.models.cooperation.dovetailing import dovetailing
from sogdia.models.cooperation.timeline import timeline
from sogdia.models.cooperation.trade_around_events import THEMES, trade_around_events

ROOT = Path(__file__).resolve().parents[3]
PAGE = (ROOT / "docs" / "explanation" / "cooperation.md").read_text(encoding="utf-8")


def cells(first: str) -> list[list[str]]:
    """The cells of the table rows that begin with some text."""
    lines = [line for line in PAGE.splitlines() if line.startswith(f"| {first}")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def plain(value: float) -> str:
    return f"{value:.2f}".replace("-", "−")


def test_counts_of_events(evidence: EvidenceBase) -> None:
    table = timeline(evidence)
    phases = Counter(table["phase"])
    for number, count in phases.items():
        assert cells(f"{number}, ")[0][-1] == str(count)
    changes = Counter(table["changes"])
    for word, row in (("a regime", "regime"), ("a cost", "cost"), ("nothing", "nothing")):
        assert cells(word)[0][1] == str(changes[row])
    unknown = int(sum(table["became"] == "unknown"))
    assert f"*unknown*, {unknown} of {len(table)}" in PAGE
    degrees = Counter(dovetailing(evidence)["degree"])
    assert f"names it: {degrees['named']} pairs" in PAGE
    assert f"{degrees['alike']} pairs of strategy and project" in PAGE
    assert f"The codebook has {len(codebook())} items" in PAGE


def test_the_event_study_on_the_page(evidence: EvidenceBase) -> None:
    found = [r for r in trade_around_events(evidence).rows() if ";" in r["countries"]]
    wanted = [
        [
            plain(r["growth_change_ratio"]),
            f"{plain(r['placebo_low_ratio'])} to {plain(r['placebo_high_ratio'])}",
            plain(r["p_share"]),
        ]
        for theme in THEMES
        for r in found
        if r["theme"] == theme
    ]
    rows = [r for r in cells("") if len(r) == 4 and " to " in r[2] and r[1][:1] in "−0"]
    assert [r[1:] for r in rows] == wanted
    assert len(wanted) == 2 * len(THEMES)


VOTES = {2000: -0.2, 2005: -1.0, 2010: -0.2, 2015: -0.4, 2019: -0.9}


@pytest.mark.parametrize("year", VOTES)
def test_depth_is_no_measure_of_closeness(evidence: EvidenceBase, year: int) -> None:
    """Against shares of equal votes in the UN General Assembly, which no item uses."""
    alike = {
        row["b"]: float(row["agree_share"])
        for row in evidence.registry("un_vote_agreement")
        if int(row["year"]) == year
    }
    table = depth_scores(evidence, on=date(year, 7, 1), draws=5)
    points = dict(zip(table["b"], table["points_count"], strict=True))
    rank = spearmanr([points[c] for c in FIVE], [alike[c] for c in FIVE]).statistic
    assert rank == pytest.approx(VOTES[year], abs=0.01)
    assert f"{VOTES[year]:.1f} in {year}".replace("-", "−") in PAGE
    if year == 2019:
        names = {
            "KAZ": "Kazakhstan", "KGZ": "Kyrgyzstan", "TJK": "Tajikistan", "TKM": "Turkmenistan",
            "UZB": "Uzbekistan",
        }  # fmt: skip
        for country, name in names.items():
            row = next(r for r in cells(name) if len(r) == 3)
            assert row[1:] == [f"{points[country]:.0f}", f"{100 * alike[country]:.1f}"]
