"""Appraisals: runs that are found again, and what is said about them."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from sogdia.appraisal.indicators import access
from sogdia.appraisal.options import Options
from sogdia.appraisal.run import Appraisal, appraise
from sogdia.appraisal.summary import PairChange, Summary, summarise
from sogdia.appraisal.tracing import trace_run
from sogdia.core.errors import InvalidInput, NoRoute, UnknownName
from sogdia.results.compare import compare
from sogdia.results.store import RunStore

DAY = date(2026, 7, 1)
QUICK = Options(draws=3, samples=16, flows=False, linkages=False)
HEAD = f"""
title = "A test"
on = [{DAY}]
classes = ["container-general"]
"""
MEASURES = """
[[measure]]
id = "makmal"
kind = "open-link"
link = "rail:kg.makmal~kg.jalal-abad"
on = 2026-01-01
source = "assumption"
why = "a test"

[[measure]]
id = "khiva"
kind = "close-link"
link = "rail:uz.urgench~uz.khiva"
on = 2026-01-01
source = "assumption"
why = "a test"
"""
ROUTES = "".join(
    f'\n[[route]]\nfrom = "{a}"\nto = "{b}"\nclass = "container-general"\n'
    for a, b in (
        ("kg.makmal", "kz.almaty"), ("uz.khiva", "uz.tashkent"), ("Xi'an", "Almaty"),
        ("Urumqi", "Astana"), ("kg.arpa", "kz.almaty"),
    )
)  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Scenario files and a store."""
    at = tmp_path_factory.mktemp("appraise")
    (at / "edges.toml").write_text(f'id = "edges"{HEAD}{MEASURES}{ROUTES}', encoding="utf-8")
    (at / "nothing.toml").write_text(f'id = "nothing"{HEAD}{ROUTES}', encoding="utf-8")
    return at


@pytest.fixture(scope="module")
def store(folder: Path) -> RunStore:
    """Where the runs of this module go."""
    return RunStore(folder / "runs")


@pytest.fixture(scope="module")
def edges(folder: Path, store: RunStore) -> Appraisal:
    """One place gains its first railway and another loses its only one."""
    return appraise(folder / "edges.toml", store=store, options=QUICK)


@pytest.fixture(scope="module")
def nothing(folder: Path, store: RunStore) -> Appraisal:
    """A scenario without measures."""
    return appraise(folder / "nothing.toml", store=store, options=QUICK)


@pytest.fixture(scope="module")
def told(edges: Appraisal) -> Summary:
    """What is said about the first."""
    return summarise(edges)


# --- runs -------------------------------------------------------------------------------------


def test_a_second_run_is_found_in_the_store(
    edges: Appraisal, folder: Path, store: RunStore
) -> None:
    assert not edges.cached
    again = appraise(folder / "edges.toml", store=store, options=QUICK)
    assert again.cached
    assert (again.run.id, again.baseline.id) == (edges.run.id, edges.baseline.id)
    assert again.wall_time_s < 5.0


def test_an_empty_store_gives_the_same_ids_and_tables(
    edges: Appraisal, folder: Path, tmp_path: Path
) -> None:
    again = appraise(folder / "edges.toml", store=RunStore(tmp_path), options=QUICK)
    assert not again.cached
    assert again.run.id == edges.run.id
    for name in ("skim", "route", "indicator", "pair_draw", "lineage"):
        assert again.run[name].arrow.equals(edges.run[name].arrow), name


@pytest.mark.parametrize(
    "options",
    [
        Options(draws=0, samples=4, flows=False, linkages=False),
        Options(draws=0, samples=5, flows=False, linkages=False),
        Options(draws=0, samples=4, seed=1, flows=False, linkages=False),
        Options(draws=0, samples=4, known_by=date(2026, 1, 1), flows=False, linkages=False),
    ],
    ids=repr,
)
def test_other_options_are_another_run(
    folder: Path, tmp_path_factory: pytest.TempPathFactory, options: Options, seen: dict[str, str]
) -> None:
    found = appraise(
        folder / "edges.toml", store=RunStore(tmp_path_factory.mktemp("other")), options=options
    )
    assert found.run.id not in seen
    assert found.baseline.id not in seen
    assert found.run.manifest.options == options.content()
    seen[found.run.id] = seen[found.baseline.id] = repr(options)


@pytest.fixture(scope="module")
def seen() -> dict[str, str]:
    """Run ids met so far."""
    return {}


def test_the_baseline_of_two_scenarios_is_one_run(edges: Appraisal, nothing: Appraisal) -> None:
    assert edges.baseline.id == nothing.baseline.id
    assert edges.run.id != nothing.run.id


def test_without_measures_every_difference_is_exactly_zero(nothing: Appraisal) -> None:
    for table in ("skim", "indicator", "pair_draw", "route", "network_map"):
        assert nothing.run[table].arrow.equals(nothing.baseline[table].arrow), table
    for table in ("skim", "indicator"):
        found = compare(nothing.baseline, nothing.run, table=table)
        for column in found.table.schema.names:
            if "change" in column or "difference" in column:
                values = np.asarray(found.table[column], dtype=np.float64)
                assert (np.nan_to_num(values) == 0.0).all(), column
    said = summarise(nothing)
    assert said.changed_pairs == said.appeared == said.disappeared == 0
    assert said.changes == ()
    assert said.sentences[0].endswith("are made of: these are exactly the same.")
    assert all(z.change.central == 0.0 for z in said.zones)
    assert said.gainers() == said.losers() == ()
    for pair in said.pairs:
        assert pair.before == pair.after


def test_a_scenario_without_a_date_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "undated.toml"
    file.write_text('id = "undated"\ntitle = "No date"\n', encoding="utf-8")
    with pytest.raises(InvalidInput, match=r"date.*-> .*on = "):
        appraise(file, store=RunStore(tmp_path / "runs"), options=QUICK)


KILLED = """
import sys
from sogdia.appraisal.options import Options
from sogdia.appraisal.run import appraise
from sogdia.results.store import RunStore

def tell(what, share):
    print(what, flush=True)

appraise(sys.argv[1], store=RunStore(sys.argv[2]), options=Options(draws=6, samples=16, flows=False, linkages=False),
         progress=tell)
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs SIGKILL")
def test_a_killed_run_leaves_nothing_broken(folder: Path, tmp_path: Path) -> None:
    runs = tmp_path / "runs"
    with subprocess.Popen(
        [sys.executable, "-c", KILLED, str(folder / "edges.toml"), str(runs)],
        stdout=subprocess.PIPE, text=True, env={**os.environ, "NUMBA_NUM_THREADS": "1"},
    ) as child:  # fmt: skip
        assert child.stdout is not None
        for line in child.stdout:
            if line.startswith("scenario: draw 2 "):
                break
        child.send_signal(signal.SIGKILL)
        assert child.wait(timeout=30) == -signal.SIGKILL
    store = RunStore(runs)
    # The baseline was finished and counts; of the scenario nothing is there.
    assert [r.manifest.role for r in store.runs()] == ["baseline"]
    assert list(store.damaged()) == []
    started = time.perf_counter()
    found = appraise(
        folder / "edges.toml",
        store=store,
        options=Options(draws=2, samples=16, flows=False, linkages=False),
    )
    assert time.perf_counter() - started < 60
    assert found.run.manifest.state == "solved"
    assert len(found.run["skim"]) > 0
    assert list(store.damaged()) == []


# --- summary ----------------------------------------------------------------------------------


def pair_of(told: Summary, origin: str) -> PairChange:
    """The one pair that begins there."""
    (found,) = (p for p in told.pairs if p.origin == origin)
    return found


def sentence(told: Summary, start: str) -> str:
    """The one sentence that begins so."""
    (found,) = (s for s in told.sentences if s.startswith(start))
    return found


def test_a_pair_that_appears(told: Summary) -> None:
    said = sentence(told, "Makmal to Almaty")
    assert "no route before; after, " in said
    assert "days at 50 %" in said
    pair = pair_of(told, "kg.makmal")
    assert pair.before is None
    assert pair.after is not None
    assert pair.bands == {}


def test_a_pair_that_disappears(told: Summary) -> None:
    said = sentence(told, "Khiva to Tashkent")
    assert said.endswith("before; after, no route.")
    assert pair_of(told, "uz.khiva").after is None


def test_an_unchanged_pair(told: Summary) -> None:
    assert "unchanged, " in sentence(told, "Xi'an to Almaty")
    pair = pair_of(told, "cn.xian")
    assert pair.before == pair.after
    for _, _, change in pair.bands.values():
        assert (change.central, change.p05, change.p95) == (0.0, 0.0, 0.0)


def test_a_pair_without_a_route_in_either(told: Summary) -> None:
    assert sentence(told, "Arpa to Almaty").endswith("no route before or after.")


def test_the_first_sentence_counts_the_network(told: Summary) -> None:
    assert re.match(
        rf"On {DAY}, .*: 1 open that were not, 1 .*closed or one-way", told.sentences[0]
    )
    assert {(c.id, c.kind) for c in told.changes} == {
        ("rail:kg.makmal~kg.jalal-abad", "opened"), ("rail:uz.urgench~uz.khiva", "closed"),
    }  # fmt: skip


def test_no_sentence_has_nan_or_none(told: Summary) -> None:
    for said in told.sentences:
        assert "nan" not in said.lower().split()
        assert "None" not in said


def test_bands_are_the_quantiles_of_the_draws_and_nothing_else(edges: Appraisal) -> None:
    """A centre outside its band is shown there, never hidden by a wider band."""
    pair = pair_of(summarise(edges), "cn.xian")
    drawn = [
        sorted(
            row["money_usd2023_per_t"]
            for row in run["pair_draw"].rows()
            if row["draw"] > 0 and row["origin"] == pair.origin
            and row["destination"] == pair.destination and row["on"] == DAY
        )
        for run in (edges.baseline, edges.run)
    ]  # fmt: skip
    teu = pair.after.money_usd2023_per_teu / next(
        row["money_usd2023_per_t"]
        for row in edges.run["skim"].rows()
        if (row["origin"], row["destination"], row["commodity"], row["on"])
        == (pair.origin, pair.destination, pair.commodity, DAY)
    ) if pair.after else 1.0  # fmt: skip
    for band, values in zip(pair.bands["money"], drawn, strict=False):
        low, high = np.percentile(np.array(values) * teu, (5, 95))
        assert band.p05 == pytest.approx(low)
        assert band.p95 == pytest.approx(high)


def test_bands_have_width(told: Summary) -> None:
    before, after, _ = pair_of(told, "cn.xian").bands["money"]
    assert before == after
    assert before.p05 is not None
    assert before.p95 is not None
    assert before.p95 - before.p05 > 0.01 * before.central


def test_access_by_hand() -> None:
    nan = np.nan
    cost = np.array([[0.0, 10.0, 40.0], [20.0, 0.0, nan], [60.0, nan, 0.0]])
    found = access(cost, cost / 10, np.array([5.0, 1.0, 3.0]))
    # Zone 0: to and from 1 costs 15 on average and weighs 1; 2 costs 50 and weighs 3.
    np.testing.assert_allclose(found.cost, [(15 + 150) / 4, 15.0, 50.0])
    np.testing.assert_allclose(found.time, found.cost / 10)
    alone = access(np.full((2, 2), nan), np.full((2, 2), nan), np.ones(2))
    assert np.isnan(alone.cost).all()


# --- traces -----------------------------------------------------------------------------------


def test_trace_of_a_pair_the_run_kept(edges: Appraisal) -> None:
    found = trace_run(edges.run, "time_h", "Xi'an>Almaty", on=DAY, commodity="container-general")
    assert (found.entity, found.unit) == ("cn.xian>kz.almaty", "h")
    assert sum(leg.share for leg in found.legs) == pytest.approx(1.0)
    assert found.lines
    assert 0.0 <= found.assumed_share <= 1.0


@pytest.fixture(scope="module")
def shipped(store: RunStore) -> Appraisal:
    """A scenario that ships with the package."""
    return appraise(
        "close-alashankou-4-weeks",
        store=store,
        options=Options(draws=0, samples=8, flows=False, linkages=False),
    )


MARCH = date(2026, 3, 15)


def test_trace_of_a_pair_the_run_did_not_keep(shipped: Appraisal) -> None:
    files = {f: f.stat().st_mtime_ns for f in shipped.run.folder.rglob("*")}
    found = trace_run(
        shipped.run, "money_usd2023_per_t", "Lanzhou>Bishkek", on=MARCH, commodity="bulk"
    )
    assert found.entity == "cn.lanzhou>kg.bishkek"
    assert sum(leg.amount for leg in found.legs) == pytest.approx(found.amount, rel=1e-6)
    assert found.lines
    assert found.notes == ()
    assert {f: f.stat().st_mtime_ns for f in shipped.run.folder.rglob("*")} == files


@pytest.mark.parametrize("role", ["baseline", "run"])
def test_trace_of_two_zones_has_the_number_of_the_skim(shipped: Appraisal, role: str) -> None:
    """The route that is found again is the one the number was made from, on either side."""
    run = getattr(shipped, role)
    ends = "zone:cn.shaanxi", "zone:kz.kostanay"
    (row,) = (
        r
        for r in run["skim"].rows()
        if (r["origin"], r["destination"], r["commodity"]) == (*ends, "bulk")
    )
    found = trace_run(run, "time_h", ">".join(ends), on=MARCH, commodity="bulk")
    assert found.amount == row["time_h"]
    assert sum(leg.amount for leg in found.legs) == pytest.approx(row["time_h"], rel=1e-9)
    if role == "run":
        assert not any("kz-cn.alashankou" in e for leg in found.legs for e in leg.entities)


def test_trace_refuses_a_scenario_that_is_not_the_one_that_was_run(
    tmp_path: Path, shipped: Appraisal
) -> None:
    """A file of one's own under a shipped id is another scenario, and is not mistaken for it."""
    text = f'id = "{shipped.scenario.id}"{HEAD}{MEASURES}{ROUTES}'
    file = tmp_path / f"{shipped.scenario.id}.toml"
    file.write_text(text, encoding="utf-8")
    own = appraise(
        file,
        store=RunStore(tmp_path / "runs"),
        options=Options(draws=0, samples=4, flows=False, linkages=False),
    )
    with pytest.raises(InvalidInput, match="another version of the scenario"):
        trace_run(own.run, "time_h", "Lanzhou>Bishkek", on=DAY, commodity="container-general")


def test_trace_finds_the_file_of_a_scenario_of_ones_own(
    edges: Appraisal, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    found = trace_run(edges.run, "time_h", "Lanzhou>Bishkek", on=DAY, commodity="container-general")
    assert found.entity == "cn.lanzhou>kg.bishkek"
    assert found.lines


def test_trace_names_the_measure_behind_a_new_route(edges: Appraisal) -> None:
    found = trace_run(
        edges.run, "time_h", "kg.makmal>kz.almaty", on=DAY, commodity="container-general"
    )
    assert any("rail:kg.makmal~kg.jalal-abad" in leg.entities for leg in found.legs)
    with pytest.raises(NoRoute, match="no route"):
        trace_run(
            edges.baseline, "time_h", "kg.arpa>kz.almaty", on=DAY, commodity="container-general"
        )


def test_trace_of_a_place_that_is_not_known(edges: Appraisal) -> None:
    with pytest.raises(UnknownName, match="did you mean 'Bishkek"):
        trace_run(edges.run, "time_h", "Xi'an>Bishkec", on=DAY, commodity="container-general")


def test_trace_of_a_zone_by_its_name(edges: Appraisal) -> None:
    zones = edges.run["zones"]
    mine = next(iter(zones.rows()))
    found = trace_run(
        edges.run, "access_cost_usd2023_per_t", mine["name"], on=DAY,
        commodity="container-general",
    )  # fmt: skip
    assert found.entity == mine["id"]
