"""Paired differences: exact, refused when keys differ, never a number for a lost pair."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import numpy as np
import pytest
from small_run import ON, make_manifest, skim_row

from sogdia.core.errors import InvalidInput, UnknownName
from sogdia.core.table import Table
from sogdia.models.transport.tables import SKIM
from sogdia.results.compare import compare
from sogdia.results.store import Run, RunStore
from sogdia.results.tables import INDICATOR


def skim(*rows: dict[str, object]) -> Table:
    return Table.from_rows(SKIM, rows)


@pytest.fixture
def two(put: Callable[..., Run]) -> tuple[Run, Run]:
    before = skim(
        skim_row("a", "b", time_h=100.0, money_usd2023_per_t=0.0, distance_km=0.0),
        skim_row("a", "c", time_h=10.0, money_usd2023_per_t=1.0),
        skim_row("a", "d", time_h=None),
        skim_row("b", "a", time_h=50.0),
        skim_row("b", "c", time_h=None),
    )
    after = skim(
        skim_row("b", "c", time_h=None),
        skim_row("b", "a", time_h=None),
        skim_row("a", "d", time_h=7.0),
        skim_row("a", "c", time_h=25.0, money_usd2023_per_t=1.0),
        skim_row("a", "b", time_h=75.0, money_usd2023_per_t=5.0, distance_km=0.0),
    )
    return put("one", skim=before), put("two", skim=after)


def test_a_run_against_itself_is_exactly_zero(two: tuple[Run, Run]) -> None:
    found = compare(two[0], two[0])
    assert len(found.table) == 5
    for name in found.variables:
        change, before = found.table[f"change_{name}"], two[0]["skim"][name]
        assert np.array_equal(np.isnan(change), np.isnan(before))
        assert np.all(change[~np.isnan(change)] == 0.0)
        relative = found.table[f"relative_{name}_share"]
        assert np.all(relative[~np.isnan(before)] == 0.0)
        assert set(found.table[f"presence_{name}"]) <= {"both", "absent"}
    assert len(found.top(10)) == 0
    assert found.notes == tuple(n for n in found.notes if "not paired" not in n)


def test_changes_and_presence(two: tuple[Run, Run]) -> None:
    found = compare(*two, variables=["time_h", "money_usd2023_per_t", "distance_km"])
    rows = {(r["origin"], r["destination"]): r for r in found.rows()}
    ab = rows["a", "b"]
    assert (ab["before_time_h"], ab["after_time_h"], ab["change_time_h"]) == (100.0, 75.0, -25.0)
    assert ab["relative_time_h_share"] == -0.25
    assert ab["change_money_usd2023_per_t"] == 5.0
    assert ab["relative_money_usd2023_per_t_share"] is None
    assert ab["relative_distance_km_share"] == 0.0
    assert rows["a", "d"]["presence_time_h"] == "appears"
    assert rows["b", "a"]["presence_time_h"] == "disappears"
    assert rows["b", "c"]["presence_time_h"] == "absent"
    for pair in (("a", "d"), ("b", "a"), ("b", "c")):
        assert rows[pair]["change_time_h"] is None
        assert rows[pair]["relative_time_h_share"] is None
    units = {c.name: c.unit for c in found.table.schema.columns}
    assert units["change_money_usd2023_per_t"] == "usd2023/t"
    assert units["relative_money_usd2023_per_t_share"] == "1"
    assert set(found["time_h"].schema.names) & {"before_distance_km"} == set()
    assert found["time_h"].schema.names[-1] == "presence_time_h"


def test_a_loss_that_shrinks_is_a_gain(put: Callable[..., Run]) -> None:
    one = put("one", skim=skim(skim_row("a", "b", money_usd2023_per_t=-10.0)))
    two = put("two", skim=skim(skim_row("a", "b", money_usd2023_per_t=-5.0)))
    (row,) = compare(one, two, variables=["money_usd2023_per_t"]).rows()
    assert row["relative_money_usd2023_per_t_share"] == 0.5


def test_keys_that_differ_are_refused_and_named(put: Callable[..., Run]) -> None:
    one = put("one", skim=skim(skim_row("a", "b"), skim_row("a", "c")))
    two = put("two", skim=skim(skim_row("a", "b"), skim_row("a", "z")))
    with pytest.raises(InvalidInput) as caught:
        compare(one, two)
    assert "first run only; got 2025-01-01 a c" in str(caught.value)
    assert "second run only; got 2025-01-01 a z" in str(caught.value)
    dropped = compare(one, two, missing="drop")
    assert list(dropped.table["destination"]) == ["b"]
    kept = compare(one, two, missing="null")
    presence = dict(zip(kept.table["destination"], kept["time_h"]["presence_time_h"], strict=True))
    assert presence == {"b": "both", "c": "disappears", "z": "appears"}
    assert kept["time_h"]["after_time_h"][2] == 100.0
    with pytest.raises(UnknownName):
        compare(one, two, missing="zero")


def test_names_are_checked(two: tuple[Run, Run]) -> None:
    with pytest.raises(UnknownName, match="did you mean 'time_h'"):
        compare(*two, variables=["tim_h"])
    with pytest.raises(UnknownName, match="did you mean 'skim'"):
        compare(*two, "skimm")
    found = compare(*two)
    with pytest.raises(UnknownName):
        found["speed"]
    with pytest.raises(UnknownName, match="did you mean 'origin'"):
        found.by("origins")
    with pytest.raises(UnknownName):
        found.top(1, "speed")


def test_means_are_over_pairs_in_both(two: tuple[Run, Run]) -> None:
    found = compare(*two, variables=["time_h"])
    by = {r["origin"]: r for r in found.by("origin").rows()}
    assert by["a"]["before_time_h"] == 55.0
    assert by["a"]["after_time_h"] == 50.0
    assert by["a"]["change_time_h"] == -5.0
    assert (by["a"]["pairs_time_h"], by["a"]["appears_time_h"]) == (2, 1)
    assert by["b"]["change_time_h"] is None
    assert (by["b"]["pairs_time_h"], by["b"]["disappears_time_h"]) == (0, 1)
    (everything,) = found.by().rows()
    assert everything["change_time_h"] == -5.0
    assert everything["appears_time_h"] == 1


def test_weights(two: tuple[Run, Run]) -> None:
    found = compare(*two, variables=["time_h"])
    order = list(zip(found.table["origin"], found.table["destination"], strict=True))
    weights = [3.0 if pair == ("a", "b") else 1.0 for pair in order]
    (row,) = (r for r in found.by("origin", weight=weights).rows() if r["origin"] == "a")
    assert row["before_time_h"] == (3 * 100 + 10) / 4
    (row,) = (
        r for r in found.by("origin", weight="money_usd2023_per_t").rows() if r["origin"] == "a"
    )
    assert row["before_time_h"] == 10.0
    with pytest.raises(UnknownName):
        found.by("origin", weight="flow")
    with pytest.raises(InvalidInput, match="absent or negative"):
        found.by("origin", weight=[-1.0] * 5)
    with pytest.raises(InvalidInput, match="one number a row"):
        found.by("origin", weight=[1.0])


def test_top_is_by_size_of_change(two: tuple[Run, Run]) -> None:
    found = compare(*two, variables=["time_h", "distance_km"])
    assert list(found.top(5)["change_time_h"]) == [-25.0, 15.0]
    assert len(found.top(1)) == 1
    assert len(found.top(5, "distance_km")) == 0


def test_indicators_keep_their_unit(put: Callable[..., Run]) -> None:
    def table(amount: float, unit: str = "h") -> Table:
        common = {"on": ON, "entity": "KGZ", "group": None, "draw": 0}
        return Table.from_rows(
            INDICATOR,
            [
                {**common, "variable": "t", "amount": amount, "unit": unit},
                {**common, "variable": "s", "amount": 1.0, "unit": "1"},
            ],
        )

    one, two, odd = (
        put(f"s{i}", indicator=table(*a)) for i, a in enumerate([(2.0,), (3.0,), (3.0, "day")])
    )
    found = compare(one, two, "indicator")
    rows = {r["variable"]: r for r in found.rows()}
    assert (rows["t"]["change_amount"], rows["t"]["unit"]) == (1.0, "h")
    assert {r["variable"]: r["unit"] for r in found.by("variable").rows()} == {"t": "h", "s": "1"}
    assert "unit" in found["amount"].schema.names
    with pytest.raises(InvalidInput, match="mixes units"):
        found.by("entity")
    with pytest.raises(InvalidInput, match="another unit"):
        compare(one, odd, "indicator")


def test_what_is_not_paired_or_not_solved_is_noted(
    store: RunStore, put: Callable[..., Run]
) -> None:
    one = put("one")
    changed = make_manifest("two", evidence_digest="e2", seed=8, statuses=(), failed_draws={})
    two = store.write(changed, {"skim": one["skim"]})
    notes = compare(one, two).notes
    assert "not paired: the two runs have different evidence" in notes
    assert "not paired: the two runs have different seeds" in notes
    assert "before: trade is usable." in notes
    assert "before: 1 of 2 draws failed" in notes
    assert not any(n.startswith("after") for n in notes)


def test_null_keys_match_null_keys(put: Callable[..., Run]) -> None:
    rows = [skim_row("a", "b"), skim_row("a", "b", None)]  # type: ignore[arg-type]
    one, two = put("one", skim=skim(*rows)), put("two", skim=skim(*reversed(rows)))
    assert len(compare(one, two).table) == 2
    later = skim(*({**r, "on": date(2026, 1, 1)} for r in rows))
    with pytest.raises(InvalidInput, match="2 keys are in the first run only"):
        compare(one, put("three", skim=later))


def test_empty_tables_compare(put: Callable[..., Run]) -> None:
    one, two = put("one", skim=skim()), put("two", skim=skim())
    found = compare(one, two)
    assert len(found.table) == len(found.by("origin")) == len(found.by()) == len(found.top()) == 0
