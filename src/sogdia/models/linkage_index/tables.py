"""The tables of the index."""

from __future__ import annotations

from sogdia.core.table import Column, Schema

__all__ = [
    "EXPLAINED",
    "FLIPS",
    "GAPS",
    "INDEX_INDICATOR",
    "INDEX_SCORE",
    "LINKAGES",
    "PHASES_TABLE",
    "RANKS",
    "SENSITIVITY",
    "SHARES",
    "YEARS",
]

BAND = (
    Column("rank_count", "number", "place by the central choices, 1 is best"),
    Column("rank_low_count", "number", "5 percent of the draws are below"),
    Column("rank_high_count", "number", "5 percent of the draws are above"),
)
RANKS = Schema(
    "index_ranks",
    (
        Column("country"),
        Column("year", "integer"),
        Column("score_index", "number", "by the central choices"),
        Column("score_low_index", "number", "5 percent, central choices, weights drawn"),
        Column("score_high_index", "number", "95 percent"),
        *BAND,
        Column("rank_best_count", "number", "over all combinations, weights of the schemes"),
        Column("rank_worst_count", "number"),
        Column("first_share", "number", "share of draws in which it is alone at the top"),
    ),
    ("country", "year"),
)
SHARES = Schema(
    "index_rank_shares",
    (
        Column("country"),
        Column("place", "integer"),
        Column("draws_share", "number", "share of the draws at this place; a tie counts above"),
        Column("combinations_share", "number", "share of the combinations of choices"),
    ),
    ("country", "place"),
)
LINKAGES = Schema(
    "index_linkages",
    (
        Column("country"),
        Column("linkage"),
        Column("score_index", "number", "by the central choices; null where nothing is known"),
        Column("indicators", "integer", "indicators with a value"),
        Column("of", "integer", "indicators of the linkage"),
    ),
    ("country", "linkage"),
)
SENSITIVITY = Schema(
    "index_sensitivity",
    (
        Column("output", title="rank or standing of a country; shift: mean change of rank"),
        Column("country"),
        Column("factor"),
        Column("first_share", "number", "of the variance, alone; null where nothing varies"),
        Column("first_low_share", "number"),
        Column("first_high_share", "number"),
        Column("total_share", "number", "of the variance, alone and with others"),
        Column("total_low_share", "number"),
        Column("total_high_share", "number"),
    ),
    ("output", "country", "factor"),
)
FLIPS = Schema(
    "index_flips",
    (
        Column("ahead"),
        Column("behind"),
        Column("lead_index", "number"),
        Column("linkage", title="the one whose weight changes least; empty when none does it"),
        Column("weight_share", "number"),
        Column("tied_weight_share", "number"),
        Column("distance_index", "number", "Euclidean, all weights; null where it leaves 0 to 1"),
    ),
    ("ahead", "behind"),
)
GAPS = Schema(
    "index_gaps",
    (
        Column("country"),
        Column("indicator"),
        Column("state", title="carried, missing, or same for all"),
        Column("from_year", "integer", "the year a value was carried from"),
    ),
    ("country", "indicator"),
)
YEARS = Schema(
    "index_years",
    (
        Column("year", "integer"),
        Column("country"),
        Column("score_index", "number", "normalised over all years"),
        *BAND,
        Column("indicators", "integer", "indicators with a value, carried ones too"),
    ),
    ("year", "country"),
)
PHASES_TABLE = Schema(
    "index_phases",
    (
        Column("phase", "integer"),
        Column("years"),
        Column("country"),
        Column("score_index", "number", "mean of the years"),
        *BAND,
    ),
    ("phase", "country"),
)
EXPLAINED = Schema(
    "index_explained",
    (
        Column("country"),
        Column("linkage"),
        Column("indicator"),
        Column("title"),
        Column("value_amount", "number", "null where nothing is known"),
        Column("unit"),
        Column("year", "integer", "the year the value is of"),
        Column("state", title="observed, carried, filled, missing, or same for all"),
        Column("best_amount", "number"),
        Column("worst_amount", "number"),
        Column("normalised_index", "number"),
        Column("weight_share", "number", "of the country's score"),
        Column("part_index", "number", "weight times normalised: the parts sum to the score"),
        Column("grounds", title="claims, or rows of registries"),
    ),
    ("country", "indicator"),
)
INDEX_SCORE = Schema(
    "index_score",
    (
        Column("on", "date"),
        Column("country"),
        Column("year", "integer", "of the observed values"),
        Column("score_index", "number", "by the central choices"),
        *BAND,
    ),
    ("on", "country"),
)
INDEX_INDICATOR = Schema(
    "index_indicator",
    (
        Column("on", "date"),
        Column("country"),
        Column("indicator"),
        Column("value_amount", "number", "null where nothing is known"),
        Column("unit"),
        Column("moved", "flag", "the scenario changes it"),
    ),
    ("on", "country", "indicator"),
)
