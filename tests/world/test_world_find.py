"""A name a person types finds one place or says why not."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from sogdia.core.errors import UnknownName
from sogdia.world.find import ALIASES, find_place, plain
from sogdia.world.world import World

WorldOn = Callable[[str], World]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("kz.almaty", "kz.almaty"),
        ("Almaty", "kz.almaty"),
        ("alma-ata", "kz.almaty"),
        ("Xi'an", "cn.xian"),
        ("ÜRÜMQI", "cn.urumqi"),
        ("Frunze", "kg.bishkek"),
        ("zone:uz.andijan", "zone:uz.andijan"),
    ],
)
def test_names_and_former_names(world_on: WorldOn, typed: str, meant: str) -> None:
    assert find_place(world_on("2026-07-01"), typed) == meant


def test_every_id_means_itself(world_on: WorldOn) -> None:
    built = world_on("2026-07-01")
    for name in [*built.places["id"], *built.zones["id"]]:
        assert find_place(built, str(name)) == name


@pytest.mark.parametrize(
    "alias",
    sorted(ALIASES),
)
def test_an_alias_leads_to_one_place(world_on: WorldOn, alias: str) -> None:
    built = world_on("2026-07-01")
    assert find_place(built, alias) in set(built.places["id"])


def test_a_misspelt_name_offers_the_nearest(world_on: WorldOn) -> None:
    with pytest.raises(UnknownName, match=r"did you mean.*'Almaty"):
        find_place(world_on("2026-07-01"), "Almati")


def test_a_name_of_several_places_is_not_guessed(world_on: WorldOn) -> None:
    with pytest.raises(UnknownName, match=r"It could be az\.alat or uz\.alat: give the id"):
        find_place(world_on("2026-07-01"), "Alat")


@pytest.mark.parametrize("typed", ["Alat, UZB", "alat,uzb"])
def test_a_country_after_the_name_decides(world_on: WorldOn, typed: str) -> None:
    assert find_place(world_on("2026-07-01"), typed) == "uz.alat"


def test_plain() -> None:
    assert plain("Xi'an") == "xian"
    assert plain("  Osh (city) ") == "osh"
    assert plain("Saint-Petersburg") == "saint-petersburg"
