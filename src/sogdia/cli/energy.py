"""energy: power with and without trade by country and line, and gas to China by line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from sogdia.cli.asked_worlds import asked_worlds
from sogdia.cli.output import number, print_json, print_table, say

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sogdia.core.table import Table

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command()(energy)


def energy(
    scenario: Annotated[
        str | None, typer.Option(help="Compare with a scenario, as casa-1000.")
    ] = None,
    on: Annotated[str | None, typer.Option(help="The date; today, or the scenario's.")] = None,
    hours: Annotated[
        int, typer.Option(help="Sampled hours of the year: 350 takes seconds, 8760 is all.")
    ] = 350,
    gas_only: Annotated[bool, typer.Option("--gas-only", help="Pipelines only.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Least-cost power with and without trade, worth of lines, and gas to China by line.

    Example:  sogdia energy --scenario casa-1000 --hours 8760
    """
    from sogdia.core.errors import NotSolved
    from sogdia.models.contract import run_model
    from sogdia.models.energy.gas import GasModel
    from sogdia.models.energy.power import PowerModel

    asked = asked_worlds(scenario, on)
    day, sides = asked.on, {"world": asked.built}
    if asked.sides is not None:
        sides = dict(zip(("before", "after"), asked.sides, strict=True))
    found: dict[str, dict[str, Table]] = {}
    trouble: list[str] = []
    for side, of in sides.items():
        found[side] = {}
        for model in (GasModel(), *(() if gas_only else (PowerModel(hours=hours),))):
            tables, status = run_model(model, of, {})
            found[side] |= tables
            if status.state != "solved":
                trouble.append(f"{side}: {status.of} is {status.state}: {status.message}")
    if as_json:
        print_json(
            {
                "on": day,
                "hours": hours,
                "sides": {
                    side: {name: list(table.rows()) for name, table in tables.items()}
                    for side, tables in found.items()
                },
            }
        )
    else:
        for side, tables in found.items():
            title = f"{day}" if side == "world" else f"{day}, {side}"
            if not gas_only:
                _print_power(tables, title)
            _print_gas(tables, title)
    if trouble:
        raise NotSolved("; ".join(trouble))


def _print_power(tables: Mapping[str, Table], title: str) -> None:
    say(f"Power in a year, GWh, {title}")
    rows: list[dict[str, Any]] = []
    for r in tables["power_year"].rows():
        rows.append(
            {"country": r["country"], "case": "trade" if r["case"] == "trade" else "no trade"}
            | {name: number(r[column]) for name, column in _POWER}
            | {
                "price": number(r["price_usd2023_per_mwh"], 1),
                "co2": number((r["emission_tco2_per_y"] or 0.0) / 1e6, 1),
            }
        )
    rows.sort(key=lambda r: (r["country"], r["case"] == "no trade"))
    numbers = [name for name, _ in _POWER] + ["price", "co2"]
    print_table(
        rows,
        [
            ("country", ""), ("case", ""), *((n, n) for n, _ in _POWER),
            ("price", "USD 2023/MWh"), ("co2", "Mt CO2"),
        ],
        right=frozenset(numbers),
    )  # fmt: skip
    fuel = _totals(tables, "running_cost_usd2023_per_y")
    missed = _totals(tables, "unserved_cost_usd2023_per_y")
    if len(fuel) == 2:
        saved = fuel["no_trade"] - fuel["trade"]
        served = missed["no_trade"] - missed["trade"]
        say(
            f"trade saves {number((saved + served) / 1e6)} million USD 2023 a year: fuel and "
            f"running {number(saved / 1e6)}, demand served {number(served / 1e6)}"
        )
    say()
    say(f"Power lines with trade, {title}")
    print_table(
        [
            {
                "line": r["line"], "from": r["from_zone"], "to": r["to_zone"],
                "mw": number(r["capacity_mw"]), "sent": number(r["sent_gwh_per_y"]),
                "back": number(r["sent_back_gwh_per_y"]),
                "worth": number(r["shadow_usd2023_per_mw_y"]),
                "full": number((r["full_share"] or 0.0) * 100),
            }
            for r in tables["power_flow"].rows()
            if r["case"] == "trade"
        ],
        [
            ("line", ""), ("from", ""), ("to", ""), ("mw", "MW"), ("sent", "GWh"),
            ("back", "GWh back"), ("worth", "USD 2023 a MW"), ("full", "% of hours full"),
        ],
        right=frozenset({"mw", "sent", "back", "worth", "full"}),
    )  # fmt: skip
    say()


_POWER = (
    ("demand", "power_demand_gwh_per_y"), ("made", "made_gwh_per_y"), ("sent", "sent_gwh_per_y"),
    ("received", "received_gwh_per_y"), ("not served", "unserved_gwh_per_y"),
)  # fmt: skip


def _totals(tables: Mapping[str, Table], column: str) -> dict[str, float]:
    found: dict[str, float] = {}
    for r in tables["power_year"].rows():
        found[r["case"]] = found.get(r["case"], 0.0) + (r[column] or 0.0)
    return found


def _print_gas(tables: Mapping[str, Table], title: str) -> None:
    say(f"Most gas that surplus and pipelines allow, bcm a year, {title}")
    print_table(
        [
            {
                "pipeline": r["pipeline"], "from": r["from_node"], "to": r["to_node"],
                "capacity": number(r["capacity_amount"], 1), "flow": number(r["flow_amount"], 1),
            }
            for r in tables["pipeline_flow"].rows()
            if r["product"] == "gas"
        ],
        [("pipeline", ""), ("from", ""), ("to", ""), ("capacity", "capacity"), ("flow", "flow")],
        right=frozenset({"capacity", "flow"}),
    )  # fmt: skip
    flows = [
        r["flow_amount"] for r in tables["pipeline_flow"].rows()
        if r["to_node"] == "CHN" and r["flow_amount"] is not None
    ]  # fmt: skip
    say(
        f"to China: {number(sum(flows), 1)} bcm a year; deliveries of 2016-2022 were 13 to 38 % lower"
    )
    say()
