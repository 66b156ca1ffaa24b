"""The register: every name has a unit, and a name and its unit agree."""

from __future__ import annotations

from pathlib import Path

import pytest

import sogdia.core.register as module
from sogdia.core.errors import InvalidInput, UnknownName
from sogdia.core.register import SUFFIX_UNITS, register, unit_of_column, variable
from sogdia.core.table import Column, Schema
from sogdia.core.units import conversion_factor


@pytest.fixture
def register_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Reads a register whose one TOML file has the text given."""

    def read(text: str):
        (tmp_path / "variables").mkdir(exist_ok=True)
        (tmp_path / "variables" / "made_up.toml").write_text(text, encoding="utf-8")
        monkeypatch.setattr(module, "__file__", str(tmp_path / "register.py"))
        return register.__wrapped__()

    return read


def test_every_registered_number_has_a_known_unit() -> None:
    for name, found in register().items():
        if found.is_number:
            assert found.unit, name
            assert conversion_factor(f"{found.unit} ", found.unit) == pytest.approx(1.0), name
        else:
            assert found.unit == "", name


def test_every_suffix_is_of_a_known_unit() -> None:
    for suffix, unit in SUFFIX_UNITS.items():
        assert conversion_factor(f"{unit} ", unit) == pytest.approx(1.0), suffix


def test_bounds_are_in_order_and_words_only_on_words() -> None:
    for name, found in register().items():
        if found.lower is not None and found.upper is not None:
            assert found.lower < found.upper, name
        if found.words:
            assert found.kind == "word", name


def test_the_longest_suffix_decides() -> None:
    assert unit_of_column("fee_usd2023_per_teu") == "usd2023/teu"
    assert unit_of_column("open_h_per_day") == "h/day"
    assert unit_of_column("speed_km_per_h") == "km/h"
    assert unit_of_column("loading_t_per_teu") == "t/teu"
    assert unit_of_column("gas_bcm_per_y") == "bcm/year"
    assert unit_of_column("name") is None
    assert unit_of_column("length") is None


def test_suffix_and_unit_that_disagree_are_refused(register_of) -> None:
    with pytest.raises(InvalidInput, match="suffix and unit disagree; got mile; allowed: km"):
        register_of('[length_km]\ntitle = "Length"\nunit = "mile"\nkind = "stock"\n')


def test_all_problems_of_a_register_are_reported_at_once(register_of) -> None:
    with pytest.raises(InvalidInput) as caught:
        register_of(
            '[a_km]\ntitle = "A"\nunit = "h"\nkind = "stock"\n'
            '[b_h]\ntitle = "B"\nunit = "h"\nkind = "length"\n'
            '[c_h]\ntitle = "C"\nunit = "h"\nkind = "stock"\ncolour = "red"\n'
        )
    text = str(caught.value)
    assert "made_up.toml [a_km]: suffix and unit disagree" in text
    assert "made_up.toml [b_h]: kind; got length" in text
    assert "colour" in text
    assert "3 problems; nothing was run." in text


def test_unknown_variable_offers_the_nearest() -> None:
    with pytest.raises(UnknownName, match="no variable is called 'lenght_km'.*'length_km'"):
        variable("lenght_km")


def schemas() -> list[Schema]:
    from sogdia.models.transport import tables as transport
    from sogdia.results import tables as results
    from sogdia.world.tables import WORLD_TABLES

    found = list(WORLD_TABLES.values())
    for holder in (transport, results):
        found += [v for v in vars(holder).values() if isinstance(v, Schema)]
    return found


@pytest.mark.parametrize("schema", schemas(), ids=lambda s: s.name)
def test_every_number_column_of_a_schema_has_a_unit(schema: Schema) -> None:
    for column in schema.columns:
        if column.type == "number":
            assert column.unit or column.unit_is_in_row, column.name
            if column.unit:
                field = schema.arrow().field(column.name)
                assert field.metadata[b"unit"].decode() == column.unit


def test_a_number_column_without_a_unit_is_refused() -> None:
    with pytest.raises(ValueError, match="'length' does not end in a unit"):
        Column("length", "number")


def test_an_amount_needs_its_unit_beside_it() -> None:
    with pytest.raises(ValueError, match="text column 'unit' is needed"):
        Schema("long", (Column("amount", "number"),))
    Schema("long", (Column("amount", "number"), Column("unit")))
