"""Finance in an appraisal: exact zeros, the railway's loan at its rates, loans of the ledger."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sogdia.appraisal.linkage import finance_account
from sogdia.appraisal.linkage.contract import Asked, Linkage
from sogdia.appraisal.linkage.finance import finance
from sogdia.appraisal.linkage.finance_account import accounts, measured
from sogdia.appraisal.linkage.finance_opened import opened_projects
from sogdia.appraisal.loop import Joined
from sogdia.core.status import Status
from sogdia.core.table import Table
from sogdia.evidence.base import EvidenceBase
from sogdia.models.finance.solve_loan import level_payment
from sogdia.models.trade.zones import COUNTRY_INCOME
from sogdia.models.transport.tables import LINK_FLOW
from sogdia.scenario.apply import worlds_of
from sogdia.scenario.read import read_scenario
from sogdia.world.world import World

ON = date(2031, 7, 1)
WorldOn = Callable[[date | str], World]
LINE = (
    "rail:kg.torugart~kg.arpa", "rail:kg.arpa~kg.kosh-dobo", "rail:kg.kosh-dobo~kg.makmal",
    "rail:kg.makmal~kg.jalal-abad",
)  # fmt: skip


def asked(
    evidence: EvidenceBase,
    world_on: WorldOn,
    name: str | Path,
    *,
    joined: Joined | None = None,
    draws: int = 20,
) -> Asked:
    scenario = read_scenario(name)
    on = scenario.on[0]
    before, after = worlds_of(scenario, world_on(on))
    return Asked(
        on=on, scenario=scenario, before=before, after=after, base=evidence, joined=joined,
        draws=draws,
    )  # fmt: skip


def rows(found: Linkage) -> dict[tuple[str, str], dict[str, Any]]:
    by_key = {(r["variable"], r["entity"]): dict(r) for r in found.rows}
    assert len(by_key) == len(found.rows), "a key twice"
    return by_key


def joined_with(flow_t: float, gains: dict[str, float]) -> Joined:
    """Flows of a made-up appraisal: on the line of the scenario, and real income by country."""
    line = [
        {"on": ON, "id": i, "from_place": end, "to_place": "x", "mode": "rail",
         "flow_t_per_y": flow_t / 2}
        for i in LINE for end in ("a", "b")
    ]  # fmt: skip
    income = [
        {"on": ON, "level": "full", "country": c, "real_income_change_share": g}
        for c, g in gains.items()
    ]
    side = {"country_income": Table.from_rows(COUNTRY_INCOME, income)}
    fine = (Status(state="solved", of="made up"),)
    return Joined(
        baseline=side | {"link_flow": Table.from_rows(LINK_FLOW, ())},
        scenario=side | {"link_flow": Table.from_rows(LINK_FLOW, line)},
        statuses=fine, baseline_statuses=fine,
    )  # fmt: skip


@pytest.fixture(scope="module")
def with_interest(evidence: EvidenceBase, world_on: WorldOn) -> Linkage:
    """The loan of the railway at 2, 3 and 4 percent beside one free of interest; no flows run."""
    return finance(asked(evidence, world_on, "cku-loan-at-2-3-4-percent"))


@pytest.mark.parametrize("name", ["border-time-30-percent-less", "silk-road-visa"])
def test_what_no_loan_and_no_line_touches_is_exactly_zero(
    evidence: EvidenceBase, world_on: WorldOn, name: str
) -> None:
    found = finance(asked(evidence, world_on, name))
    assert {r["part"] for r in found.rows} >= {"projects", "who pays", "states"}
    for r in found.rows:
        assert r["change_amount"] in (0.0, None), r
        assert (r["before_amount"] is None) == (r["after_amount"] is None), r
        assert r["low_amount"] in (0.0, None), r
    for name, table in found.before.items():
        assert table.arrow.equals(found.after[name].arrow), name


def test_the_loan_at_its_three_rates(with_interest: Linkage) -> None:
    """Service of 110, 129 and 150 million USD, break-even at 14.7, 16.3 and 18.1 Mt in 2035.

    The same figures stand in docs/explanation/finance.md. Free of interest the loan is repaid in 30
    equal parts, and 11.9 Mt would break even. On 10 Mt, as officials expect, 43 to 74 million
    dollars of 2023 are missing in 2035.
    """
    found = rows(with_interest)
    for rate, service, even, cover, lacks in (
        (2, 110.3, 14.69, 0.51, 43), (3, 129.3, 16.33, 0.43, 58), (4, 150.2, 18.14, 0.37, 74)
    ):  # fmt: skip
        at = f"RAIL_CKU at {rate} %"
        paid = found["service_usd_per_y_at_rate_stated", at]
        assert paid["after_amount"] / 1e6 == pytest.approx(service, abs=0.05)
        assert paid["before_amount"] == pytest.approx(level_payment(2.35e9, 0.0, 30))
        needs = found["break_even_t_per_y_at_rate_stated", at]
        assert needs["after_amount"] / 1e6 == pytest.approx(even, abs=0.01)
        assert found["cover_at_rate_stated", at]["after_amount"] == pytest.approx(cover, abs=0.005)
        missing = found["shortfall_at_rate_stated", at]["after_amount"]
        assert missing / 1e6 == pytest.approx(lacks, abs=0.5)
    middle = found["service_usd_per_y_stated", "RAIL_CKU"]
    low, high = (
        found["service_usd_per_y_at_rate_stated", f"RAIL_CKU at {r} %"]["change_amount"]
        for r in (2, 4)
    )
    assert low < middle["change_amount"] < high
    # The band spans grace and prices besides the rate.
    assert middle["low_amount"] < middle["change_amount"] < middle["high_amount"]


def test_the_rate_moves_money_between_states_and_makes_none(with_interest: Linkage) -> None:
    found = rows(with_interest)
    assert found["npv_project_stated", "RAIL_CKU"]["change_amount"] == 0.0
    net = {s: found["net_worth", s]["change_amount"] for s in ("CHN", "KGZ", "UZB")}
    assert net["CHN"] > 0.0 > net["KGZ"] == net["UZB"]
    assert math.fsum(net.values()) == pytest.approx(0.0, abs=1.0)
    assert found["net_worth", "TKM"]["change_amount"] == 0.0


def test_an_owner_stands_for_its_share(with_interest: Linkage) -> None:
    by_key = rows(with_interest)
    assert by_key["exposure", "KGZ"]["change_amount"] > 0.0
    plain = by_key["china_to_gdp_share", "KGZ"]
    assert plain["change_amount"] == 0.0
    guaranteed = by_key["china_to_gdp_share_guaranteed", "KGZ"]
    assert guaranteed["before_amount"] > plain["before_amount"]
    assert guaranteed["change_amount"] > 0.0
    assert 0.0 < guaranteed["low_amount"] < guaranteed["change_amount"]
    assert guaranteed["change_amount"] < guaranteed["high_amount"]
    # By hand: its share of the company's debt of 2031 in dollars of 2023, over the product of 2023.
    years = {r["year"]: r for r in with_interest.after["debt"].rows() if r["state"] == "KGZ"}
    prices = {r["year"]: r["price_ratio"] for r in with_interest.after["cash_flow"].rows()}
    owed = years[2031]["exposure_usd"] / prices[2031]
    debt, product = 1707.7e6, 1707.7e6 / plain["after_amount"]
    assert guaranteed["after_amount"] == pytest.approx((debt + owed) / product, rel=1e-6)
    assert ("china_to_gdp_share_guaranteed", "KAZ") not in by_key
    table = {(r["state"], r["measure"]): r for r in with_interest.after["state_debt"].rows()}
    held = table["KGZ", "service_to_exports_share_guaranteed"]
    assert held["threshold_share"] == 0.21
    assert held["verdict"] == "below"


def test_a_line_that_opens_has_no_account_on_the_other_side(
    evidence: EvidenceBase, world_on: WorldOn
) -> None:
    """Who gains is read from the appraisal's real income, and what is paid is the project's."""
    gains = {"CHN": 1e-6, "KGZ": 1e-3, "UZB": 1e-4, "KAZ": 0.0, "TJK": 0.0, "TKM": 0.0}
    question = asked(evidence, world_on, "cku-railway", joined=joined_with(12e6, gains), draws=0)
    assert opened_projects(question) == ("RAIL_CKU",)
    found = rows(finance(question))
    assert found["exposure", "KGZ"]["before_amount"] == 0.0
    assert found["cover", "RAIL_CKU"]["before_amount"] is None
    assert found["traffic_t_per_y", "RAIL_CKU"]["after_amount"] == pytest.approx(12e6)
    assert found["cover", "RAIL_CKU"]["after_amount"] == pytest.approx(0.61, abs=0.005)
    assert found["project_cost", "RAIL_CKU"]["change_amount"] == 4.7e9
    economic = found["npv_economic", "RAIL_CKU"]["after_amount"]
    financial = found["npv_project", "RAIL_CKU"]["after_amount"]
    assert economic > financial
    net = math.fsum(found["net_worth", s]["after_amount"] for s in gains)
    assert net == pytest.approx(economic, rel=1e-9)
    assert found["cover", "RAIL_CKU"]["low_amount"] is None


def test_a_flow_above_what_the_line_carries_is_cut_and_said(
    evidence: EvidenceBase, world_on: WorldOn
) -> None:
    question = asked(evidence, world_on, "cku-railway", joined=joined_with(40e6, {}), draws=0)
    (flow, _) = accounts(question)
    assert flow.after.capped
    assert measured(flow.after)["traffic_t_per_y"] == 15e6
    assert "designed for" in rows(finance(question))["break_even_t_per_y", "RAIL_CKU"]["basis"]


def test_more_traffic_never_lowers_cover(evidence: EvidenceBase, world_on: WorldOn) -> None:
    covers = [
        measured(
            accounts(asked(evidence, world_on, "cku-railway", joined=joined_with(t, {}), draws=0))[
                0
            ].after
        )["cover"]
        for t in (1e6, 6e6, 9e6, 12e6, 15e6)
    ]
    assert covers == sorted(covers)
    assert covers[0] == 0.0 < covers[-1]


LEDGER = """
id = "datka"
title = "The loan of Datka-Kemin free of interest"
on = [2026-07-01]
[[measure]]
id = "free"
kind = "set-loan"
loan = "FIN001"
rate = "0 %"
on = 2026-01-01
source = "assumption"
"""


def test_a_loan_of_the_ledger_moves_the_ratio_of_its_state(
    evidence: EvidenceBase, world_on: WorldOn, tmp_path: Path
) -> None:
    """By hand: 389.795 million in 11 parts from 2022; in 2026 interest is 2 % of seven parts left.

    The first four parts are paid by the end of 2025, so interest of 2026 is 2 % of 7/11.
    """
    file = tmp_path / "datka.toml"
    file.write_text(LEDGER)
    found = rows(finance(asked(evidence, world_on, file, draws=0)))
    by_hand = -0.02 * 389.795e6 * 7 / 11
    assert found["loan_service", "FIN001"]["change_amount"] == pytest.approx(by_hand)
    ratio = found["service_to_exports_share", "KGZ"]
    assert ratio["change_amount"] < 0.0
    assert ratio["change_amount"] > -0.01
    assert found["service_to_exports_share", "TJK"]["change_amount"] == 0.0
    assert found["debt_to_gdp_share", "KGZ"]["change_amount"] == 0.0
    assert found["exposure", "KGZ"]["change_amount"] == 0.0


def test_the_same_seed_draws_the_same_band(
    evidence: EvidenceBase, world_on: WorldOn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(finance_account, "DRAWS", 5)
    question = asked(evidence, world_on, "cku-loan-at-2-3-4-percent", draws=5)
    a, b = (accounts(question)[0].drawn["service_usd_per_y"] for _ in range(2))
    np.testing.assert_array_equal(a, b)
    other = accounts(dataclasses.replace(question, seed=1))[0].drawn["service_usd_per_y"]
    assert (a != other).any()


def test_before_the_project_there_is_no_account(evidence: EvidenceBase, world_on: WorldOn) -> None:
    found = finance(asked(evidence, world_on, "khorgos-rail-2012", draws=0))
    assert all(r["entity"] != "RAIL_CKU" for r in found.rows)
    assert {r["part"] for r in found.rows} == {"projects", "states"}
