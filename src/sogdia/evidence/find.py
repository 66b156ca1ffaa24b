"""What a person calls an entity, and which subjects of the evidence are about it."""

from __future__ import annotations

from collections.abc import Iterator

from sogdia.core.errors import UnknownName
from sogdia.evidence.base import EvidenceBase

__all__ = ["entity_id", "subjects_about"]

ISO2 = {
    "CHN": "cn", "KAZ": "kz", "KGZ": "kg", "TJK": "tj", "TKM": "tm", "UZB": "uz", "AFG": "af",
    "IRN": "ir", "PAK": "pk", "MNG": "mn", "RUS": "ru", "BLR": "by", "POL": "pl", "TUR": "tr",
    "GEO": "ge", "AZE": "az", "UKR": "ua", "HUN": "hu", "LTU": "lt", "DEU": "de",
}  # fmt: skip


def entity_id(base: EvidenceBase, name: str) -> str:
    """The id an entity goes by, from an id, a former id, or a post's countries in either order.

    ``BP_HOR:rail``, ``cn-kz.khorgos:rail`` and ``kaz-chn.khorgos:rail`` are all
    ``kz-cn.khorgos:rail``.

    Raises
    ------
    UnknownName
        When nothing is called so.
    """
    head, colon, tail = name.partition(":")
    known = _known(base)
    if name in known:
        return name
    for former, present in _former(base).items():
        if name == former:
            return present
        if head == former and tail:
            return f"{present}:{tail}"
    if "." in head and "-" in head.partition(".")[0]:
        countries, _, word = head.partition(".")
        a, _, b = countries.partition("-")
        a, b = (ISO2.get(c.upper(), c) for c in (a, b))
        for pair in (f"{a}-{b}", f"{b}-{a}"):
            if f"{pair}.{word}{colon}{tail}" in known:
                return f"{pair}.{word}{colon}{tail}"
    raise UnknownName("entity", name, known, hint="`sogdia places TEXT` searches names.")


def _known(base: EvidenceBase) -> set[str]:
    found = {
        row["id"] for name in ("places", "links", "zones", "posts") for row in base.entities(name)
    }
    links = base.entities("links")
    found |= {f"{row['post']}:{row['mode']}" for row in links if row["post"]}
    for domain in ("borders", "transport", "zones"):
        found |= {claim.subject for claim in base.claims(domain)}
    return found


def _former(base: EvidenceBase) -> dict[str, str]:
    return {
        row["former_id"]: row["id"]
        for name in ("places", "links", "posts")
        for row in base.entities(name)
        if row["former_id"]
    }


def subjects_about(base: EvidenceBase, entity: str) -> Iterator[str]:
    """Subjects of claims about an entity: itself, its sides and directions, its transfers.

    A post without a mode covers both; a place covers the transfers there.
    """
    subjects = sorted(
        {
            claim.subject
            for domain in ("network", "borders", "transport", "zones")
            for claim in base.claims(domain)
        }
    )
    for subject in subjects:
        stem = subject.partition("#")[0]
        if (
            stem == entity
            or subject.startswith((f"{entity}@", f"{entity}>", f"{entity}:", f"{entity}#"))
            or (subject.startswith("transfer:") and stem.rpartition("/")[2] == entity)
        ):
            yield subject
