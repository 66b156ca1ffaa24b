"""Carbon dioxide of the freight on the network, by mode: what a shift from road to rail is worth.

Flow times length times the emission factor of the tariff that prices the link, summed over links
and directions. The factor of a tariff is the same for every commodity class; were it not, the mean
over classes would be taken. Lengths and factors come from the world, flows from the loop.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import numpy as np

from sogdia.appraisal.linkage.contract import row
from sogdia.appraisal.loop import Joined
from sogdia.core.table import Table
from sogdia.world.world import World

__all__ = ["carbon_rows", "freight_carbon"]

MODES: tuple[str, ...] = ("rail", "road", "sea", "air")
KG_PER_T = 1000.0


def freight_carbon(world: World, link_flow: Table) -> dict[str, tuple[float, float]]:
    """Carbon dioxide and tonne-kilometres of freight, by mode.

    Parameters
    ----------
    world : World
        Of the flows.
    link_flow : Table
        `sogdia.models.transport.tables.LINK_FLOW`.

    Returns
    -------
    dict of mode to (t CO2 a year, t km a year)
        A link whose length or factor is not known counts for neither.
    """
    factor: dict[str, list[float]] = {}
    for tariff, kg in zip(
        world.tariffs["id"], world.tariffs["emission_kgco2_per_tkm"], strict=True
    ):
        if not np.isnan(kg):
            factor.setdefault(str(tariff), []).append(float(kg))
    links = {
        str(i): (float(km), str(t))
        for i, km, t in zip(
            world.links["id"], world.links["length_km"], world.links["tariff"], strict=True
        )
    }
    found: dict[str, tuple[float, float]] = dict.fromkeys(MODES, (0.0, 0.0))
    for link, mode, tonnes in zip(
        link_flow["id"], link_flow["mode"], link_flow["flow_t_per_y"], strict=True
    ):
        km, tariff = links[str(link)]
        if np.isnan(km) or np.isnan(tonnes) or tariff not in factor:
            continue
        carbon, moved = found[str(mode)]
        kg = float(np.mean(factor[tariff]))
        found[str(mode)] = (carbon + tonnes * km * kg / KG_PER_T, moved + tonnes * km)
    return found


def carbon_rows(
    on: date, before: World, after: World, joined: Joined | None
) -> Iterator[dict[str, Any]]:
    """Emissions of all freight and by mode, and tonne-kilometres; none when flows were not run."""
    if joined is None:
        return
    sides = [
        freight_carbon(world, tables["link_flow"])
        for world, tables in ((before, joined.baseline), (after, joined.scenario))
    ]
    total = [sum(carbon for carbon, _ in side.values()) for side in sides]
    yield row(
        on, "facilities", "carbon", "freight_emission", "all modes",
        "carbon dioxide of the freight loaded on the network", "tco2/year",
        before=total[0], after=total[1], basis="band not known", headline=True,
    )  # fmt: skip
    for mode in MODES:
        (a, moved_a), (b, moved_b) = (side[mode] for side in sides)
        yield row(
            on, "facilities", "carbon", "freight_emission", mode, f"of that, by {mode}",
            "tco2/year", before=a, after=b, basis="band not known",
        )  # fmt: skip
        yield row(
            on, "facilities", "carbon", "freight_work", mode, f"freight by {mode}", "t*km/year",
            before=moved_a, after=moved_b, basis="band not known",
        )  # fmt: skip
