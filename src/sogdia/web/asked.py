"""What addresses may hold: days, ids, names."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated

from fastapi import Path, Query
from pydantic import BeforeValidator

__all__ = ["Day", "On", "RunId", "TableName"]

ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def _iso(value: object) -> object:
    if isinstance(value, str) and not ISO_DAY.fullmatch(value):
        raise ValueError("a day is YYYY-MM-DD")
    return value


Day = Annotated[date, BeforeValidator(_iso)]
"""A day as ISO text; a number of seconds is none."""
On = Annotated[Day | None, Query()]
RunId = Annotated[str, Path(pattern=r"^[0-9a-f]{8,64}$")]
TableName = Annotated[str, Path(pattern=r"^[a-z][a-z0-9_]*$", max_length=60, examples=["skim"])]
