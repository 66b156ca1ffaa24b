"""An error says where, what was found, what is allowed and what to do."""

from __future__ import annotations

import pytest

from sogdia.core.errors import (
    InvalidInput,
    MissingExtra,
    NoRoute,
    NotSolved,
    Problem,
    ProblemList,
    SogdiaError,
    UnknownName,
    nearest,
)
from sogdia.core.extras import require


def test_a_problem_reads_in_one_line() -> None:
    problem = Problem(where="a.csv row 3", what="basis", got="'guess'", allowed="x, y", fix="pick")
    assert str(problem) == "a.csv row 3: basis; got 'guess'; allowed: x, y -> pick"
    assert str(Problem(where="a", what="is empty")) == "a: is empty"


def test_problems_are_raised_together_and_none_is_lost() -> None:
    found = ProblemList()
    found.raise_if_any()
    assert not found
    found.add("row 2", "first")
    found.add("row 3", "second", got=0)
    with pytest.raises(InvalidInput) as caught:
        found.raise_if_any()
    assert [p.where for p in caught.value.problems] == ["row 2", "row 3"]
    assert str(caught.value).splitlines() == [
        "row 2: first",
        "row 3: second; got 0",
        "2 problems; nothing was run.",
    ]


def test_exit_codes() -> None:
    assert InvalidInput([]).exit_code == 3
    assert UnknownName("place", "x", []).exit_code == 2
    assert MissingExtra("report", "A map", "Text works.").exit_code == 2
    assert NoRoute().exit_code == NotSolved().exit_code == SogdiaError().exit_code == 1


def test_an_unknown_name_offers_the_nearest_and_a_hint() -> None:
    error = UnknownName("place", "Almati", ["Almaty", "Aktobe", "Xi'an"], hint="Search.")
    assert str(error) == "no place is called 'Almati'; did you mean 'Almaty'? Search."
    assert error.suggestions == ("Almaty",)
    assert str(UnknownName("place", "zzz", ["Almaty"])) == "no place is called 'zzz'"


def test_nearest_is_best_first_and_blind_to_case() -> None:
    assert nearest("KHORGOS", ["khorgos-east", "khorgos", "osh"])[0] == "khorgos"
    assert nearest("zzz", ["khorgos"]) == ()


def test_a_missing_part_gives_the_install_line() -> None:
    with pytest.raises(MissingExtra, match=r'pip install "sogdia\[report\]"'):
        require("no_such_module_of_sogdia", extra="report", purpose="A test")
