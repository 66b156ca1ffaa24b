"""Reading an evidence folder: everything that is wrong with it, at once, with row and remedy."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from small_claims import GOOD_ROW, GOOD_SOURCE, write_base

from sogdia.core.errors import InvalidInput, UnknownName
from sogdia.core.estimate import Estimate
from sogdia.evidence.base import CLAIM_COLUMNS, open_evidence, problems_of
from sogdia.evidence.claim import Claim, day

FEE = {"variable": "border_fee_usd2023_per_t"}

FAULTS: tuple[tuple[dict[str, str], tuple[str, ...]], ...] = (
    ({"variable": "dwell_means_h"}, ("'dwell_means_h'", "did you mean dwell_mean_h")),
    ({"source": "demo-sorce"}, ("'demo-sorce'", "did you mean demo-source")),
    ({"source": "zzzzzz"}, ("'zzzzzz'", "add it to sources.csv")),
    ({"basis": "guessed"}, ("basis", "'guessed'", "measured, reported, derived, assumed")),
    ({"confidence": "certain"}, ("confidence", "'certain'", "high, medium, low")),
    ({"stated_on": "2020-13-01"}, ("stated_on", "'2020-13-01'", "YYYY-MM-DD")),
    ({"holds_from": "spring 2020"}, ("holds_from", "'spring 2020'", "YYYY-MM-DD")),
    ({"unit": "km"}, ("'km' cannot be converted to 'h'", "a unit of h")),
    ({"unit": "fortnights of rain"}, ("fortnights of rain", "a unit of h")),
    ({"low": "12", "high": "20"}, ("low <= central <= high", "low 12", "central 10")),
    ({"value": "5000"}, ("out of bounds", "5000", "0 to 2000", "check the unit")),
    ({"value": "-1"}, ("out of bounds", "-1", "crossed 0")),
    ({"value": "nan"}, ("finite", "nan")),
    ({"value": "about 10"}, ("are numbers", "'about 10'")),
    ({"shape": "gaussian"}, ("shape", "'gaussian'", "triangular")),
    ({"id": "c2"}, ("used twice", "c2")),
    ({"id": ""}, ("has no id", "no id")),
    ({"holds_from": "2021", "holds_to": "2020"}, ("holds_from is after holds_to", "2021-01-01")),
    (FEE | {"unit": "USD/t", "holds_from": ""}, ("USD is nominal", "needs holds_from")),
    (FEE | {"unit": "KZT/t"}, ("no exchange rate of KZT for 2020",)),
    (FEE | {"unit": "1/t"}, ("names no currency", "usd2023/t")),
    ({"variable": "length_km", "unit": "km"}, ("length_km belongs in claims/network.csv",)),
)


def texts_by_row(error: InvalidInput) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for problem in error.problems:
        words = problem.where.split()
        assert words[:2] == ["claims/borders.csv", "row"]
        found.setdefault(int(words[2]), []).append(str(problem))
    return found


def test_all_faults_of_a_file_are_reported_at_once(tmp_path: Path) -> None:
    base = open_evidence(write_base(tmp_path, [{}, *(row for row, _ in FAULTS)]))
    with pytest.raises(InvalidInput) as error:
        base.claims("borders")
    found = texts_by_row(error.value)
    assert sorted(found) == list(range(3, 3 + len(FAULTS)))
    for number, (row, expected) in enumerate(FAULTS, start=3):
        assert len(found[number]) == 1, (row, found[number])
        for words in expected:
            assert words in found[number][0], (words, found[number][0])
    assert f"{len(FAULTS)} problems; nothing was run." in str(error.value)


def test_the_good_rows_of_a_bad_file_can_still_be_read(tmp_path: Path) -> None:
    base = open_evidence(write_base(tmp_path, [{}, *(row for row, _ in FAULTS), {"id": "last"}]))
    claims, problems = base.read_claims("borders")
    assert [c.id for c in claims] == ["c2", "last"]
    assert problems_of(base, ["borders"]).problems == problems.problems


def test_every_fault_of_one_row_is_reported(tmp_path: Path) -> None:
    row = {"source": "nobody", "basis": "guessed", "stated_on": "2020-02-30", "unit": "km"}
    base = open_evidence(write_base(tmp_path, [row]))
    problems = base.read_claims("borders")[1].problems
    assert [p.what.split()[0] for p in problems] == ["no", "basis", "stated_on", "unit:"]


def test_surplus_or_missing_columns_are_refused(tmp_path: Path) -> None:
    write_base(tmp_path, [{}])
    file = tmp_path / "claims" / "borders.csv"
    file.write_text(file.read_text().replace("stated_on", "stated"))
    with pytest.raises(InvalidInput, match=r"columns; got .*stated,.*allowed: .*stated_on"):
        open_evidence(tmp_path).claims("borders")


def read_one(tmp_path: Path, domain: str = "borders", **row: str) -> Claim:
    (claim,) = open_evidence(write_base(tmp_path, [row], domain=domain)).claims(domain)
    return claim


def test_a_published_number_is_kept_beside_its_conversion(tmp_path: Path) -> None:
    claim = read_one(tmp_path, value="2", low="1", high="4", unit="day")
    assert claim.value == Estimate(central=48.0, low=24.0, high=96.0, shape="lognormal")
    assert claim.published_value() == "2 (1 to 4) day"
    assert (claim.file, claim.row) == ("claims/borders.csv", 2)


def test_the_shape_follows_from_the_band_unless_it_is_given(tmp_path: Path) -> None:
    bands = ({}, {"low": "5", "high": "20"}, {"low": "0", "high": "20"})
    shapes = [
        read_one(tmp_path, **band).value.shape  # type: ignore[union-attr]
        for band in (*bands, {"low": "5", "high": "20", "shape": "uniform"})
    ]
    assert shapes == ["exact", "lognormal", "triangular", "uniform"]


def test_partial_dates_open_a_period_at_its_start_and_close_it_at_its_end(tmp_path: Path) -> None:
    claim = read_one(tmp_path, holds_from="2016-02", holds_to="2016-02", stated_on="2016")
    assert (claim.holds_from, claim.holds_to) == (date(2016, 2, 1), date(2016, 2, 29))
    assert claim.stated_on == date(2016, 1, 1)


@pytest.mark.parametrize(
    ("variable", "value", "expected"),
    [
        ("opened", "2016", date(2016, 12, 31)),
        ("opened", "2016-02", date(2016, 2, 29)),
        ("opened", "2016-06-22", date(2016, 6, 22)),
        ("closed", "2016", date(2016, 1, 1)),
        ("closed", "2016-02", date(2016, 2, 1)),
    ],
)
def test_opened_counts_from_the_end_of_its_period_and_closed_from_the_start(
    tmp_path: Path, variable: str, value: str, expected: date
) -> None:
    claim = read_one(tmp_path, "network", variable=variable, value=value, unit="")
    assert claim.value == expected


@pytest.mark.parametrize(
    "text", ["2016-13", "2016-02-30", "16 June", "2016/06/22", "0", "2016-1-1"]
)
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        day(text)


def test_the_two_clocks(tmp_path: Path) -> None:
    rows = [
        {"id": "report", "value": "10", "stated_on": "2021-03-01"},
        {"id": "revision", "value": "12", "stated_on": "2022-03-01"},
    ]
    base = open_evidence(write_base(tmp_path, rows))
    ask = ("kz-cn.khorgos:rail", "dwell_mean_h")
    on = date(2020, 7, 1)

    def believed(known_by: date) -> str | None:
        belief = base.believe(*ask, on=on, known_by=known_by)
        return belief.claim.id if belief is not None else None

    assert believed(date(2021, 2, 28)) is None
    assert believed(date(2021, 12, 31)) == "report"
    assert believed(date(2022, 3, 1)) == "revision"
    latest = base.believe(*ask, on=on)
    assert latest is not None
    assert [(c.id, why) for c, why in latest.rivals] == [("report", "stated earlier")]
    assert base.believe("kz-cn.khorgos:road", "dwell_mean_h", on=on) is None


def test_unknown_domains_variables_and_registries_offer_the_nearest(tmp_path: Path) -> None:
    base = open_evidence(write_base(tmp_path, [{}]))
    with pytest.raises(UnknownName, match="did you mean 'borders'"):
        base.claims("border")
    with pytest.raises(UnknownName, match="did you mean 'dwell_mean_h'"):
        base.about("kz-cn.khorgos:rail", "dwell_means_h")
    with pytest.raises(UnknownName, match="no registry is called 'unions'"):
        base.registry("unions")


def test_a_folder_that_is_no_base_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"is not an evidence base.*sources\.csv"):
        open_evidence(tmp_path)


def test_faults_of_the_sources_are_reported_at_once(tmp_path: Path) -> None:
    sources = [
        GOOD_SOURCE,
        GOOD_SOURCE,
        GOOD_SOURCE | {"id": "b", "tier": "rumour"},
        GOOD_SOURCE | {"id": "c", "published": "long ago"},
    ]
    base = open_evidence(write_base(tmp_path, [{}], sources=sources))
    with pytest.raises(InvalidInput) as error:
        _ = base.sources
    found = [(p.where, p.what.split(":")[0]) for p in error.value.problems]
    assert found == [
        ("sources.csv row 3", "source id is used twice"),
        ("sources.csv row 4", "tier"),
        ("sources.csv row 5", "date"),
    ]


def test_the_digest_sees_any_change_of_any_file(tmp_path: Path) -> None:
    one = open_evidence(write_base(tmp_path / "one", [{}])).digest
    assert open_evidence(write_base(tmp_path / "same", [{}])).digest == one
    assert open_evidence(write_base(tmp_path / "other", [{"note": "!"}])).digest != one


def test_an_empty_date_is_a_fault(tmp_path: Path) -> None:
    base = open_evidence(
        write_base(tmp_path, [{"variable": "opened", "value": "", "unit": ""}], domain="network")
    )
    claims, problems = base.read_claims("network")
    assert len(claims) + len(problems.problems) == 1


def test_infinity_is_not_a_value(tmp_path: Path) -> None:
    row = {"variable": "trade_turnover_usd_per_y", "value": "inf", "unit": "usd/year"}
    base = open_evidence(write_base(tmp_path, [row], domain="trade"))
    assert base.read_claims("trade")[1].problems


def test_a_short_row_is_a_fault(tmp_path: Path) -> None:
    write_base(tmp_path, [{}])
    file = tmp_path / "claims" / "borders.csv"
    file.write_text(",".join(CLAIM_COLUMNS) + "\nc2,kz-cn.khorgos:rail,dwell_mean_h,10\n")
    assert open_evidence(tmp_path).read_claims("borders")[1].problems


def test_a_missing_column_of_the_sources_is_a_fault(tmp_path: Path) -> None:
    write_base(tmp_path, [GOOD_ROW])
    file = tmp_path / "sources.csv"
    file.write_text(file.read_text().replace("tier", "kind"))
    with pytest.raises(InvalidInput):
        _ = open_evidence(tmp_path).sources
