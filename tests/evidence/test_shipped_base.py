"""The base that ships with the package: complete, sourced, and free of what may not be shipped."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

import pytest

from sogdia.evidence.base import EvidenceBase, open_evidence, problems_of
from sogdia.evidence.claim import Claim

DOMAINS = open_evidence().domains

COUNTRY = r"[A-Z]{3}"
PARTY = rf"(?:{COUNTRY}|CA5)"
"""A country, or the five of Central Asia together."""
PARTIES = rf"{PARTY}(?:\+{PARTY})*"
POST = r"[a-z]{2}-[a-z]{2}\.[a-z0-9-]+"
MODE = r"(?:rail|road)"
SIDE = r"(?:in|out|both)"

GRAMMAR: dict[str, str] = {
    "party": rf"{PARTIES}",
    "pair": rf"(?P<a>{PARTY})(?:>|<>)(?P<b>{PARTY})",
    "freight": rf"(?:(?P<from>{COUNTRY})>(?P<into>{COUNTRY})|(?P<all>WLD>WLD))#(?P<commodity>[a-z-]+)",
    "freight end": rf"(?P<from>{COUNTRY})>(?P<into>{COUNTRY})#(?P<commodity>[a-z-]+)@(?P<zone>zone:.+)",
    "project": r"project:(?P<project>[A-Z0-9_]+)(?:@[A-Z]{3})?",
    "vehicle": r"vehicle:(?:rail|road)",
    "choice": r"choice:(?:freight|trade)",
    "currency": r"currency:[A-Z]{3}",
    "class": r"class:(?P<commodity>[a-z-]+)",
    "tariff": r"mode:(?P<means>rail|road|sea|air|inland waterway)/[^#]+(?:#(?P<commodity>[a-z-]+))?",
    "zone": r"(?P<zone>zone:.+)",
    "link": r"(?P<link>(?:rail|road|sea|air):[^~]+~[^~>@]+)",
    "crossing": rf"(?P<post>{POST}):{MODE}(?:>(?P<to>{COUNTRY})|@(?P<of>{COUNTRY})/{SIDE})?",
    "border": rf"border:[A-Za-z0-9-]+:{MODE}(?:/{SIDE}(?:@{COUNTRY})?)?",
    "plants": rf"(?:{COUNTRY}|power)\.(?:coal|gas|hydro|nuclear|solar|wind)",
    "power zone": rf"{COUNTRY}\.(?:north|south|west)",
    "power": r"power(?:#[a-z-]+)?",
    "fibre": r"fibre(?:#[A-Z]{3})?",
    "fibre route": r"[A-Z][a-z]+(?: [A-Z][a-z]+)?(?:>[A-Z][a-z]+(?: [A-Z][a-z]+)?)+",
    "consultation": r"consultation:[a-z-]+",
    "transfer": r"transfer:(?P<kind>[a-z-]+)/(?P<place>[^#]+)(?:#(?P<commodity>[a-z-]+))?",
}
"""What a claim may be about. One pattern a kind; the named groups must exist."""

SUBJECTS = {kind: re.compile(pattern) for kind, pattern in GRAMMAR.items()}
COMMODITIES = {"container-high-value", "container-general", "bulk", "perishables", "roro"}
TRANSFER_KINDS = {
    "gauge-change", "road-to-rail", "rail-to-road", "road-rail", "port", "airport", "road-to-air",
    "air-to-road", "origin", "destination",
}  # fmt: skip

BOXES = {
    "KAZ": (40.5, 55.5, 46.4, 87.4),
    "KGZ": (39.1, 43.3, 69.2, 80.3),
    "TJK": (36.6, 41.1, 67.3, 75.2),
    "TKM": (35.1, 42.9, 52.4, 66.7),
    "UZB": (37.1, 45.6, 55.9, 73.2),
    "CHN": (18.1, 53.6, 73.4, 134.8),
}
"""South, north, west, east of a country, rounded outwards."""
BOX_SLACK_DEG = 0.35


def all_claims(evidence: EvidenceBase) -> Iterator[Claim]:
    for domain in evidence.domains:
        yield from evidence.claims(domain)


@pytest.mark.parametrize("domain", DOMAINS)
def test_a_domain_reads_without_a_problem(evidence: EvidenceBase, domain: str) -> None:
    problems = problems_of(evidence, [domain]).problems
    assert [str(p) for p in problems] == []
    assert evidence.claims(domain)


def test_every_row_of_a_file_is_a_claim(evidence: EvidenceBase) -> None:
    for domain in evidence.domains:
        claims = evidence.claims(domain)
        # An entry that is dropped without a problem would leave a hole in the row numbers.
        assert [c.row for c in claims] == list(range(2, 2 + len(claims))), domain


def test_ids_are_unique_over_the_whole_base(evidence: EvidenceBase) -> None:
    twice = [i for i, n in Counter(c.id for c in all_claims(evidence)).items() if n > 1]
    assert twice == []
    for name in ("places", "links", "posts", "zones"):
        assert max(Counter(r["id"] for r in evidence.entities(name)).values()) == 1, name


def test_every_source_named_anywhere_exists(evidence: EvidenceBase) -> None:
    used = {c.source for c in all_claims(evidence)}
    for name in ("places", "links", "posts"):
        used |= {row["source"] for row in evidence.entities(name)}
    for name in evidence.registries:
        used |= {row["source"] for row in evidence.registry(name) if "source" in row}
    assert sorted(used - set(evidence.sources)) == []


def test_what_a_claim_is_derived_from_exists(evidence: EvidenceBase) -> None:
    known = {c.id for c in all_claims(evidence)}
    for claim in all_claims(evidence):
        assert claim.id not in claim.derived_from, claim.id
        assert known.issuperset(claim.derived_from), claim.id


@pytest.mark.parametrize("owner", ["correlates of war", "correlatesofwar", "energy institute"])
def test_nothing_rests_on_a_source_that_may_not_be_shipped(
    evidence: EvidenceBase, owner: str
) -> None:
    named = [
        s.id
        for s in evidence.sources.values()
        if owner in f"{s.title} {s.url} {s.publisher}".lower()
    ]
    assert named == []


def test_the_passport_index_panel_is_not_shipped(evidence: EvidenceBase) -> None:
    # Regimes read off the published data set may be cited; its panel of snapshots may not be copied.
    files = [f.name for f in evidence.folder.rglob("*") if "passport" in f.name.lower()]
    assert files == []
    panel = re.compile(
        r"passport[-_]index[-_](?:panel|tidy|matrix)|visa_panel_passport", re.IGNORECASE
    )
    assert [s.id for s in evidence.sources.values() if panel.search(s.title + s.url)] == []
    assert not any("snapshot" in row for row in evidence.registry("visa_regimes")[:1])


@pytest.mark.parametrize("domain", DOMAINS)
def test_no_domain_is_assumed_throughout(evidence: EvidenceBase, domain: str) -> None:
    claims = evidence.claims(domain)
    assert sum(c.basis == "assumed" for c in claims) / len(claims) < 1


def test_what_we_only_know_ourselves_is_neither_measured_nor_reported(
    evidence: EvidenceBase,
) -> None:
    wrong = [
        claim.id
        for claim in all_claims(evidence)
        if evidence.sources[claim.source].tier == "assumption"
        and claim.basis in {"measured", "reported"}
    ]
    assert wrong == []


def faults_of_subject(evidence: EvidenceBase) -> Iterator[str]:
    """What is wrong with the subjects of the claims, in words."""
    links = {row["id"] for row in evidence.entities("links")}
    places = {row["id"] for row in evidence.entities("places")}
    zones = {row["id"] for row in evidence.entities("zones")}
    posts = {r["id"]: {r["country_a"], r["country_b"]} for r in evidence.entities("posts")}
    for subject in sorted({c.subject for c in all_claims(evidence)}):
        matches = {k: m for k, p in SUBJECTS.items() if (m := p.fullmatch(subject))}
        if len(matches) != 1:
            yield f"{subject} is {' and '.join(matches) or 'nothing we know'}"
            continue
        ((kind, match),) = matches.items()
        said = match.groupdict()
        if kind == "link" and said["link"] not in links:
            yield f"{subject}: no such link"
        if kind == "zone" and said["zone"] not in zones:
            yield f"{subject}: no such zone"
        if kind == "pair" and said["a"] == said["b"] != "WLD":
            yield f"{subject}: both ends are one country"
        if kind == "crossing":
            if said["post"] not in posts:
                yield f"{subject}: no such post"
            elif not {said["to"], said["of"]} <= posts[said["post"]] | {None}:
                yield f"{subject}: the country is on neither side of the post"
        if kind == "transfer":
            if said["kind"] not in TRANSFER_KINDS:
                yield f"{subject}: no such kind of transfer"
            if said["place"] not in places | {"default", "rail", "road", "air"}:
                yield f"{subject}: no such place"
        if said.get("commodity") and said["commodity"] not in COMMODITIES:
            yield f"{subject}: no such commodity class"


def test_every_subject_of_a_claim_is_an_entity(evidence: EvidenceBase) -> None:
    assert list(faults_of_subject(evidence)) == []


def test_entities_refer_to_entities(evidence: EvidenceBase) -> None:
    country = {row["id"]: row["country"] for row in evidence.entities("places")}
    posts = {r["id"]: {r["country_a"], r["country_b"]} for r in evidence.entities("posts")}
    zones = {row["id"] for row in evidence.entities("zones")}
    for row in evidence.entities("links"):
        mode, _, ends = row["id"].partition(":")
        assert mode == row["mode"]
        assert ends.split("~") == [row["from_place"], row["to_place"]], row["id"]
        assert row["from_place"] in country, row["id"]
        assert row["to_place"] in country, row["id"]
        if row["post"]:
            pair = {country[row["from_place"]], country[row["to_place"]]}
            assert pair == posts[row["post"]], f"{row['id']} is not on the border of {row['post']}"
    for row in evidence.entities("connectors"):
        assert row["zone"] in zones, row
        assert row["place"] in country, row
    for row in evidence.registry("border_restrictions"):
        assert row["post"] in posts, row["id"]
        assert row["effect"] in {"closed", "one-way", "none"}, row["id"]
        assert (row["effect"] == "one-way") == bool(row["open_towards"]), row["id"]
        assert not row["open_towards"] or row["open_towards"] in posts[row["post"]], row["id"]


@pytest.mark.parametrize("name", ["places", "posts", "zones"])
def test_positions_are_plausible(evidence: EvidenceBase, name: str) -> None:
    for row in evidence.entities(name):
        lat, lon = float(row["lat"]), float(row["lon"])
        assert -40 < lat < 70, row["id"]
        assert -20 < lon < 145, row["id"]
        for country in {row.get("country"), row.get("country_a"), row.get("country_b")} & set(
            BOXES
        ):
            south, north, west, east = BOXES[str(country)]
            inside = (
                south - BOX_SLACK_DEG < lat < north + BOX_SLACK_DEG
                and west - BOX_SLACK_DEG < lon < east + BOX_SLACK_DEG
            )
            assert inside, f"{row['id']} at {lat}, {lon} is outside {country}"


def test_airports_are_where_the_airport_data_say(evidence: EvidenceBase) -> None:
    airportsdata = pytest.importorskip("airportsdata")
    published = airportsdata.load("IATA")
    airports = [row for row in evidence.entities("places") if row["kind"] == "airport"]
    assert len(airports) >= 20
    for row in airports:
        iata = row["id"].partition(".")[2].removesuffix("-airport").upper()
        assert iata in published, row["id"]
        assert abs(float(row["lat"]) - published[iata]["lat"]) <= 0.01, row["id"]
        assert abs(float(row["lon"]) - published[iata]["lon"]) <= 0.01, row["id"]


def test_a_published_opening_day_of_the_angren_pap_line(evidence: EvidenceBase) -> None:
    (claim,) = evidence.about("rail:uz.angren~uz.pap", "opened")
    assert str(claim.value) == "2016-06-22"
    assert claim.basis == "reported"
