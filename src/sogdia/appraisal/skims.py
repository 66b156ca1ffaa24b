"""Skims of a world to a file: OMX for transport planners, Parquet or CSV for everyone else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from sogdia.core.replacing import replacing
from sogdia.models.contract import run_model
from sogdia.models.transport.model import Prepared, Skims, TransportModel
from sogdia.results.export import export
from sogdia.world.world import World

__all__ = ["write_skims"]

OMX_VERSION = b"0.2"
COMPONENTS = ("money_usd2023_per_t", "time_h", "border_h", "distance_km", "emission_kgco2_per_t")


def write_skims(
    world: World,
    file: Path,
    *,
    classes: tuple[str, ...] | None = None,
    samples: int = 256,
    seed: int = 0,
) -> dict[str, Any]:
    """Skims between all zones to ``.omx``, ``.parquet`` or ``.csv``.

    In OMX a pair without a route is NaN, and the zone ids are the lookup ``zone``.

    Returns
    -------
    dict
        zones, classes, unreachable.

    Raises
    ------
    UnknownName
        When a class is not known.
    """
    known = tuple(str(c) for c in world.classes["id"])
    model = TransportModel(
        commodities=classes if classes is not None else known, samples=samples, seed=seed
    )
    if file.suffix == ".omx":
        problem = model.prepare(world, {})
        solution = model.solve(problem)
        _write_omx(file, model, problem, solution)
        lost = int(np.isnan(solution.gencost).sum())
    else:
        tables, _ = run_model(model, world, {})
        export(tables["skim"], file)
        lost = int((~tables["skim"]["reachable"]).sum())
    return {"zones": len(world.zones), "classes": list(model.commodities), "unreachable": lost}


def _write_omx(file: Path, model: TransportModel, problem: Prepared, solution: Skims) -> None:
    """Open Matrix 0.2: HDF5 with the groups ``data`` and ``lookup``."""
    import h5py

    zones = problem.network.zones
    with replacing(file) as part, h5py.File(part, "w") as omx:
        omx.attrs["OMX_VERSION"] = OMX_VERSION
        omx.attrs["SHAPE"] = np.array([len(zones), len(zones)], dtype=np.int32)
        omx.attrs["on"] = problem.network.world.on.isoformat()
        matrices = omx.create_group("data")
        for i, commodity in enumerate(model.commodities):
            named = {
                "gencost_usd2023_per_t": solution.gencost[i],
                "time_p50_h": solution.quantiles[i, 0],
                "time_p90_h": solution.quantiles[i, 1],
                **{name: solution.fields[i, f] for f, name in enumerate(COMPONENTS)},
            }
            for name, matrix in named.items():
                held = matrices.create_dataset(
                    f"{commodity}.{name}", data=matrix, compression="gzip", compression_opts=1
                )
                held.attrs["NA"] = np.nan
        lookup = omx.create_group("lookup")
        lookup.create_dataset("zone", data=np.array(zones, dtype="S"))
