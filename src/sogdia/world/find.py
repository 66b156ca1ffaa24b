"""A name a person types to the place or zone that is meant."""

from __future__ import annotations

import re
import unicodedata

from sogdia.core.errors import UnknownName
from sogdia.world.world import World

__all__ = ["Found", "find_place", "plain"]

Found = str
"""A place id, ``kz.almaty``, or a zone id, ``zone:kz.almaty-city``."""

ALIASES = {
    "nur-sultan": "astana", "tselinograd": "astana", "alma-ata": "almaty", "frunze": "bishkek",
    "horgos": "khorgos", "aktau": "aktau-port", "urumchi": "urumqi", "kashi": "kashgar",
    "stalinabad": "dushanbe", "krasnovodsk": "turkmenbashi",
    "turkmenabad": "turkmenabat", "chardzhou": "turkmenabat", "kokand": "kokand",
    "kurgan-tyube": "bokhtar", "osh-kara-suu": "osh", "ust-kamenogorsk": "oskemen",
    "st-petersburg": "saint-petersburg", "xian": "xian",
}  # fmt: skip
"""Other names of the same places, former and English."""


def plain(name: str) -> str:
    """Lower case, no accents, words joined by hyphens: ``Xi'an`` is ``xian``."""
    text = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    text = re.sub(r"\(.*?\)|['’`]", "", text)
    return re.sub(r"[^a-z0-9]+", "-", text).strip("-")


def find_place(world: World, name: str) -> Found:
    """The place or zone a name means.

    An id is taken as it is. A city that is the main city of a zone means that place, not the zone;
    a zone is meant by its id or by its own name.

    Raises
    ------
    UnknownName
        When nothing or more than one thing is called so; the nearest names are offered.
    """
    places, zones = world.places, world.zones
    place_ids = [str(p) for p in places["id"]]
    if name in place_ids or name in set(zones["id"]):
        return name
    if f"zone:{name}" in set(zones["id"]):
        return f"zone:{name}"
    city, _, country = (part.strip() for part in name.partition(","))
    wanted = ALIASES.get(plain(city), plain(city))
    rows = list(zip(places["id"], places["name"], places["country"], strict=True))
    if country:
        rows = [row for row in rows if row[2] == country.upper()]
    hits = [str(i) for i, _, _ in rows if str(i).partition(".")[2] == wanted]
    if not hits:
        hits = [str(i) for i, title, _ in rows if plain(str(title)) == wanted]
    if len(hits) == 1:
        return hits[0]
    if len(hits) > 1:
        raise UnknownName(
            "single place", name, hits, hint=f"It could be {' or '.join(hits)}: give the id."
        )
    zone_hits = [
        str(i) for i, n in zip(zones["id"], zones["name"], strict=True) if plain(str(n)) == wanted
    ]
    if len(zone_hits) == 1:
        return zone_hits[0]
    known = [str(n).partition(" (")[0] for n in places["name"]] + [str(n) for n in zones["name"]]
    raise UnknownName("place", name, known, hint="`sogdia places TEXT` searches them.")
