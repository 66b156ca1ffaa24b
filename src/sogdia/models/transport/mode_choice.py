"""Choice between ways of moving freight: by road, by rail, by sea, or by whatever is cheapest.

The choice set is the same for every pair and world:

road   road alone, with the ferries of the Caspian and the Black Sea
rail   rail alone, with the same ferries
ocean  any way that crosses no land border of China
any    the whole network

Each has the weight ``G**-eta`` of its least generalised cost ``G``, and the expected cost is::

    G = (mean over the four of G_a ** -eta) ** (-1 / eta)

so that odds depend on ratios of costs, not on differences: routes here are 300 to 12,000 km long.
`eta` is the elasticity of the odds. A way that does not exist has weight zero.

Because the set never changes and every ``G_a`` is a least cost, a lower cost of anything never
raises ``G``, a link split or doubled changes nothing, and a new railway enters through its cost
(from infinity), not through a traffic it did not have. The price of that: the way that is the
cheapest of all counts twice, which favours it; `eta` is to be read with that.

``ocean_factor`` multiplies the generalised cost of ocean legs of goods in containers in the choice.
Shippers put far more boxes on ships than time values from the literature explain; the factor is
calibrated on one total of containers (see `docs/explanation/flows.md`) and does not enter the skims.
Loose bulk has none: its money decides already, and with the factor Kazakh ore went to China by
the Baltic.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sogdia.core.states import CHINA
from sogdia.models.transport.prepare import ArcCosts
from sogdia.world.network import ACCESS, BORDER, LINE_HAUL, TRANSFER, Network

__all__ = ["ALTERNATIVES", "MODES", "alternative_costs", "choice_shares", "mode_of_arcs"]

ALTERNATIVES = ("road", "rail", "ocean", "any")
LOOSE = "bulk"
"""The class that moves without containers."""
MODES = ("road", "rail", "sea", "air")
INLAND_SEAS = ("mode:sea/caspian", "mode:sea/blacksea")


def mode_of_arcs(network: Network) -> NDArray[np.int64]:
    """(m,) index into `MODES` of line-haul and border arcs; -1 elsewhere."""
    modes = {name: i for i, name in enumerate(MODES)}
    found = np.full(len(network.tail), -1, dtype=np.int64)
    links = np.array([modes[str(m)] for m in network.world.links["mode"]], dtype=np.int64)
    haul = network.kind == LINE_HAUL
    found[haul] = links[network.row[haul]]
    crossings = np.array([modes[str(m)] for m in network.world.crossings["mode"]], dtype=np.int64)
    border = network.kind == BORDER
    found[border] = crossings[network.row[border]]
    return found


def alternative_costs(costs: ArcCosts, ocean_factor: float = 1.0) -> NDArray[np.float64]:
    """Generalised costs of arcs for each alternative: +inf where it may not go.

    Parameters
    ----------
    costs : ArcCosts
    ocean_factor : float
        What the cost of ocean legs is multiplied by; loose bulk is left as it is.

    Returns
    -------
    (4, m) float64
        In the order of `ALTERNATIVES`.
    """
    network = costs.network
    mode = mode_of_arcs(network)
    inland = np.array([str(t) in INLAND_SEAS for t in network.world.links["tariff"]])
    ferry = np.zeros(len(mode), dtype=np.bool_)
    haul = network.kind == LINE_HAUL
    ferry[haul] = inland[network.row[haul]]
    crossings = network.world.crossings
    # The ocean way avoids the land borders of China.
    of_centre = (crossings["leaving"] == CHINA) | (crossings["towards"] == CHINA)
    land = np.zeros(len(mode), dtype=np.bool_)
    border = network.kind == BORDER
    land[border] = of_centre[network.row[border]]
    free = np.isin(network.kind, (TRANSFER, ACCESS)) | ferry
    road, rail = MODES.index("road"), MODES.index("rail")
    # Road and rail may not change into each other, or "rail" would be a truck with one rail leg.
    kinds = network.world.transfers["kind"]
    changes = np.isin(kinds, ("road-to-rail", "rail-to-road", "road-to-air", "air-to-road"))
    change = np.zeros(len(mode), dtype=np.bool_)
    transfer = network.kind == TRANSFER
    change[transfer] = changes[network.row[transfer]]
    allowed = np.stack(
        [
            (free & ~change) | (mode == road),
            (free & ~change) | (mode == rail),
            ~land,
            np.ones(len(mode), dtype=np.bool_),
        ]
    )
    at_sea = (mode == MODES.index("sea")) & ~ferry & (costs.commodity != LOOSE)
    gencost = np.where(at_sea, ocean_factor, 1.0) * costs.gencost
    return np.where(allowed, gencost[np.newaxis], np.inf)


def choice_shares(
    gencost: NDArray[np.float64], eta: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Shares of the alternatives and the expected cost.

    Parameters
    ----------
    gencost : (A, ...) float64
        Least costs, USD of 2023 a tonne; NaN where there is no route.
    eta : float
        Elasticity of the odds, above 0.

    Returns
    -------
    shares : (A, ...) float64
        Zero where there is no route; NaN for a pair with no alternative at all.
    expected : (...) float64
        NaN for such a pair.

    Raises
    ------
    ValueError
        When `eta` is not above 0.
    """
    if not eta > 0.0:
        raise ValueError(f"the mode elasticity must be above 0, got {eta:g}")
    with np.errstate(divide="ignore", invalid="ignore"):
        # Relative to the least cost: powers of raw costs under- and overflow.
        least = np.nanmin(np.where(np.isnan(gencost), np.inf, gencost), axis=0)
        weight = np.where(np.isnan(gencost), 0.0, (gencost / least) ** -eta)
        total = weight.sum(axis=0)
        reached = np.isfinite(least)
        shares = np.where(reached, weight / total, np.nan)
        expected = np.where(reached, least * (total / len(gencost)) ** (-1.0 / eta), np.nan)
    return shares, expected
