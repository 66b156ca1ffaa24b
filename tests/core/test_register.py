"""The register of variables, and the units that column names promise."""

from __future__ import annotations

import importlib
import pkgutil
from pathlib import Path

import pytest

import sogdia.core.register as register_module
import sogdia.models
from sogdia.core.errors import InvalidInput, UnknownName
from sogdia.core.register import SUFFIX_UNITS, register, unit_of_column, variable
from sogdia.core.table import Schema
from sogdia.core.units import conversion_factor
from sogdia.world.tables import WORLD_TABLES


def register_of(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, object]:
    """The register read from one TOML text, past the cache of the real one."""
    (tmp_path / "variables").mkdir()
    (tmp_path / "variables" / "demo.toml").write_text(text)
    monkeypatch.setattr(register_module, "__file__", str(tmp_path / "register.py"))
    return register.__wrapped__()  # type: ignore[attr-defined, no-any-return]


def test_a_suffix_that_disagrees_with_the_unit_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = '[dwell_h]\ntitle = "Hours"\nunit = "day"\nkind = "rate"\n'
    with pytest.raises(InvalidInput) as error:
        register_of(text, tmp_path, monkeypatch)
    (problem,) = error.value.problems
    assert problem.where == "demo.toml [dwell_h]"
    assert (problem.got, problem.allowed) == ("day", "h")


def test_every_fault_of_a_register_is_reported_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = """
[one_km]
title = "kind is not a kind"
unit = "km"
kind = "length"
[two_km]
title = "a field nobody knows"
unit = "km"
kind = "stock"
colour = "red"
[three_usd2023_per_t]
title = "the longest suffix counts, not _t"
unit = "t"
kind = "price"
carries = "sideways"
"""
    with pytest.raises(InvalidInput) as error:
        register_of(text, tmp_path, monkeypatch)
    found = {(p.where.partition("[")[2], p.what.split()[0]) for p in error.value.problems}
    assert {("one_km]", "kind"), ("three_usd2023_per_t]", "suffix")} <= found
    assert ("three_usd2023_per_t]", "carries") in found
    assert "two_km]" in {where for where, _ in found}


def test_an_unknown_variable_offers_the_nearest() -> None:
    with pytest.raises(UnknownName, match="did you mean 'dwell_mean_h'") as error:
        variable("dwell_means_h")
    assert error.value.suggestions[0] == "dwell_mean_h"


def test_every_registered_number_has_the_unit_its_name_says() -> None:
    for name, found in register().items():
        if found.is_number:
            assert found.unit, f"{name} has no unit"
            assert unit_of_column(name) == found.unit, name
        else:
            assert not found.unit, f"{name} is a {found.kind} and has a unit"


def test_bounds_and_words_are_those_of_the_kind() -> None:
    for name, found in register().items():
        if found.lower is not None and found.upper is not None:
            assert found.lower < found.upper, name
        assert not (found.words and found.is_number), name


@pytest.mark.parametrize("unit", sorted(set(SUFFIX_UNITS.values())))
def test_every_unit_of_the_closed_list_is_understood(unit: str) -> None:
    assert conversion_factor(f"({unit})", unit) == pytest.approx(1.0)


def schemas() -> list[Schema]:
    """Every schema declared in the world and in the `tables` modules of the models."""
    found = list(WORLD_TABLES.values())
    for module in pkgutil.walk_packages(sogdia.models.__path__, "sogdia.models."):
        if module.name.endswith(".tables"):
            declared = vars(importlib.import_module(module.name)).values()
            found += [value for value in declared if isinstance(value, Schema)]
    return found


def test_every_number_column_of_every_schema_has_a_unit() -> None:
    found = schemas()
    assert len(found) > len(WORLD_TABLES), "no model declares a table: the search is broken"
    for schema in found:
        for column in schema.columns:
            if column.type == "number":
                assert column.unit or column.unit_is_in_row, f"{schema.name}.{column.name}"
                assert column.unit_is_in_row or not column.name.endswith(("_pct", "_usd_m"))
        assert set(schema.keys) <= set(schema.names), schema.name
