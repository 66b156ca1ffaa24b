"""Where the freight of a class starts and ends within a country, where somebody counted it.

Ore does not come from where the gross product is. A claim about ``RUS>CHN#bulk@zone:ru.far-east``
says what share of Russia's bulk for China starts in that zone (`class_origin_share`), or of the
importer's what share ends in one of its zones (`class_destination_share`). ``RUS>WLD`` holds for
every importer without claims of its own, ``WLD>CHN`` for every exporter. The zones of a pair and
class that are not named have nothing of it; a pair and class without any claim is spread by gross
product, as everything else is.
"""

from __future__ import annotations

from sogdia.core.table import Column, Schema

__all__ = ["END_SHARES", "FREIGHT_ENDS"]

END_SHARES = ("class_origin_share", "class_destination_share")

FREIGHT_ENDS = Schema(
    "freight_ends",
    (
        Column("exporter", title="ISO3, or WLD for every exporter without rows of its own"),
        Column("importer", title="ISO3, or WLD for every importer without rows of its own"),
        Column("commodity", title="commodity class"),
        Column("zone", title="a zone of the exporter or of the importer"),
        Column("class_origin_share", "number", title="of the pair's class that starts in the zone"),
        Column("class_destination_share", "number", title="of it that ends in the zone"),
    ),
    ("exporter", "importer", "commodity", "zone"),
)
