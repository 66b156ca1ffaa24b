"""Tables of access to specialists and of the service of remote consultation."""

from __future__ import annotations

from sogdia.core.table import Column, Schema

__all__ = ["CONSULTATION_SERVICE", "HEALTH_ACCESS"]

HEALTH_ACCESS = Schema(
    "health_access",
    (
        Column("on", "date"),
        Column("zone"),
        Column("country", title="ISO3"),
        Column("population_persons", "number"),
        Column(
            "travel_h",
            "number",
            title="one way to a specialist at home, mean over cases; null: no way",
        ),
        Column("travel_usd2023", "number", title="fare of that way"),
        Column("china_h", "number", title="one way to a specialist in China, mean over cases"),
        Column("china_usd2023", "number"),
        Column("site_h", "number", title="one way to the nearest hospital with telemedicine"),
        Column("site_usd2023", "number"),
        Column(
            "opinion_h", "number", title="to a specialist at home or to a room, whichever is nearer"
        ),
        Column("opinion_usd2023", "number", title="fare of that way"),
        Column("connected", "flag", title="whether its main city has a connected hospital"),
    ),
    ("on", "zone"),
)

CONSULTATION_SERVICE = Schema(
    "consultation_service",
    (
        Column("on", "date"),
        Column("id"),
        Column("hospitals_count", "number", title="connected abroad"),
        Column("cases_per_day", "number", title="on a working day"),
        Column("specialists_count", "number", title="on duty at once; null: not known"),
        Column("keeps_up_count", "number", title="fewest specialists that keep up"),
        Column("wait_mean_h", "number", title="open hours; null: not known, or the queue grows"),
        Column("wait_p90_h", "number", title="open hours"),
        Column("utilisation_share", "number", title="of the specialists"),
        Column("served_per_day", "number", title="on a working day"),
        Column("bandwidth_mean_mbit_per_s", "number", title="at the centre, each way"),
        Column("bandwidth_peak_mbit_per_s", "number", title="every specialist in a case"),
        Column("state", title="solved; failed when a queue grows; null: not asked"),
    ),
    ("on", "id"),
)
