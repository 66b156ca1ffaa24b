"""A project of one's own as a TOML file: what it costs and earns, who owns it, what it owes."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from sogdia.core.errors import InvalidInput, Problem, nearest
from sogdia.models.finance.project import Loan, Project
from sogdia.models.finance.solve_loan import REPAYMENTS, Repayment

__all__ = ["ProjectFile", "read_project"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectFile:
    """What a file says.

    Attributes
    ----------
    project : Project
    traffic_t_per_y : tuple of float
        Full traffic, one or more cases.
    benefits_usd2023_per_y : dict of str to float, or None
        Gain of users at full traffic by ISO3; None when the file gives none.
    """

    project: Project
    traffic_t_per_y: tuple[float, ...]
    benefits_usd2023_per_y: dict[str, float] | None


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class _LoanRow(_Strict):
    share: float = Field(ge=0.0, le=1.0)
    rate: float = Field(ge=0.0, lt=1.0)
    tenor_y: int = Field(ge=1)
    grace_y: int = Field(ge=0)
    lender: str = Field(pattern="^[A-Z]{3}$")
    capitalised: bool = True
    repayment: Repayment = "annuity"


class _ProjectRow(_Strict):
    id: str = Field(min_length=1)
    name: str = Field(min_length=1)
    cost_usd: float
    first_year: int
    opening_year: int
    last_year: int
    owners: dict[str, float]
    tariff_usd2023_per_t: float
    variable_cost_usd2023_per_t: float
    fixed_cost_usd2023_per_y: float
    traffic_t_per_y: float | tuple[float, ...]
    capacity_t_per_y: float | None = None
    residual_share: float = 0.0
    inflation: float = 0.02
    discount_rate: float = 0.06
    base_date: date = date(2025, 12, 31)
    ramp: tuple[float, ...] = (1.0,)
    benefits_usd2023_per_y: dict[str, float] | None = None
    loan: _LoanRow | None = None


def read_project(file: Path | str) -> ProjectFile:
    """Read a project file.

    Raises
    ------
    InvalidInput
        When the file is not there or not TOML, a field is missing, unknown or of the wrong kind,
        or the project cannot be; with every such fault.
    """
    path = Path(file)
    given = _parsed(path)
    try:
        row = _ProjectRow.model_validate(given)
    except ValidationError as error:
        raise InvalidInput(_problems(path, error)) from None
    fields = {
        name: getattr(row, name)
        for name in _ProjectRow.model_fields
        if name not in {"traffic_t_per_y", "benefits_usd2023_per_y", "loan", "capacity_t_per_y"}
    }
    if row.capacity_t_per_y is not None:
        fields["capacity_t_per_y"] = row.capacity_t_per_y
    traffic = row.traffic_t_per_y
    return ProjectFile(
        project=Project(**fields, loan=None if row.loan is None else Loan(**row.loan.model_dump())),
        traffic_t_per_y=traffic if isinstance(traffic, tuple) else (traffic,),
        benefits_usd2023_per_y=row.benefits_usd2023_per_y,
    )


def _parsed(path: Path) -> dict[str, Any]:
    if not path.is_file():
        raise InvalidInput([Problem(where=str(path), what="there is no such file")])
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInput(
            [Problem(where=str(path), what="cannot be read as UTF-8 text", got=str(error))]
        ) from None
    except tomllib.TOMLDecodeError as error:
        raise InvalidInput([Problem(where=str(path), what="is not TOML", got=str(error))]) from None


def _problems(path: Path, error: ValidationError) -> Iterator[Problem]:
    """A problem in our words for each that pydantic found."""
    for detail in error.errors(include_url=False):
        at = [str(part) for part in detail["loc"]]
        in_loan = at[:1] == ["loan"]
        known = tuple(_LoanRow.model_fields if in_loan else _ProjectRow.model_fields)
        where = f"{path}: {'.'.join(at[: 2 if in_loan else 1])}"
        match detail["type"]:
            case "extra_forbidden":
                close = nearest(at[-1], known, 1)
                yield Problem(
                    where=where, what="is not a field of a project",
                    fix=f'did you mean "{close[0]}"?' if close else "",
                    allowed="" if close else ", ".join(known),
                )  # fmt: skip
            case "missing":
                yield Problem(where=where, what="is missing")
            case "literal_error":
                yield Problem(
                    where=where, what="is not known", got=str(detail["input"]),
                    allowed=", ".join(REPAYMENTS),
                )  # fmt: skip
            case _:
                share = in_loan and at[-1] in {"rate", "share"}
                yield Problem(
                    where=where, what=detail["msg"][:1].lower() + detail["msg"][1:],
                    got=str(detail["input"]), fix="2 % is 0.02" if share else "",
                )  # fmt: skip
