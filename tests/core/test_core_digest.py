"""Digests: same content, same digest; any change, another."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from sogdia.core.digest import code_digest, digest_files, digest_value


def test_key_order_does_not_matter_but_list_order_does() -> None:
    assert digest_value({"a": 1, "b": [1, 2]}) == digest_value({"b": [1, 2], "a": 1})
    assert digest_value([1, 2]) != digest_value([2, 1])


@pytest.mark.parametrize(
    "other",
    [
        {"a": 1.0000001, "b": "x"},
        {"a": 1.0, "b": "y"},
        {"a": None, "b": "x"},
        {"a": 1.0},
        {"a": 1.0, "b": "x", "c": None},
        {"A": 1.0, "b": "x"},
    ],
)
def test_any_change_changes_the_digest(other: object) -> None:
    assert digest_value({"a": 1.0, "b": "x"}) != digest_value(other)


def test_dates_are_taken_by_their_text() -> None:
    assert digest_value({"on": date(2026, 7, 1)}) == digest_value({"on": "2026-07-01"})


def test_files_count_by_name_and_content_wherever_the_folder_is(tmp_path: Path) -> None:
    def folder(name: str, **files: str) -> str:
        root = tmp_path / name
        root.mkdir()
        for file, text in files.items():
            (root / file).write_text(text)
        return digest_files(root, root.iterdir())

    first = folder("one", a="1", b="2")
    assert first == folder("two", b="2", a="1")
    assert first != folder("three", a="1", b="3")
    assert first != folder("four", a="2", b="1")
    assert first != folder("five", a="1", c="2")
    assert first != folder("six", a="1", b="2", c="")


def test_the_code_has_a_digest_that_stands_still() -> None:
    assert len(code_digest()) == 64
    assert code_digest() == code_digest.__wrapped__()
