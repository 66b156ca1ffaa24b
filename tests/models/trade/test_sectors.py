"""The table of sectors: reading, refusing, and the shipped synthetic one."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from sogdia.core.errors import InvalidInput
from sogdia.models.trade.sectors import FILES, read_sector_table, synthetic_folder
from sogdia.models.trade.solve_sectors import sector_economy, sectors
from sogdia.models.trade.synthetic_table import write_synthetic_table


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the synthetic table that a test may spoil."""
    at = tmp_path / "table"
    at.mkdir()
    for name in FILES:
        shutil.copy(synthetic_folder() / f"{name}.csv", at)
    return at


def edit(folder: Path, name: str, old: str, new: str) -> None:
    path = folder / f"{name}.csv"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_the_shipped_table_is_what_the_recipe_writes_and_says_that_it_is_made_up(
    tmp_path: Path,
) -> None:
    write_synthetic_table(tmp_path)
    for name in FILES:
        text = (synthetic_folder() / f"{name}.csv").read_text(encoding="utf-8")
        assert text == (tmp_path / f"{name}.csv").read_text(encoding="utf-8")
        assert text.startswith("# synthetic")


def test_the_shipped_table_is_an_equilibrium() -> None:
    table = read_sector_table(synthetic_folder())
    assert (table.sectors, table.countries) == (
        ("farming", "goods", "services"), ("AAA", "BBB", "CCC"),
    )  # fmt: skip
    found = sectors(table.economy(), deficits="fixed")
    assert found.status.state == "solved"
    np.testing.assert_allclose(found.real_income_hat, 1.0, rtol=1e-12)
    np.testing.assert_allclose(found.baseline, table.trade, rtol=1e-4)


def test_without_final_shares_they_are_what_is_left(folder: Path) -> None:
    given = read_sector_table(folder)
    (folder / "final.csv").unlink()
    np.testing.assert_allclose(read_sector_table(folder).final_share, given.final_share, rtol=1e-6)


def test_without_tariffs_there_are_none(folder: Path) -> None:
    (folder / "tariffs.csv").unlink()
    (folder / "final.csv").unlink()
    assert not read_sector_table(folder).tariff.any()


def test_all_problems_of_a_folder_at_once(folder: Path) -> None:
    (folder / "value_added.csv").unlink()
    edit(folder, "sectors", "trade_elasticity", "theta")
    edit(folder, "trade", "goods,AAA,BBB,90000000000", "goods,AAA,BBB,many")
    edit(folder, "tariffs", "farming,AAA,BBB,0.12", "farming,AAA,BBB,-2")
    edit(folder, "inputs", "AAA,farming,goods", "AAA,farming,farming")
    edit(folder, "final", "BBB,goods", "BBD,goods")
    with pytest.raises(InvalidInput) as refused:
        read_sector_table(folder)
    said = "\n".join(str(p) for p in refused.value.problems)
    for text in (
        "value_added.csv: not found",
        "columns missing: trade_elasticity",
        "value_usd2023_per_y is not a number; got 'many'",
        "tariff_share is out of bounds; got -2.0",
        "said twice; got AAA, farming, farming",
        "unknown country; got 'BBD'",
        "did you mean BBB",
    ):
        assert text in said


@pytest.mark.parametrize(
    ("name", "old", "new", "text"),
    [
        ("value_added", "AAA,goods,0.35", "AAA,goods,0.45", "do not add up to 1"),
        ("value_added", "AAA,goods,0.35\n", "", "has no row in value_added.csv"),
        ("final", "AAA,goods,0.2", "AAA,goods,0.3", "final shares do not add up"),
        ("trade", "goods,BBB,BBB,76800000000", "goods,BBB,BBB,7680000000", "do not make up"),
    ],
)
def test_sums_that_fail_are_refused(folder: Path, name: str, old: str, new: str, text: str) -> None:
    edit(folder, name, old, new)
    with pytest.raises(InvalidInput, match=text):
        read_sector_table(folder)


def test_negative_leftovers_are_refused_or_clipped_with_a_note(folder: Path) -> None:
    (folder / "final.csv").unlink()
    edit(folder, "trade", "farming,BBB,BBB,22800000000", "farming,BBB,BBB,1000000000")
    edit(folder, "trade", "farming,AAA,BBB,15000000000", "farming,AAA,BBB,1000000000")
    with pytest.raises(InvalidInput, match="inputs take more than is bought"):
        read_sector_table(folder)
    table = read_sector_table(folder, clip_final=True)
    assert table.notes == ("BBB farming: inputs take more than is bought; final use set to 0",)
    found = sectors(table.economy(), 1.0)
    assert found.status.state == "solved"
    np.testing.assert_allclose(found.real_income_hat, 1.0, rtol=1e-12)


def test_a_sector_nobody_can_buy_any_more_fails_and_is_named() -> None:
    table = read_sector_table(synthetic_folder())
    tau_hat = np.ones_like(table.trade)
    tau_hat[1, :, 2] = np.inf
    found = sectors(table.economy(), tau_hat)
    assert found.status.state == "failed"
    assert "no source of sector, country (1, 2)" in found.status.message
    assert np.isnan(found.real_income_hat).all()


def test_a_country_cut_off_is_in_autarky() -> None:
    """Its own gains from trade, by sector: the domestic shares and the matrix of inputs.

    Costinot and Rodriguez-Clare (2014), equation 28: ln W_hat = sum over sectors of the spending
    multiplier times ln lambda_hat_jj over -theta.
    """
    table = read_sector_table(synthetic_folder())
    e = sector_economy(table.trade, table.theta, table.va_share, table.io)
    base = sectors(e)
    tau_hat = np.ones_like(table.trade)
    tau_hat[:, :2, 2] = tau_hat[:, 2, :2] = np.inf
    found = sectors(e, tau_hat)
    assert found.status.state == "solved"
    spent = base.flow.sum(axis=1)
    own = base.flow[:, 2, 2] / spent[:, 2]
    # ln P = A ln P + ln(lambda)/theta: prices when the wage is the numeraire.
    lnp = np.linalg.solve(np.eye(3) - e.io[:, :, 2].T, -np.log(own) / e.theta)
    wanted = np.exp(-e.final_share[:, 2] @ lnp)
    assert found.real_wage_hat[2] == pytest.approx(wanted, rel=1e-10)
    assert found.real_wage_hat[2] < 1.0


@pytest.mark.parametrize(
    ("tau_hat", "tariff", "rule", "text"),
    [
        (0.0, None, "none", "tau_hat is not above 0"),
        (1.0, -1.0, "none", "a tariff is not above -1"),
        (1.0, None, "half", "unknown rule"),
    ],
)
def test_bad_changes_are_refused(tau_hat, tariff, rule, text: str) -> None:
    table = read_sector_table(synthetic_folder())
    new = None if tariff is None else np.full_like(table.tariff, tariff)
    with pytest.raises(InvalidInput, match=text):
        sectors(table.economy(), tau_hat, tariff=new, deficits=rule)
