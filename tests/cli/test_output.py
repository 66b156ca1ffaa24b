"""Tables on narrow terminals, and what is refused before it is written."""

from __future__ import annotations

from pathlib import Path

import pytest
import typer
from hypothesis import given
from hypothesis import strategies as st

from sogdia.cli.output import COLUMN_GAP, SHORTEST_BREAK, check_output, column_widths

LINES = st.integers(1, 6).flatmap(
    lambda n: st.lists(
        st.lists(st.text("ab ", max_size=30), min_size=n, max_size=n), min_size=1, max_size=5
    )
)


@given(lines=LINES, room=st.integers(20, 200))
def test_columns_fit_the_room_and_no_short_word_is_broken(
    lines: list[list[str]], room: int
) -> None:
    found = column_widths(lines, room)
    widths = [w for w in found if w is not None]
    if not widths:
        whole = sum(max(len(line[i]) for line in lines) for i in range(len(lines[0])))
        words = sum(
            min(max(len(w) for line in lines for w in (line[i].split() or [""])), SHORTEST_BREAK)
            for i in range(len(lines[0]))
        )
        gaps = COLUMN_GAP * len(lines[0])
        assert whole + gaps <= room or words + gaps > room
        return
    assert len(widths) == len(found)
    assert sum(widths) + COLUMN_GAP * len(widths) <= room
    for i, width in enumerate(widths):
        longest = max(len(w) for line in lines for w in (line[i].split() or [""]))
        assert width >= min(longest, SHORTEST_BREAK)
        assert width <= max(len(line[i]) for line in lines)


def test_a_long_word_gives_way_to_the_others() -> None:
    lines = [["Kazakhstan", "x" * 60], ["Uzbekistan", "y"]]
    assert column_widths(lines, 50) == [10, 34]


def test_an_output_that_cannot_be_is_refused(tmp_path: Path) -> None:
    check_output(None, ".csv")
    check_output(tmp_path / "new" / "x.csv", ".csv")
    (tmp_path / "file").touch()
    for file, words in (
        (tmp_path, "is a folder"),
        (tmp_path / "x.txt", "end it in .csv"),
        (tmp_path / "file" / "x.csv", "is a file"),
    ):
        with pytest.raises(typer.BadParameter, match=words):
            check_output(file, *((".csv",) if file != tmp_path else ()))
