"""The model of pipelines: gas and oil of a world to flows to China by line."""

from __future__ import annotations

import dataclasses
import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sogdia.core.errors import ProblemList
from sogdia.core.status import Status
from sogdia.core.table import Table, null
from sogdia.models.energy.solve_pipes import Piped, Pipes, solve_pipes
from sogdia.models.energy.tables import GAS_BALANCE, PIPELINE_FLOW
from sogdia.world.world import World

__all__ = ["OUTLETS", "GasModel", "PipeSystem", "PipeYear"]

OUTLETS = {"gas": "CHN", "oil": "N_DUSHANZI"}
"""Where each product is delivered in China."""

UNIT = {"gas": "bcm/year", "oil": "t/year"}

READS = frozenset(
    {("pipelines", c) for c in ("id", "product", "path", "status", "capacity_bcm_per_y")}
    | {("pipelines", "capacity_t_per_y")}
    | {
        ("gas_countries", c)
        for c in ("id", "gas_production_bcm_per_y", "gas_consumption_bcm_per_y")
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PipeSystem:
    """Nodes and sections of each product.

    Attributes
    ----------
    nodes : mapping of product to tuple of str
    sections : mapping of product to tuple of (pipeline, from, to)
    programmes : mapping of product to Pipes
    """

    on: date
    nodes: Mapping[str, tuple[str, ...]]
    sections: Mapping[str, tuple[tuple[str, str, str], ...]]
    programmes: Mapping[str, Pipes]


@dataclass(frozen=True, slots=True, kw_only=True)
class PipeYear:
    """Flows of each product, and the worse of their statuses."""

    products: Mapping[str, Piped]
    status: Status


@dataclass(frozen=True, slots=True, kw_only=True)
class GasModel:
    """What surplus and pipes allow. It has no parameters."""

    name: str = "pipelines"
    reads: frozenset[tuple[str, str]] = READS
    takes: frozenset[str] = frozenset()
    gives: frozenset[str] = frozenset({"pipeline_flow", "gas_balance"})

    def prepare(self, world: World, tables: Mapping[str, Table]) -> PipeSystem:
        """Open pipelines cut into sections, and surplus by node.

        Raises
        ------
        InvalidInput
            When production, consumption or an open capacity is not known.
        """
        del tables
        pipes = sorted(
            (r for r in world.pipelines.rows() if r["status"] == "open"), key=lambda r: r["id"]
        )
        states = sorted(world.gas_countries.rows(), key=lambda r: r["id"])
        problems = ProblemList()
        for row in states:
            for column in ("gas_production_bcm_per_y", "gas_consumption_bcm_per_y"):
                if row[column] is None:
                    problems.add(
                        f"gas of {row['id']}", f"has no {column}", fix="use a later known-by date"
                    )
        for row in pipes:
            if row[_capacity(row["product"])] is None:
                problems.add(row["id"], "is open and has no capacity")
        problems.raise_if_any()
        known = {r["id"]: r for r in states}
        nodes: dict[str, tuple[str, ...]] = {}
        sections: dict[str, tuple[tuple[str, str, str], ...]] = {}
        programmes: dict[str, Pipes] = {}
        for product, outlet in OUTLETS.items():
            own = [r for r in pipes if r["product"] == product]
            sections[product] = tuple(s for r in own for s in _sections(r))
            names = {outlet, *(known if product == "gas" else ())}
            names |= {n for _, a, b in sections[product] for n in (a, b)}
            nodes[product] = tuple(sorted(names))
            programmes[product] = _programme(product, nodes[product], sections[product], own, known)
            if product == "oil":
                every = [r for r in world.pipelines.rows() if r["product"] == "oil"]
                filled = _oil_supply(nodes[product], every)
                programmes[product] = dataclasses.replace(programmes[product], O=filled)
        return PipeSystem(on=world.on, nodes=nodes, sections=sections, programmes=programmes)

    def solve(self, problem: PipeSystem) -> PipeYear:
        """Both products."""
        found = {product: solve_pipes(m) for product, m in problem.programmes.items()}
        failed = [f.status for f in found.values() if f.status.state != "solved"]
        status = failed[0] if failed else Status(state="solved", of=f"pipelines, {problem.on}")
        return PipeYear(products=found, status=status)

    def tabulate(self, problem: PipeSystem, solution: PipeYear) -> dict[str, Table]:
        """Tables ``pipeline_flow`` and ``gas_balance``."""
        rows: list[dict[str, Any]] = []
        for product, found in solution.products.items():
            capacity = problem.programmes[product].C
            rows += [
                {
                    "on": problem.on, "pipeline": name, "product": product, "from_node": a,
                    "to_node": b, "capacity_amount": float(capacity[e]),
                    "flow_amount": null(found.f[e]), "worth_amount": null(found.mu[e]),
                    "unit": UNIT[product],
                }
                for e, (name, a, b) in enumerate(problem.sections[product])
            ]  # fmt: skip
        return {
            "pipeline_flow": Table.from_rows(PIPELINE_FLOW, rows),
            "gas_balance": Table.from_rows(
                GAS_BALANCE, [{"on": problem.on, **r} for r in _balance(problem, solution)]
            ),
        }


def _capacity(product: str) -> str:
    return "capacity_bcm_per_y" if product == "gas" else "capacity_t_per_y"


def _sections(row: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    path = str(row["path"]).split(">")
    for a, b in itertools.pairwise(path):
        yield str(row["id"]), a, b


def _programme(
    product: str,
    nodes: Sequence[str],
    sections: Sequence[tuple[str, str, str]],
    pipes: Sequence[Mapping[str, Any]],
    known: Mapping[str, Mapping[str, Any]],
) -> Pipes:
    at = {n: i for i, n in enumerate(nodes)}
    capacity = {r["id"]: float(r[_capacity(product)]) for r in pipes}
    supply, need, taken = (np.zeros(len(nodes)) for _ in range(3))
    taken[at[OUTLETS[product]]] = math.inf
    if product == "gas":
        for name, row in known.items():
            supply[at[name]] = float(row["gas_production_bcm_per_y"])
            need[at[name]] = float(row["gas_consumption_bcm_per_y"])
    return Pipes(
        O=supply,
        X=need,
        Y=taken,
        ends=np.array([(at[a], at[b]) for _, a, b in sections], dtype=np.int64).reshape(-1, 2),
        C=np.array([capacity[name] for name, _, _ in sections]),
    )


def _oil_supply(nodes: Sequence[str], pipes: Sequence[Mapping[str, Any]]) -> NDArray[np.float64]:
    """What a hub gives is not in the evidence: at most what leads on is larger than what arrives.

    Pipelines that are shut count, so that a hub does not make up for what no longer arrives.
    """
    free = dict.fromkeys(nodes, 0.0)
    for row in pipes:
        for _, a, b in _sections(row):
            for node, sign in ((a, 1.0), (b, -1.0)):
                if node in free:
                    free[node] += sign * float(row["capacity_t_per_y"] or 0.0)
    free[OUTLETS["oil"]] = 0.0
    return np.array([max(0.0, free[n]) for n in nodes])


def _balance(problem: PipeSystem, solution: PipeYear) -> Iterator[dict[str, Any]]:
    """By country; gas to China is shared among countries by what they send in and do not need."""
    m, found = problem.programmes["gas"], solution.products["gas"]
    names = problem.nodes["gas"]
    net: NDArray[np.float64] = found.o - found.x
    surplus = np.maximum(net, 0.0)
    delivered = float(found.y.sum())
    total = float(surplus.sum())
    for i, name in enumerate(names):
        if m.O[i] == 0.0 and m.X[i] == 0.0:
            continue
        yield {
            "country": name,
            "gas_production_bcm_per_y": float(m.O[i]),
            "gas_consumption_bcm_per_y": float(m.X[i]),
            "unserved_bcm_per_y": null(m.X[i] - found.x[i]),
            "to_china_bcm_per_y": null(delivered * surplus[i] / total) if total > 0 else 0.0,
        }
