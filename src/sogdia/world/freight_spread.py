"""How the trade of a pair of countries is spread over their zones.

By gross product, but for the classes of pairs whose origins or destinations somebody counted (table
`freight_ends`). What moves by pipeline, wire or as precious metal is spread by gross product.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sogdia.core.errors import InvalidInput, Problem
from sogdia.core.table import Table
from sogdia.world.freight import ANYWHERE
from sogdia.world.world import World

__all__ = [
    "SHARES_ADD_TO_ONE",
    "Composition",
    "Ends",
    "composition",
    "counted_pairs",
    "pair_spread",
    "row_of",
    "zone_ends",
]

SHARES_ADD_TO_ONE = 0.02
"""Shares are rescaled to one when they miss it by less; drawn shares miss it."""

Composition = dict[tuple[str, str], dict[str, float]]


def composition(freight: Table) -> tuple[dict[tuple[str, str], float], Composition]:
    """Off-network share and class shares by (exporter, importer or WLD).

    Raises
    ------
    InvalidInput
        When the class shares of a pair do not add to one, or what moves off the network is not known.
    """
    off: dict[tuple[str, str], float] = {}
    classes: Composition = {}
    for exporter, importer, commodity, gone, share in zip(
        freight["exporter"], freight["importer"], freight["commodity"],
        freight["off_network_value_share"], freight["class_value_share"], strict=True,
    ):  # fmt: skip
        pair = (str(exporter), str(importer))
        off[pair] = float(gone)
        classes.setdefault(pair, {})[str(commodity)] = float(share)
    wrong = [
        Problem(
            where=f"freight {a}>{b}",
            what="class shares do not add to one",
            got=f"{sum(shares.values()):.3f}",
            fix="correct the claims of class_value_share",
        )
        for (a, b), shares in classes.items()
        if not abs(sum(shares.values()) - 1.0) <= SHARES_ADD_TO_ONE
    ]
    wrong += [
        Problem(
            where=f"freight {a}>{b}",
            what="the share that moves off the network is not known",
            got=f"{gone}",
            allowed="0 to 1",
            fix="add a claim of off_network_value_share",
        )
        for (a, b), gone in off.items()
        if not 0.0 <= gone <= 1.0
    ]
    if wrong:
        raise InvalidInput(wrong)
    for shares in classes.values():
        total = sum(shares.values())
        for commodity in shares:
            shares[commodity] /= total
    return off, classes


def row_of(classes: Composition, exporter: str, importer: str) -> tuple[str, str]:
    """The most specific row of the table."""
    for pair in ((exporter, importer), (exporter, ANYWHERE), (ANYWHERE, ANYWHERE)):
        if pair in classes:
            return pair
    raise InvalidInput(
        [
            Problem(
                where=f"freight {exporter}>{importer}",
                what="has no composition",
                fix="add claims of class_value_share for the exporter",
            )
        ]
    )


Key = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Ends:
    """(Z,) shares of zones by (exporter, importer, class), where claims say them.

    Attributes
    ----------
    origin, destination : dict
        By pair and class; WLD on one side stands for every country.
    """

    origin: dict[Key, NDArray[np.float64]]
    destination: dict[Key, NDArray[np.float64]]

    def knows(self, exporter: str, importer: str, commodity: str) -> bool:
        """Whether a claim says where the class of the pair starts or ends."""
        return any(
            self._of(side, exporter, importer, commodity) is not None
            for side in ("origin", "destination")
        )

    def of(
        self, side: str, exporter: str, importer: str, commodity: str, share: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """(Z,) shares on one side; those of GDP where no claim says them."""
        found = self._of(side, exporter, importer, commodity)
        return share if found is None else found

    def spreads(
        self,
        exporter: str,
        importer: str,
        commodities: Iterable[str],
        share: NDArray[np.float64],
        zones: tuple[NDArray[np.int64], NDArray[np.int64]],
    ) -> dict[str, NDArray[np.float64]]:
        """(A, B) spread over the zones of a pair, adding to one, of each class that was counted."""
        a, b = zones
        return {
            commodity: np.outer(
                self.of("origin", exporter, importer, commodity, share)[a],
                self.of("destination", exporter, importer, commodity, share)[b],
            )
            for commodity in commodities
            if self.knows(exporter, importer, commodity)
        }

    def _of(
        self, side: str, exporter: str, importer: str, commodity: str
    ) -> NDArray[np.float64] | None:
        if side == "origin":
            table, wider = self.origin, (exporter, ANYWHERE, commodity)
        else:
            table, wider = self.destination, (ANYWHERE, importer, commodity)
        found = table.get((exporter, importer, commodity))
        return found if found is not None else table.get(wider)


def zone_ends(world: World) -> Ends:
    """Shares of zones from the table freight_ends, each made to add to one exactly.

    Raises
    ------
    InvalidInput
        When shares do not add to one, or a zone is not of its country.
    """
    rows = world.freight_ends
    zones = world.zones.index()
    country = world.zones["country"]
    wrong: list[Problem] = []
    found: dict[str, dict[Key, NDArray[np.float64]]] = {"origin": {}, "destination": {}}
    for side, owner in (("origin", "exporter"), ("destination", "importer")):
        for a, b, c, zone, of, share in zip(
            rows["exporter"], rows["importer"], rows["commodity"], rows["zone"], rows[owner],
            rows[f"class_{side}_share"], strict=True,
        ):  # fmt: skip
            if np.isnan(share):
                continue
            if zone not in zones or country[zones[zone]] != of:
                wrong.append(
                    Problem(
                        where=f"freight_ends {a}>{b}#{c}",
                        what=f"a {side} that is no zone of {of}",
                        got=str(zone),
                        fix="name a zone of the country",
                    )
                )
                continue
            into = found[side].setdefault((str(a), str(b), str(c)), np.zeros(len(zones)))
            into[zones[zone]] = share
        for (a, b, c), shares in found[side].items():
            if not abs(shares.sum() - 1.0) <= SHARES_ADD_TO_ONE:
                wrong.append(
                    Problem(
                        where=f"freight_ends {a}>{b}#{c}",
                        what=f"shares of zones on the side of the {side} do not add to one",
                        got=f"{shares.sum():.3f}",
                        fix=f"correct the claims of class_{side}_share",
                    )
                )
            else:
                shares /= shares.sum()
    if wrong:
        raise InvalidInput(wrong)
    return Ends(origin=found["origin"], destination=found["destination"])


def pair_spread(
    spread: NDArray[np.float64],
    counted: dict[str, NDArray[np.float64]],
    gone: float,
    classes: dict[str, float],
) -> NDArray[np.float64]:
    """(A, B) share of all trade of a pair between two zones, from those of its classes.

    Parameters
    ----------
    spread : (A, B) float64
        By gross product.
    counted : dict of (A, B) float64
        Of the classes that were counted.
    gone : float
        Share that moves off the network.
    classes : dict of float
        Shares of classes in the rest.
    """
    return gone * spread + (1.0 - gone) * sum(
        (s * counted.get(name, spread) for name, s in classes.items()), np.zeros_like(spread)
    )


def counted_pairs(
    world: World, share: NDArray[np.float64]
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]]:
    """Zones (A,), zones (B,) and spread (A, B) of all trade of each pair that was counted.

    Parameters
    ----------
    share : (Z,) float64
        Of each zone in its country, by gross product.
    """
    if not len(world.freight_ends):
        return
    off, classes = composition(world.freight)
    ends = zone_ends(world)
    country = world.zones["country"]
    names = [str(c) for c in dict.fromkeys(country)]
    position = {c: np.flatnonzero(country == c) for c in names}
    for exporter in names:
        for importer in names:
            if exporter == importer:
                continue
            pair = row_of(classes, exporter, importer)
            a, b = position[exporter], position[importer]
            counted = ends.spreads(exporter, importer, classes[pair], share, (a, b))
            if counted:
                spread = np.outer(share[a], share[b])
                yield a, b, pair_spread(spread, counted, off[pair], classes[pair])
