"""The model of fibre on a toy ring and on the shipped world, against published figures."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Callable
from datetime import date

import pytest

from sogdia.core.errors import InvalidInput, UnknownName
from sogdia.core.table import Table
from sogdia.evidence.base import EvidenceBase
from sogdia.models.contract import check_model
from sogdia.models.digital.model import NODES, PAIRS, DigitalModel
from sogdia.models.digital.question import ask_fibre, find_landing, find_sections
from sogdia.world.build import world
from sogdia.world.fibre import CABLES, FIBRE, LANDINGS
from sogdia.world.world import World

WorldOn = Callable[[date | str], World]
DAY = "2026-07-01"
LIGHT = 299.792458


@pytest.fixture(scope="module")
def shipped(world_on: WorldOn) -> World:
    """The fibre of the shipped evidence."""
    return world_on(DAY)


def ring(shipped: World, *, planned: tuple[tuple[str, str], ...] = ()) -> World:
    """A ring of five places with sections of 299.792458 km, index 1, so 1 ms each; hop 0.5 ms."""
    names = ("a", "b", "c", "d", "e")
    lands = [
        {"id": n, "name": n.upper(), "country": n * 3, "gateway": "west" if n == "c" else None,
         "lat_deg": 0.0, "lon_deg": 0.0}
        for n in names
    ]  # fmt: skip
    pairs = [(x, y, "open") for x, y in zip(names, (*names[1:], "a"), strict=True)]
    pairs += [(x, y, "planned") for x, y in planned]
    cables = [
        {"id": f"fibre:{x}~{y}", "from_place": x, "to_place": y, "status": s, "length_km": LIGHT,
         "published_length": True}
        for x, y, s in pairs
    ]  # fmt: skip
    return dataclasses.replace(
        shipped,
        spreads=(),
        landings=Table.from_rows(LANDINGS, lands),
        cables=Table.from_rows(CABLES, cables),
        fibre=Table.from_rows(FIBRE, [{"id": "central", "refractive_index": 1.0, "hop_ms": 0.5}]),
    )


def pair_row(w: World, a: str, b: str, *cut: str) -> dict[str, object]:
    """One row of fibre_latency."""
    return next(ask_fibre(w, ((a, b),), cut)[0]["fibre_latency"].rows())


def test_a_ring_by_hand(shipped: World) -> None:
    """a-c on a ring of five: 2 sections and a joint, twice; after a cut 3 sections and 2 joints."""
    found = pair_row(ring(shipped), "a", "c")
    assert found["round_trip_ms"] == pytest.approx(2 * (2 + 0.5))
    assert found["way"] == "a>b>c"
    assert found["worst_cut_ms"] == pytest.approx(2 * (3 + 2 * 0.5))
    assert found["worst_state"] == "bbb"
    assert found["worst_state_ms"] == pytest.approx(2 * (3 + 2 * 0.5))
    assert found["cuts_count"] == 2
    assert found["capacity_mbit_per_s"] is None
    assert found["unknown_capacity_count"] == 2


def test_two_cuts_part_a_ring_and_no_way_is_null(shipped: World) -> None:
    """Absent, and neither 0 nor infinite."""
    found = pair_row(ring(shipped), "a", "c", "fibre:a~b", "fibre:d~e")
    assert (found["round_trip_ms"], found["way"], found["cuts_count"]) == (None, None, 0)


def test_a_planned_section_carries_nothing(shipped: World) -> None:
    """Until it is open."""
    assert pair_row(ring(shipped, planned=(("a", "c"),)), "a", "c")["sections_count"] == 2


def test_an_open_section_without_a_length_is_refused(shipped: World) -> None:
    """All such sections are named at once."""
    w = ring(shipped)
    broken = w.cables.replace(length_km=[None, None, *w.cables["length_km"][2:]])
    with pytest.raises(InvalidInput) as refused:
        DigitalModel(pairs=()).prepare(dataclasses.replace(w, cables=broken), {})
    assert len(refused.value.problems) == 2


def test_the_contract_is_kept(shipped: World) -> None:
    """On the shipped world."""
    assert check_model(DigitalModel(pairs=PAIRS[::5]), shipped) == []


def test_the_registry_is_whole(evidence: EvidenceBase, shipped: World) -> None:
    """Every section has both its places and one row, and every node and pair is there."""
    places = {r["name"] for r in evidence.registry("fibre_places")}
    sections = [r for r in evidence.registry("digital_network") if r["kind"] == "section"]
    assert all({r["from_place"], r["to_place"]} <= places for r in sections)
    ends = [frozenset((r["from_place"], r["to_place"])) for r in sections]
    assert len(set(ends)) == len(ends) == len(shipped.cables)
    known = set(shipped.landings["id"])
    assert set(NODES.values()) | {p for pair in PAIRS for p in pair} <= known


def test_a_length_is_published_or_made_from_the_route_factor(shipped: World) -> None:
    """Its lineage says which: a published one has no claim of the factor."""
    made = {r["entity"] for r in shipped.lineage.rows() if r["variable"] == "fibre_route_factor"}
    rows = list(shipped.cables.rows())
    assert made == {r["id"] for r in rows if not r["published_length"]}
    assert {r["length_km"] for r in rows if r["id"] == "fibre:ge.poti~bg.balchik"} == {1182.0}


def test_khorgos_to_russia_is_as_long_as_kazakhtelecom_says(shipped: World) -> None:
    """3,650 km from China to Russia (Kazakhtelecom by Trend, 2 February 2023; before it is cut to
    3,000). The factor comes from another line, China-Azerbaijan; along the western segment to
    Oral the model has 3,637 km."""
    way = ("Khorgos", "Altynkol", "Almaty", "Taraz", "Shymkent", "Kyzylorda", "Aktobe", "Oral")
    sections = find_sections(shipped, [f"{a}~{b}" for a, b in itertools.pairwise(way)])
    length = {r["id"]: r["length_km"] for r in shipped.cables.rows()}
    assert sum(length[s] for s in sections) == pytest.approx(3650, rel=0.03)


def test_19_ms_is_light_over_3650_km(shipped: World) -> None:
    """The same source gives 19 ms for that line, one way. Light in glass needs 17.9 ms, and
    regeneration every 500 km 0.1 ms each (Huawei): within 5 %."""
    glass = next(shipped.fibre.rows())
    one_way = 3650 * glass["refractive_index"] / LIGHT + 7 * glass["hop_ms"]
    assert one_way == pytest.approx(19.0, rel=0.05)


def test_hong_kong_to_frankfurt_against_the_162_ms_published(
    evidence: EvidenceBase, shipped: World
) -> None:
    """162 ms through Kazakhstan (China Telecom Global and Kazakhtelecom, 2016, by DCD). The least
    way must not be slower than a service that is sold, nor quicker than light in glass along the
    great circle of 9,160 km."""
    published = evidence.about("Hong Kong>Frankfurt", "fibre_round_trip_ms")[0].number
    found = pair_row(shipped, "cn.hong-kong", "de.frankfurt")["round_trip_ms"]
    assert isinstance(found, float)
    assert 2 * 9160 * 1.468 / LIGHT < found < published
    assert found == pytest.approx(published, rel=0.25)


def test_a_world_of_2016_has_no_section_stated_later_and_still_answers(
    evidence: EvidenceBase,
) -> None:
    """Known by 2016: the row of Irkeshtam, stated in 2024, is not in it."""
    early = world(evidence, on="2016-07-01", known_by="2016-07-01")
    assert "fibre:cn.irkeshtam~kg.sary-tash" not in set(early.cables["id"])
    assert pair_row(early, "cn.urumqi", "kz.almaty")["round_trip_ms"] is not None


def test_dushanbe_hangs_on_one_section(shipped: World) -> None:
    """The trunk to China is under construction (November 2023), so one cut parts Dushanbe."""
    states = {r["country"]: r for r in ask_fibre(shipped, ())[0]["fibre_country"].rows()}
    assert states["TJK"]["cuts_count"] == 1
    assert states["TJK"]["cut"] == "fibre:tj.khujand~tj.dushanbe"
    assert min(states[c]["cuts_count"] for c in ("KAZ", "KGZ", "TKM", "UZB")) >= 2


def test_names_are_found_by_name_or_id_and_the_nearest_is_offered(shipped: World) -> None:
    """Places and sections."""
    assert find_landing(shipped, "hong kong") == "cn.hong-kong"
    assert find_sections(shipped, ["Sumgait~Aktau"]) == ("fibre:kz.aktau~az.sumgait",)
    with pytest.raises(UnknownName, match="Frankfurt"):
        find_landing(shipped, "Frankfrt")
    with pytest.raises(UnknownName, match="section"):
        find_sections(shipped, ["Aktau~Frankfurt"])
