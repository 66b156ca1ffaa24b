"""Digests: same inputs, same digest; any change, another."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from sogdia.core.digest import digest_files, digest_value

VALUE = {"a": 1.0, "b": [1, 2, None], "c": {"on": date(2025, 1, 1), "word": "x"}}


def test_key_order_is_irrelevant() -> None:
    turned = {"c": {"word": "x", "on": date(2025, 1, 1)}, "b": [1, 2, None], "a": 1.0}
    assert digest_value(turned) == digest_value(VALUE)


@pytest.mark.parametrize(
    "other",
    [
        VALUE | {"a": 1.0 + 2**-52},
        VALUE | {"b": [2, 1, None]},
        VALUE | {"b": [1, 2, 0]},
        VALUE | {"b": [1, 2]},
        VALUE | {"d": None},
        VALUE | {"c": {"on": date(2025, 1, 2), "word": "x"}},
        VALUE | {"c": {"on": date(2025, 1, 1), "word": "X"}},
    ],
)
def test_any_change_changes_it(other: object) -> None:
    assert digest_value(other) != digest_value(VALUE)


def write(folder: Path, files: dict[str, str]) -> list[Path]:
    folder.mkdir()
    for name, text in files.items():
        (folder / name).write_text(text)
    return [folder / name for name in files]


def test_files_count_by_name_and_content_but_not_by_order_or_place(tmp_path: Path) -> None:
    files = write(tmp_path / "one", {"a.csv": "1", "b.csv": "2"})
    digest = digest_files(tmp_path / "one", files)
    assert digest_files(tmp_path / "one", reversed(files)) == digest
    variants = {
        "moved": {"a.csv": "1", "b.csv": "2"},
        "swapped": {"a.csv": "2", "b.csv": "1"},
        "renamed": {"a.csv": "1", "c.csv": "2"},
        "fewer": {"a.csv": "1"},
        "glued": {"a.csv": "12", "b.csv": ""},
    }
    found = {
        name: digest_files(tmp_path / name, write(tmp_path / name, content))
        for name, content in variants.items()
    }
    assert found.pop("moved") == digest
    assert len({*found.values(), digest}) == len(found) + 1
