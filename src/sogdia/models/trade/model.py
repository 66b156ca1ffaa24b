"""The trade model: what changes of trade costs do to flows and real income of economies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sogdia.core.errors import InvalidInput, Problem, ProblemList, nearest
from sogdia.core.status import STATES, Status
from sogdia.core.table import Table
from sogdia.models.trade.solve_clearing import Deficits
from sogdia.models.trade.solve_hat import Hat, conditional, full, partial, remove_deficits
from sogdia.models.trade.tables import REAL_INCOME, TRADE_FLOW
from sogdia.world.economies import Variant, trade_matrix
from sogdia.world.world import World

__all__ = ["TradeModel"]

Array = NDArray[np.float64]

READS = frozenset(
    {
        ("economies", "gdp_usd2023_per_y"),
        ("trade", "reconciled_usd2023_per_y"),
        ("trade", "exporter_report_usd2023_per_y"),
        ("trade", "importer_report_usd2023_per_y"),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """Flows of ``N`` economies and the change of their trade costs.

    Attributes
    ----------
    world : World
    economies : tuple of str
        In the order of their ids.
    X : (N, N) float64
        USD of 2023 a year, exporter by importer; domestic sales, which may be negative, on the
        diagonal.
    tau_hat : (N, N) float64
    notes : tuple of str
        What the data could not say.
    """

    world: World
    economies: tuple[str, ...]
    X: Array
    tau_hat: Array
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Solved:
    """One equilibrium a level, and how they ended together."""

    levels: tuple[Hat, ...]
    status: Status


@dataclass(frozen=True, slots=True, kw_only=True)
class TradeModel:
    """One-sector trade between economies in changes, at three levels.

    Partial: each flow by its own cost. Conditional: price indices respond, incomes do not. Full:
    incomes respond as well. See ``docs/explanation/trade.md``.

    Attributes
    ----------
    theta : float
        Trade elasticity ``sigma - 1``; 4 to 8 in the literature.
    variant : {"reconciled", "china", "partner"}
        Whose report of the trade with China is the baseline.
    deficits : {"none", "fixed", "proportional"}
        Rule of the full level. With "none" all three levels start from a baseline whose deficits
        have been removed.
    """

    theta: float = 5.0
    variant: Variant = "reconciled"
    deficits: Deficits = "none"
    name: str = "trade"
    reads: frozenset[tuple[str, str]] = READS
    takes: frozenset[str] = frozenset({"trade_cost_change"})
    gives: frozenset[str] = frozenset({"trade_flow", "real_income"})

    def prepare(self, world: World, tables: Mapping[str, Table]) -> Prepared:
        """Flows with domestic sales, and the change of costs, by position.

        Domestic sales are GDP less exports of goods. GDP is value added and exports are gross, and
        services are in GDP and not in the exports; so the share of domestic sales is too low where
        exports hold many imported parts, and too high where services are sold abroad.

        Raises
        ------
        InvalidInput
            When the table of cost changes is missing or wrong; all problems at once.
        """
        if "trade_cost_change" not in tables:
            raise InvalidInput(
                [
                    Problem(
                        where="the trade model",
                        what="needs the table trade_cost_change",
                        fix="give one row a pair whose cost changes; a pair without a row keeps it",
                    )
                ]
            )
        matrix = trade_matrix(world, self.variant)
        gdp_of = world.economies["gdp_usd2023_per_y"]
        order = sorted(range(len(matrix.economies)), key=lambda i: matrix.economies[i])
        known = [i for i in order if gdp_of[i] > 0.0]
        ids = tuple(matrix.economies[i] for i in known)
        flow = matrix.flow_usd2023_per_y[np.ix_(known, known)]
        apart = ~np.eye(len(ids), dtype=np.bool_)
        X = np.where(apart & ~np.isnan(flow), flow, 0.0)
        X[~apart] = gdp_of[known] - X.sum(axis=1)
        notes = self._notes(
            [matrix.economies[i] for i in order if i not in known],
            int(np.sum(np.isnan(flow) & apart)),
            int(np.sum(~matrix.own[np.ix_(known, known)] & ~np.isnan(flow) & apart)),
        )
        return Prepared(
            world=world, economies=ids, X=X,
            tau_hat=_tau_hat(tables["trade_cost_change"], ids, matrix.economies), notes=notes,
        )  # fmt: skip

    def _notes(self, left_out: Sequence[str], unknown: int, stand_ins: int) -> tuple[str, ...]:
        return tuple(
            text
            for there, text in (
                (left_out, f"left out for want of a GDP: {', '.join(left_out)}"),
                (unknown, f"{unknown} flows are not known and taken as none"),
                (
                    stand_ins,
                    f"{stand_ins} flows have no report of '{self.variant}'; others stand in",
                ),
            )
            if there
        )

    def solve(self, problem: Prepared) -> Solved:
        """The three levels from one baseline."""
        start, before = problem.X, None
        if self.deficits == "none":
            before = remove_deficits(start, self.theta)
            # Where that does not go through, the full level meets it again and says so.
            start = before.flow if before.status.state == "solved" else start
        found = (
            partial(start, problem.tau_hat, self.theta),
            conditional(start, problem.tau_hat, self.theta),
            full(start, problem.tau_hat, self.theta, deficits=self.deficits),
        )
        return Solved(levels=found, status=self._status(problem, before, found))

    def _status(self, problem: Prepared, before: Hat | None, found: tuple[Hat, ...]) -> Status:
        """The worst of the levels, with ids instead of positions."""
        every = (*((before,) if before else ()), *found)
        said = list(problem.notes)
        for what, positions in (
            ("exports exceed GDP, domestic sales set to 0", [h.clipped for h in every]),
            ("can buy or sell nothing", [h.lost for h in every]),
        ):
            named = sorted({problem.economies[i] for p in positions for i in p})
            if named:
                said.append(f"{what}: {', '.join(named)}")
        if self.deficits == "none":
            said.append("deficits removed from the baseline")
        said += [f"{h.level}: {h.status.message}" for h in every if h.status.state == "failed"]
        residuals = [h.status.residual for h in every if h.status.residual is not None]
        return Status(
            state=STATES[max(STATES.index(h.status.state) for h in every)],
            iterations=sum(h.status.iterations for h in every),
            residual=max(residuals, default=None),
            tolerance=found[-1].status.tolerance,
            message="; ".join(said),
            of=f"trade {problem.world.on}",
        )

    def tabulate(self, problem: Prepared, solution: Solved) -> dict[str, Table]:
        """The tables trade_flow and real_income; of a level that failed all values are null."""
        ids = np.array(problem.economies, dtype=object)
        N = len(ids)
        flows: list[dict[str, Any]] = []
        incomes: list[dict[str, Any]] = []
        for hat in solution.levels:
            failed = np.nan if hat.status.state == "failed" else 0.0
            shared = {
                "on": problem.world.on, "variant": self.variant, "level": hat.level,
                "theta_ratio": self.theta,
            }  # fmt: skip
            traded = hat.baseline > 0.0
            i, j = np.nonzero(traded | np.eye(N, dtype=np.bool_))
            flows.append(
                {
                    **_repeated(shared, len(i)),
                    "exporter": ids[i],
                    "importer": ids[j],
                    "baseline_usd2023_per_y": hat.baseline[i, j],
                    "value_usd2023_per_y": hat.flow[i, j] + failed,
                }
            )
            incomes.append(
                {
                    **_repeated({**shared, "deficits": self.deficits}, N),
                    "country": ids,
                    "income_usd2023_per_y": hat.baseline.sum(axis=1),
                    "real_income_change_share": hat.real_wage_hat - 1.0 + failed,
                    "real_spending_change_share": hat.real_spending_hat - 1.0 + failed,
                    "price_change_share": hat.P_hat - 1.0 + failed,
                }
            )
        return {
            "trade_flow": Table.from_columns(TRADE_FLOW, _stacked(flows)),
            "real_income": Table.from_columns(REAL_INCOME, _stacked(incomes)),
        }


def _tau_hat(table: Table, ids: Sequence[str], listed: Sequence[str]) -> Array:
    """The matrix of cost changes; 1 for a pair without a row."""
    at = {name: i for i, name in enumerate(ids)}
    tau_hat = np.ones((len(ids), len(ids)))
    seen: set[tuple[str, str]] = set()
    problems = ProblemList()
    for number, row in enumerate(table.rows()):
        pair = str(row["exporter"]), str(row["importer"])
        where = f"trade_cost_change, row {number}, {pair[0]} to {pair[1]}"
        for name in pair:
            if name not in listed:
                near = nearest(name, listed)
                problems.add(
                    where, "no such economy", got=name,
                    fix=f"did you mean {' or '.join(near)}?" if near else "",
                )  # fmt: skip
        if pair in seen:
            problems.add(where, "said twice")
        seen.add(pair)
        ratio, closed = row["tau_hat_ratio"], bool(row["closed"])
        if closed == (ratio is not None):
            problems.add(
                where, "needs either a ratio or closed", got=f"{ratio}, closed {closed}",
                fix="a closed pair has no ratio",
            )  # fmt: skip
        elif not closed and not (0.0 < ratio < np.inf):
            problems.add(where, "tau_hat_ratio is not above 0", got=ratio)
        elif pair[0] in at and pair[1] in at:
            tau_hat[at[pair[0]], at[pair[1]]] = np.inf if closed else ratio
    problems.raise_if_any()
    return tau_hat


def _repeated(values: Mapping[str, Any], size: int) -> dict[str, list[Any]]:
    return {name: [value] * size for name, value in values.items()}


def _stacked(blocks: Sequence[Mapping[str, Any]]) -> dict[str, list[Any]]:
    """One column a name, the blocks under each other."""
    return {name: [v for block in blocks for v in block[name]] for name in blocks[0]}
