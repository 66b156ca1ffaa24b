"""Faults a claims file could have that would otherwise pass without a word."""

from __future__ import annotations

from pathlib import Path

import pytest
from small_claims import write_base

from sogdia.core.errors import Problem
from sogdia.evidence.base import EvidenceBase, open_evidence


def problems(folder: Path, *rows: dict[str, str], domain: str = "borders") -> list[Problem]:
    base = open_evidence(write_base(folder, rows, domain=domain))
    return base.read_claims(domain)[1].problems


def test_the_good_row_has_no_fault(tmp_path: Path) -> None:
    assert problems(tmp_path, {}) == []


def test_a_row_with_too_many_cells_is_a_fault(tmp_path: Path) -> None:
    """An unquoted comma in `says` moves every later cell by one."""
    file = write_base(tmp_path, [{}]) / "claims" / "borders.csv"
    file.write_text(file.read_text(encoding="utf-8").rstrip("\r\n") + ",more\r\n", encoding="utf-8")
    assert open_evidence(tmp_path).read_claims("borders")[1].problems


@pytest.mark.parametrize("faulty", [0, 1])
def test_an_id_used_twice_is_reported_beside_the_other_fault(tmp_path: Path, faulty: int) -> None:
    rows = [{"id": "twin"}, {"id": "twin"}]
    rows[faulty]["basis"] = "rumour"
    assert {p.what for p in problems(tmp_path, *rows)} == {"basis", "claim id is used twice"}


def test_a_number_without_a_unit_is_a_fault(tmp_path: Path) -> None:
    assert problems(tmp_path, {"variable": "dwell_p90_over_p50_ratio", "value": "3", "unit": ""})


def test_an_exact_value_with_a_band_is_a_fault(tmp_path: Path) -> None:
    assert problems(tmp_path, {"low": "5", "high": "20", "shape": "exact"})


def test_a_lognormal_that_reaches_zero_is_a_fault(tmp_path: Path) -> None:
    assert problems(tmp_path, {"low": "0", "high": "20", "shape": "lognormal"})


def test_a_claim_about_nothing_is_a_fault(tmp_path: Path) -> None:
    assert problems(tmp_path, {"subject": ""})


def test_no_shipped_row_has_such_a_fault(evidence: EvidenceBase) -> None:
    """What reading lets pass is at least not in the base that ships."""
    import csv

    from sogdia.core.estimate import Estimate
    from sogdia.evidence.base import CLAIM_COLUMNS

    for domain in evidence.domains:
        file = evidence.folder / "claims" / f"{domain}.csv"
        with file.open(encoding="utf-8", newline="") as stream:
            for number, cells in enumerate(csv.reader(stream), start=1):
                assert len(cells) == len(CLAIM_COLUMNS), f"{file.name} row {number}"
        for claim in evidence.claims(domain):
            assert claim.subject, claim.id
            if isinstance(claim.value, Estimate):
                assert claim.unit, claim.id
                assert claim.value.shape != "exact" or claim.value.low == claim.value.high, claim.id
                assert claim.value.shape != "lognormal" or claim.value.low > 0, claim.id
                assert abs(claim.value.high) < float("inf"), claim.id
