"""Tables the model of people takes and gives."""

from __future__ import annotations

from sogdia.core.table import Column, Schema

__all__ = ["PERSON_BASELINE", "PERSON_TRIP", "PURPOSES", "ZONE_TRIP"]

PURPOSES = ("visit", "tourism", "business", "study", "patients")
"""`visit` counts every entry, so the others are parts of it and are never added to it."""

PERSON_BASELINE = Schema(
    "person_baseline",
    (
        Column("origin", title="ISO3 of the traveller's citizenship"),
        Column("destination", title="ISO3 of the country entered"),
        Column("purpose", title="visit, tourism, business, study, patients"),
        Column("year", "integer", title="the year counted; null without a count"),
        Column("observed_regime", title="visa regime in the middle of that year"),
        Column(
            "observed_persons_per_y", "number", title="entries; enrolled for study; null unknown"
        ),
        Column("carried", "flag", title="true when that is not the year asked"),
        Column("claim", title="the claim it rests on"),
    ),
    ("origin", "destination", "purpose"),
)

PERSON_TRIP = Schema(
    "person_trip",
    (
        Column("on", "date"),
        Column("origin"),
        Column("destination"),
        Column("purpose"),
        Column("year", "integer", title="the year of the count behind it"),
        Column("observed_regime"),
        Column("regime", title="on the world's date; null unknown"),
        Column("observed_persons_per_y", "number"),
        Column("trips_persons_per_y", "number", title="at the central parameters"),
        Column("trips_low_persons_per_y", "number", title="smallest over the band"),
        Column("trips_high_persons_per_y", "number", title="largest over the band"),
        Column("response_ratio", "number", title="of the regime alone, without deflection"),
        Column("response_low_ratio", "number"),
        Column("response_high_ratio", "number"),
    ),
    ("on", "origin", "destination", "purpose"),
)

ZONE_TRIP = Schema(
    "zone_trip",
    (
        Column("on", "date"),
        Column("origin", title="zone travellers come from"),
        Column("destination", title="zone they go to; a visit is there and back, and stands once"),
        Column("origin_country", title="ISO3 of the traveller's citizenship"),
        Column("destination_country"),
        Column("purpose", title="as in person_trip; tourism and study are never added to visit"),
        Column("trips_persons_per_y", "number", title="adds up to person_trip over the zones"),
        Column(
            "trips_low_persons_per_y", "number", title="the low end of person_trip, same shares"
        ),
        Column("trips_high_persons_per_y", "number"),
    ),
    ("on", "origin", "destination", "purpose"),
)
