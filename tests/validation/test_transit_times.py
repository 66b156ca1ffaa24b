"""Modelled against observed transit times, over every usable row. Nothing is fitted to a row."""

from __future__ import annotations

import functools

from sogdia.appraisal.validation import TransitCheck, median_error, transit_checks
from sogdia.evidence.base import open_evidence

AIM = 0.20
"""Median absolute error the project aims at."""

LARGE = 0.30
"""Rows further off than this are explained in docs/explanation/validation.md."""


@functools.cache
def checks() -> tuple[TransitCheck, ...]:
    return tuple(transit_checks())


def test_every_usable_row_has_a_route() -> None:
    rows = open_evidence().registry("transit_times")
    assert len(checks()) == sum(row["usable"] == "yes" for row in rows) >= 40
    assert all(check.modelled_d is not None for check in checks())


def test_every_unusable_row_says_why() -> None:
    for row in open_evidence().registry("transit_times"):
        assert row["usable"] in {"yes", "no"}
        assert row["usable"] == "yes" or row["ground"]


def test_the_median_error_is_within_the_aim() -> None:
    outside = [c for c in checks() if not c.in_sample]
    error = median_error(outside)
    assert error is not None
    assert error <= AIM


def test_rail_is_within_the_aim() -> None:
    error = median_error([c for c in checks() if c.mode == "rail"])
    assert error is not None
    assert error <= AIM


def test_every_large_error_is_explained() -> None:
    from pathlib import Path

    page = Path(__file__).parents[2] / "docs" / "explanation" / "validation.md"
    text = page.read_text(encoding="utf-8")
    for check in checks():
        if check.error is not None and abs(check.error) > LARGE:
            assert f"**{check.id}" in text, f"{check.id} is {check.error:+.0%} off and unexplained"


def test_the_page_shows_the_numbers_of_this_model() -> None:
    from pathlib import Path

    page = Path(__file__).parents[2] / "docs" / "explanation" / "validation.md"
    rows = {
        cells[1].strip(): cells
        for line in page.read_text(encoding="utf-8").splitlines()
        if len(cells := line.split("|")) > 8
    }
    for check in checks():
        assert check.modelled_d is not None
        assert rows[check.id][-3].strip() == f"{check.modelled_d:.1f}", check.id
