"""What the score of one country is made of, indicator by indicator."""

from __future__ import annotations

from typing import Any

import numpy as np

from sogdia.core.errors import UnknownName
from sogdia.core.table import Table
from sogdia.models.linkage_index.panel import Panel
from sogdia.models.linkage_index.solve_index import carried, informative, spread_weights
from sogdia.models.linkage_index.solve_uncertainty import Choices
from sogdia.models.linkage_index.study import case_of
from sogdia.models.linkage_index.tables import EXPLAINED

__all__ = ["explained"]


def explained(panel: Panel, year: int, country: str, *, choices: Choices | None = None) -> Table:
    """Value, weight, part of the score and grounds of every indicator, by the central choices.

    The part is absent under a geometric mean, whose score is not a sum.

    Raises
    ------
    UnknownName
        When the country is not in the panel.
    """
    if country not in panel.countries:
        raise UnknownName("country of the index", country, panel.countries)
    chosen = choices or Choices()
    case, t, i = case_of(panel, year, chosen), panel.at(year), panel.countries.index(country)
    how, norm, scheme, aggregation = case.choices.combinations()[0]
    z = case.points[how] if aggregation == "borda" else case.z[how, norm]
    w = spread_weights(
        np.asarray(case.V[how, scheme])[None], np.asarray(case.v[how, scheme])[None],
        case.group, np.isfinite(z),
    )[0, i]  # fmt: skip
    x = np.asarray(case.x[how], dtype=float)
    filled, age = carried(panel.values[: t + 1])
    tells = informative(filled[t])
    rows: list[dict[str, Any]] = []
    for j, indicator in enumerate(panel.tree.indicators):
        observed = bool(np.isfinite(panel.values[t, i, j]))
        old = bool(np.isfinite(filled[t, i, j])) and not observed
        state = "observed" if observed else "carried" if old and how == "carry" else "filled"
        value = float(panel.values[t, i, j]) if observed else float(x[i, j])
        if not np.isfinite(x[i, j]):
            state = "missing" if not (observed and not tells[j]) else "same for all"
        of = year - int(age[t, i, j]) if state == "carried" else year
        there = x[np.isfinite(x[:, j]), j]
        ordered = np.sort(there)[:: indicator.direction] if len(there) else np.array([np.nan])
        rows.append(
            {
                "country": country, "linkage": indicator.linkage, "indicator": indicator.id,
                "title": indicator.title, "value_amount": value, "unit": indicator.unit,
                "year": of if state in {"observed", "carried", "same for all"} else None,
                "state": state, "best_amount": float(ordered[-1]),
                "worst_amount": float(ordered[0]), "normalised_index": float(z[i, j]),
                "weight_share": float(w[j]),
                "part_index": None if aggregation == "geometric" else float(w[j] * z[i, j]),
                "grounds": ";".join(panel.grounds.get((of, country, indicator.id), ())),
            }
        )  # fmt: skip
    return Table.from_rows(EXPLAINED, rows)
