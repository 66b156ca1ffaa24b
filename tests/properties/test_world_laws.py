"""Laws of worlds: the order of rows in the evidence files means nothing."""

from __future__ import annotations

import csv
import random
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sogdia.core.digest import digest_value
from sogdia.evidence.base import EvidenceBase, open_evidence
from sogdia.world.build import world
from sogdia.world.network import network
from sogdia.world.tables import WORLD_TABLES
from sogdia.world.world import World

ON = date(2020, 7, 1)
ENTITIES = ("connectors", "links", "places", "posts", "zones")


@pytest.fixture(scope="module")
def copied(evidence: EvidenceBase, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the shipped folder, without its outlines."""
    folder = tmp_path_factory.mktemp("evidence")
    for part in ("claims", "entities", "registries"):
        shutil.copytree(evidence.folder / part, folder / part)
    shutil.copy(evidence.folder / "sources.csv", folder)
    return folder


def shuffle_rows(source: Path, target: Path, rng: random.Random) -> None:
    with source.open(encoding="utf-8", newline="") as stream:
        header, *rows = list(csv.reader(stream))
    rng.shuffle(rows)
    with target.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([header, *rows])


def content(w: World) -> dict[str, list[str]]:
    """Every table as a sorted list of rows: the world up to the order of its rows."""
    return {name: sorted(map(repr, getattr(w, name).rows())) for name in WORLD_TABLES}


def arcs(w: World) -> list[tuple[Any, ...]]:
    """The arcs of its network by name, sorted."""
    net = network(w)
    nodes = net.nodes
    pairs = zip(net.tail, net.head, net.entities, net.commodity, strict=True)
    return sorted((nodes[t], nodes[h], e, str(c)) for t, h, e, c in pairs)


@settings(max_examples=4, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_the_order_of_entities_means_nothing(
    evidence: EvidenceBase, world_on: Callable[[date], World], copied: Path, seed: int
) -> None:
    rng = random.Random(seed)
    for name in ENTITIES:
        file = Path("entities") / f"{name}.csv"
        shuffle_rows(evidence.folder / file, copied / file, rng)
    # The claims are the same, so what was read of them once is lent to the copy.
    other = EvidenceBase(
        copied,
        _claims={d: evidence.claims(d) for d in evidence.domains},
        _sources=dict(evidence.sources),
        _prices=evidence.prices,
    )
    one, two = world_on(ON), world(other, on=ON)
    assert [r["id"] for r in other.entities("links")] != [
        r["id"] for r in evidence.entities("links")
    ]
    assert digest_value(content(two)) == digest_value(content(one))
    assert digest_value(content(two.draw(3, 1))) == digest_value(content(one.draw(3, 1)))
    assert arcs(two) == arcs(one)


def test_the_order_of_claims_and_sources_means_nothing(
    evidence: EvidenceBase, world_on: Callable[[date], World], copied: Path
) -> None:
    rng = random.Random(1)
    for name in ENTITIES:
        shutil.copy(evidence.folder / "entities" / f"{name}.csv", copied / "entities")
    for file in ("sources.csv", *(f"claims/{d}.csv" for d in evidence.domains)):
        shuffle_rows(evidence.folder / file, copied / file, rng)
    other = world(open_evidence(copied), on=ON)
    assert other.digest == world_on(ON).digest
    assert other.draw(3, 1).digest == world_on(ON).draw(3, 1).digest
    assert other.evidence != world_on(ON).evidence
