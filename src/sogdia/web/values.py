"""The value of links and posts as a layer of the map: what a tenth less cost there gains."""

from __future__ import annotations

import threading
from datetime import date
from typing import Any

from sogdia.core.states import FIVE
from sogdia.web.answers import Kept
from sogdia.web.holdings import GEOJSON, Holdings

__all__ = ["kept_values"]

SHOWN = (
    "rank", "id", "name", "mode", "kind", "flow_t_per_y", "value_usd2023_per_y",
    "gain_usd2023_per_y", "gain_five_usd2023_per_y",
)  # fmt: skip
NOTICED_USD = 1e4
"""A year: what gains less is not drawn."""

ONE_AT_A_TIME = threading.Lock()
"""A year takes some seconds of a core; who asks for another waits, and readers go on."""


def kept_values(held: Holdings, year: int) -> Kept:
    """The layer of 1 July of a year, as `sogdia rank --map` writes it for both kinds.

    Links of Central Asia's five countries and the posts of these and China, both directions
    together, trade as reconciled. Kept on disk until evidence, code or day change.
    """
    return held.kept(f"layers/value-{year}", lambda: _made(held, year), media=GEOJSON, apart=True)


def _made(held: Holdings, year: int) -> dict[str, Any]:
    from sogdia.appraisal.link_table import Wanted
    from sogdia.appraisal.ranking import RankingOptions, value_links
    from sogdia.appraisal.value_map import value_layer

    day = date(year, 7, 1)
    here = held.world_on(day)
    with ONE_AT_A_TIME:
        found = value_links(
            here,
            Wanted(kinds=("link", "post"), around=FIVE, directions=("together",)),
            RankingOptions(gainers=FIVE, closures=0),
        )
    features = [
        {
            **feature,
            "properties": {
                **{name: feature["properties"][name] for name in SHOWN},
                "since": None,
                "until": None,
            },
        }
        for feature in value_layer(found.values, here)["features"]
        if feature["properties"]["gain_usd2023_per_y"] >= NOTICED_USD
    ]
    return {
        "type": "FeatureCollection",
        "id": "value",
        "on": day,
        "notes": list(found.notes),
        "features": features,
    }
