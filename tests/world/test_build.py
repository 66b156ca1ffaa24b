"""Worlds of several dates: sound, dated to the day, and built from what was known."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sogdia.core.errors import InvalidInput, UnknownName
from sogdia.core.table import Table
from sogdia.evidence.base import EvidenceBase
from sogdia.evidence.choose import FAR_FUTURE
from sogdia.world.build import FIRST_DAY, LAST_DAY, link_status, world
from sogdia.world.check import check_world
from sogdia.world.notebook import Notebook
from sogdia.world.world import World

WorldOn = Callable[[date], World]

YEARS = (1992, 2001, 2013, 2026, 2040)

ALLOWED_PROBLEMS: dict[tuple[str, str], str] = {}
"""(where, words of the problem) -> why it is let be."""


@pytest.mark.parametrize("year", YEARS)
def test_a_world_has_no_problem_but_the_allowed_ones(world_on: WorldOn, year: int) -> None:
    found = check_world(world_on(date(year, 7, 1)))
    unexplained = [
        str(p)
        for p in found
        if not any(p.where == where and words in p.what for where, words in ALLOWED_PROBLEMS)
    ]
    assert unexplained == []


def test_every_allowed_problem_still_exists(world_on: WorldOn) -> None:
    found = [p for year in YEARS for p in check_world(world_on(date(year, 7, 1)))]
    for where, words in ALLOWED_PROBLEMS:
        assert any(p.where == where and words in p.what for p in found), where


def with_cell(table: Table, column: str, row: int, value: object) -> Table:
    values = table[column].copy()
    values[row] = value
    return table.replace(**{column: values})


def broken(w: World, name: str) -> tuple[World, str, str]:
    """A world with one fault, and where and how it must be found."""
    rail = int(np.flatnonzero((w.links["mode"] == "rail") & (w.links["length_km"] > 100))[0])
    border = next(i for i, c in enumerate(w.links["crossing"]) if c is not None)
    link, zone = str(w.links["id"][rail]), str(w.zones["id"][0])
    match name:
        case "short":
            half = w.links["length_km"][rail] / 2
            table = with_cell(w.links, "length_km", rail, half)
            return w.replace(links=table), link, "shorter than the great circle"
        case "long":
            table = with_cell(w.links, "length_km", rail, 9 * w.links["length_km"][rail])
            return w.replace(links=table), link, "far longer"
        case "no length":
            return w.replace(links=with_cell(w.links, "length_km", rail, np.nan)), link, "no length"
        case "no speed":
            table = with_cell(w.links, "speed_km_per_h", rail, np.nan)
            return w.replace(links=table), link, "no speed"
        case "no gauge":
            return (
                w.replace(links=with_cell(w.links, "gauges", rail, None)),
                link,
                "without a gauge",
            )
        case "two gauges":
            end = int(w.places.index()[w.links["from_place"][rail]])
            other = with_cell(w.places, "gauges", end, "1000")
            table = with_cell(w.links, "gauges", rail, "1435;1520")
            return w.replace(places=other, links=table), str(w.places["id"][end]), "two gauges"
        case "loop":
            end = w.links["from_place"][rail]
            return w.replace(links=with_cell(w.links, "to_place", rail, end)), link, "same place"
        case "no post":
            table = with_cell(w.links, "crossing", border, None)
            where = str(w.links["id"][border])
            return w.replace(links=table), where, "border without a post"
        case "far post":
            post = str(w.links["crossing"][border])
            lat = np.where(
                w.crossings["id"] == post, w.crossings["lat_deg"] + 9, w.crossings["lat_deg"]
            )
            return (
                w.replace(crossings=w.crossings.replace(lat_deg=lat)),
                post,
                "from the nearer end",
            )
        case "no dwell":
            table = with_cell(w.crossings, "dwell_mean_h", 0, np.nan)
            where = f"{w.crossings['id'][0]}>{w.crossings['towards'][0]}"
            return w.replace(crossings=table), where, "no dwell"
        case _:
            table = w.connectors.where(w.connectors["zone"] != zone)
            return w.replace(connectors=table), zone, "cannot"


@pytest.mark.parametrize(
    "name",
    ["short", "long", "no length", "no speed", "no gauge", "two gauges", "loop", "no post",
     "far post", "no dwell", "cut off"],
)  # fmt: skip
def test_each_check_finds_its_fault(world_on: WorldOn, name: str) -> None:
    fault, where, words = broken(world_on(date(2026, 7, 1)), name)
    assert any(p.where == where and words in p.what for p in check_world(fault))


@pytest.mark.parametrize("on", ["1991-12-31", "2041-01-01", FIRST_DAY - timedelta(days=1)])
def test_a_date_outside_the_period_is_refused(evidence: EvidenceBase, on: date | str) -> None:
    with pytest.raises(
        InvalidInput, match=r"outside the period modelled.*1992-01-01 to 2040-12-31"
    ):
        world(evidence, on=on)


@pytest.mark.parametrize("given", ["yesterday", "2024-13-01", 2024])
def test_what_is_no_date_is_refused(evidence: EvidenceBase, given: Any) -> None:
    with pytest.raises(InvalidInput, match="is not a date"):
        world(evidence, on=given)
    with pytest.raises(InvalidInput, match="known_by: is not a date"):
        world(evidence, on="2024-01-01", known_by=given)


def test_a_moment_stands_for_its_day(evidence: EvidenceBase) -> None:
    assert world(evidence, on=datetime(2024, 1, 1, 12)).on == date(2024, 1, 1)


def test_the_last_day_is_in_the_period_and_text_is_the_same_as_a_date(
    evidence: EvidenceBase, world_on: WorldOn
) -> None:
    assert world(evidence, on=LAST_DAY.isoformat()).digest == world_on(LAST_DAY).digest


def test_replace_refuses_what_is_no_table(world_on: WorldOn) -> None:
    w = world_on(date(2026, 7, 1))
    with pytest.raises(UnknownName, match="did you mean 'links'"):
        w.replace(link=w.links)
    with pytest.raises(ValueError, match="keeps its rows"):
        w.replace(links=w.links.where(w.links["mode"] == "rail"))


# --- dates of links ------------------------------------------------------------------------------


def status_on(evidence: EvidenceBase, link: str, on: date) -> str:
    return link_status(Notebook(evidence, on, FAR_FUTURE), link)[0]


def test_the_angren_pap_line_opens_on_its_day(world_on: WorldOn) -> None:
    for on, expected in ((date(2016, 6, 21), "closed"), (date(2016, 6, 22), "open")):
        links = world_on(on).links
        status = links["status"][links.index()["rail:uz.angren~uz.pap"]]
        assert (status == "open") == (expected == "open"), on


def test_every_link_opens_on_the_day_its_one_claim_says(evidence: EvidenceBase) -> None:
    days: dict[str, list[str]] = {}
    closed: set[str] = set()
    with Path(evidence.folder / "claims" / "network.csv").open(encoding="utf-8") as stream:
        for row in csv.DictReader(stream):
            if row["variable"] == "opened":
                days.setdefault(row["subject"], []).append(row["value"])
            if row["variable"] == "closed":
                closed.add(row["subject"])
    checked = 0
    for link, values in days.items():
        if len(values) > 1 or len(values[0]) < 10 or link in closed:
            continue
        opening = date.fromisoformat(values[0])
        if FIRST_DAY < opening <= LAST_DAY:
            assert status_on(evidence, link, opening - timedelta(days=1)) != "open", link
            assert status_on(evidence, link, opening) == "open", link
            checked += 1
    assert checked > 30


def test_known_only_to_the_month_a_line_is_open_from_its_last_day(evidence: EvidenceBase) -> None:
    link = "rail:cn.khorgos~kz.altynkol"  # opened 2012-12
    assert status_on(evidence, link, date(2012, 12, 30)) != "open"
    assert status_on(evidence, link, date(2012, 12, 31)) == "open"


def test_a_link_once_open_stays_open_until_it_is_closed(evidence: EvidenceBase) -> None:
    links = [row["id"] for row in evidence.entities("links")]
    opened: set[str] = set()
    first: set[str] = set()
    for year in range(FIRST_DAY.year, LAST_DAY.year + 1, 2):
        book = Notebook(evidence, date(year, 7, 1), FAR_FUTURE)
        status = {link: link_status(book, link)[0] for link in links}
        lost = {x for x in opened if status[x] != "open"}
        for link in lost:
            belief = book.believe(link, "closed")
            assert belief is not None, f"{link} was open before and is {status[link]} in {year}"
            assert isinstance(belief.claim.value, date)
            assert belief.claim.value <= book.on
        opened = {x for x in links if status[x] == "open"}
        first = first or opened
    assert len(opened - first) > 100, "nothing opened in fifty years"


def test_a_link_that_was_closed_is_shut_from_that_day(evidence: EvidenceBase) -> None:
    link = "air:tj.dyu-airport~af.kbl-airport"
    assert status_on(evidence, link, date(2021, 8, 14)) == "open"
    assert status_on(evidence, link, date(2021, 8, 15)) == "closed"
    assert status_on(evidence, link, date(2040, 7, 1)) == "closed"


@pytest.mark.parametrize("year", [1992, 2025])
def test_seasonal_roads_are_shut_in_january_and_open_in_july(world_on: WorldOn, year: int) -> None:
    summer, winter = world_on(date(year, 7, 1)).links, world_on(date(year, 1, 15)).links
    seasonal = (summer["seasonal"] == "yes") & (summer["status"] == "open")
    assert seasonal.sum() >= 5
    assert set(winter["status"][seasonal]) == {"closed"}
    khunjerab = summer.index()["road:pk.sost~cn.khunjerab-pass"]
    assert seasonal[khunjerab]
    rest = summer["seasonal"] != "yes"
    assert ((summer["status"] == "open") >= (winter["status"] == "open"))[rest].all()


# --- what was known ------------------------------------------------------------------------------


def test_a_world_known_by_a_date_rests_on_nothing_stated_later(evidence: EvidenceBase) -> None:
    known_by = date(2016, 12, 31)
    stated = {c.id: c.stated_on for d in evidence.domains for c in evidence.claims(d)}
    then = world(evidence, on=date(2026, 7, 1), known_by=known_by)
    late = [c for c in then.lineage["claim"] if (stated[c] or known_by) > known_by]
    assert late == []
    now = world(evidence, on=date(2026, 7, 1))
    assert any((stated[c] or known_by) > known_by for c in now.lineage["claim"])
    assert then.digest != now.digest


def test_building_twice_gives_the_same_and_changes_nothing(evidence: EvidenceBase) -> None:
    on = date(2013, 7, 1)
    entities = [dict(row) for row in evidence.entities("links")]
    first = world(evidence, on=on)
    assert world(evidence, on=on).digest == first.digest
    assert evidence.entities("links") == entities
    assert first.evidence == evidence.digest
