"""What problems and errors say."""

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


def test_a_problem_says_where_what_got_allowed_and_fix_in_that_order() -> None:
    full = Problem(where="a.csv row 2", what="basis", got="'guess'", allowed="measured", fix="ask")
    assert str(full) == "a.csv row 2: basis; got 'guess'; allowed: measured -> ask"
    assert str(Problem(where="a.csv row 3", what="has no id")) == "a.csv row 3: has no id"


def test_an_input_is_refused_once_with_everything_that_is_wrong() -> None:
    problems = ProblemList()
    assert not problems
    problems.raise_if_any()
    problems.add("row 2", "one", got=0)
    problems.extend([Problem(where="row 3", what="two")])
    assert problems
    with pytest.raises(InvalidInput) as error:
        problems.raise_if_any()
    assert str(error.value).splitlines() == [
        "row 2: one; got 0",
        "row 3: two",
        "2 problems; nothing was run.",
    ]
    assert str(InvalidInput(problems.problems[:1])).endswith("1 problem; nothing was run.")


def test_an_unknown_name_is_repeated_and_the_nearest_come_best_first() -> None:
    error = UnknownName("place", "Kashger", ["Khorgos", "Kashgar", "Almaty"], hint="Try `places`.")
    assert str(error) == ("no place is called 'Kashger'; did you mean 'Kashgar'? Try `places`.")
    assert str(UnknownName("place", "zzz", ["Almaty"])) == (
        "no place is called 'zzz'; there is Almaty"
    )
    assert str(UnknownName("place", "zzz", (), hint="Try it.")) == (
        "no place is called 'zzz'. Try it."
    )
    assert str(UnknownName("place", "zzz", [str(i) for i in range(99)])) == (
        "no place is called 'zzz'"
    )
    assert nearest("DWELL_H", ["dwell_mean_h", "dwell_h"])[0] == "dwell_h"


def test_the_exit_code_belongs_to_the_kind_of_error() -> None:
    assert (InvalidInput([]).exit_code, NoRoute().exit_code, NotSolved().exit_code) == (3, 1, 1)
    assert UnknownName("x", "y", ()).exit_code == 2
    for kind in (InvalidInput, UnknownName, MissingExtra, NoRoute, NotSolved):
        assert issubclass(kind, SogdiaError)


def test_a_missing_extra_gives_the_install_line_and_what_works_without() -> None:
    with pytest.raises(MissingExtra) as error:
        require("sogdia_no_such_module", extra="report", purpose="a pandas frame")
    text = str(error.value)
    assert 'pip install "sogdia[report]"' in text
    assert text.startswith("a pandas frame needs")
    assert "Without it: CSV" in text
    assert isinstance(error.value.__cause__, ImportError)
