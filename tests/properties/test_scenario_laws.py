"""Laws every set of measures obeys, drawn by hypothesis: they commute and change nothing given."""

from __future__ import annotations

import contextlib
import sys
from datetime import date
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

sys.path.append(str(Path(__file__).parents[1] / "scenario"))

from scenario_stub import ON, stub_world

from sogdia.core.errors import InvalidInput
from sogdia.scenario.apply import apply, worlds_of
from sogdia.scenario.kinds import make_measure
from sogdia.scenario.measures import Measure
from sogdia.scenario.read import read_scenario
from sogdia.scenario.scenario import Scenario, clashes
from sogdia.scenario.write import write_scenario

SETTINGS = settings(max_examples=60, deadline=None)

CROSSINGS = ("kz-cn.alashankou:rail", "kg-uz.dustlik:road")
LINKS = ("rail:kashgar~makmal", "rail:dostyk~moiynty", "road:almaty~khorgos")

numbers = st.floats(1.0, 200.0).map(lambda x: round(x, 3))
hours = numbers.map(lambda x: f"{x} hour") | st.builds(
    lambda a, b, c: (
        dict(zip(("low", "central", "high"), sorted((a, b, c)), strict=True)) | {"unit": "h"}
    ),
    numbers,
    numbers,
    numbers,
)
changes = st.integers(-100, 200).map(lambda p: {"change": f"{p} %", "of": "baseline"})
where = st.sampled_from(CROSSINGS).map(lambda c: {"crossing": c}) | st.sampled_from(
    [{"crossings": {"mode": "rail"}}, {"crossings": {"countries": ["KAZ", "UZB"]}}]
)
kinds: list[st.SearchStrategy[dict[str, Any]]] = [
    st.builds(lambda w, d: w | {"kind": "set-dwell", "dwell": d}, where, hours | changes),
    st.builds(lambda w, f: w | {"kind": "set-fee", "fee": f}, where, changes),
    st.builds(lambda w: w | {"kind": "close-crossing"}, where),
    st.builds(lambda link: {"kind": "open-link", "link": link}, st.sampled_from(LINKS)),
    st.builds(lambda link: {"kind": "close-link", "link": link}, st.sampled_from(LINKS)),
    st.builds(
        lambda link, v: {"kind": "upgrade-link", "link": link, "speed": f"{v} km/h"},
        st.sampled_from(LINKS),
        numbers,
    ),
    st.builds(lambda r: {"kind": "set-rate", "tariff": "mode:sea/ocean", "rate": r}, changes),
    st.builds(
        lambda a, b: {"kind": "set-visa", "from_country": a, "to_country": b, "regime": "evisa"},
        st.sampled_from(["CHN", "KAZ"]),
        st.sampled_from(["UZB", "KGZ"]),
    ),
]


@st.composite
def measure_lists(draw: st.DrawFn) -> list[Measure]:
    """Measures of which some may not be in force and some may clash."""
    found: list[Measure] = []
    for number, drawn in enumerate(draw(st.lists(st.one_of(kinds), max_size=5))):
        fields = dict(drawn)
        if fields["kind"] == "set-rate" and fields["rate"]["change"].startswith("-"):
            fields = fields | {"rate": {"change": "10 %", "of": "baseline"}}
        on = draw(st.sampled_from([date(2020, 1, 1), ON, date(2040, 1, 1)]))
        until = draw(st.sampled_from([None, date(2041, 1, 1)]))
        kind = fields.pop("kind") if "kind" in (fields := dict(fields)) else ""
        found.append(make_measure(kind, id=f"m{number}", on=on, until=until, source="s", **fields))
    return found


def outcome(measures: list[Measure]) -> object:
    """The world's content, or that it was refused."""
    try:
        return apply(stub_world(), measures, on=ON).content()
    except InvalidInput:
        return "refused"


@SETTINGS
@given(measures=measure_lists(), data=st.data())
def test_measures_commute(measures: list[Measure], data: st.DataObject) -> None:
    order = data.draw(st.permutations(measures))
    assert outcome(order) == outcome(measures)


@SETTINGS
@given(measures=measure_lists())
def test_nothing_given_is_changed(measures: list[Measure]) -> None:
    world, said = stub_world(), [m.content() for m in measures]
    before = world.content()
    with contextlib.suppress(InvalidInput):
        apply(world, measures, on=ON)
    assert world.content() == before
    assert [m.content() for m in measures] == said


@SETTINGS
@given(measures=measure_lists())
def test_what_is_not_in_force_does_nothing(measures: list[Measure]) -> None:
    active = [m for m in measures if m.active(ON)]
    assert outcome(active) == outcome(measures)
    if not active:
        world = stub_world()
        assert apply(world, measures, on=ON) is world


@SETTINGS
@given(measures=measure_lists(), data=st.data())
def test_round_trip_and_digest(
    measures: list[Measure], data: st.DataObject, tmp_path_factory: Any
) -> None:
    try:
        scenario = Scenario(id="s", title="t", measures=tuple(measures))
    except InvalidInput:
        return
    order = data.draw(st.permutations(measures))
    assert Scenario(id="other", title="t", measures=tuple(order)).digest == scenario.digest
    file = write_scenario(scenario, tmp_path_factory.mktemp("scenario") / "s.toml")
    again = read_scenario(file)
    assert again == scenario
    assert again.digest == scenario.digest


@SETTINGS
@given(measures=measure_lists())
def test_what_the_file_check_passes_only_selectors_can_break(measures: list[Measure]) -> None:
    try:
        scenario = Scenario(id="s", title="t", measures=tuple(measures))
    except InvalidInput:
        return
    assert not list(clashes(scenario))
    named = all("[" not in e for m in measures for e in m.entities())
    if named:
        comparator, changed = worlds_of(scenario, stub_world())
        assert comparator.content() == stub_world().content()
        assert (changed.content() == comparator.content()) == (
            not any(m.active(ON) for m in measures)
        )
