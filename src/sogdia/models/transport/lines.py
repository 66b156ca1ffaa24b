"""Hours that traffic adds on a line: a volume-delay function of trains over capacity.

The function is `bpr` of `sogdia.models.transport.delay` with the factor and power of the Bureau of
Public Roads (1964), for one line and one flow at a time. The hours t of a world were observed under the flow q_0 and hold what it costs::

    t_0  = t / [1 + a (q_0 / f K)^b]                                                          (1)
    x(q) = t_0 a [(q / f K')^b - (q_0 / f K)^b],     f = max(1, q_0 / K)                      (2)

K, capacity then; K', capacity now; f, by how much a capacity is raised that the observed flow
exceeds: no line carries more than it can. x is finite at every flow, so a line above its capacity
is slow and not shut.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["FACTOR", "POWER", "AddedOnLine", "added_on_line"]

FACTOR, POWER = 0.15, 4.0
"""a and b."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AddedOnLine:
    """Hours added on one line; equation (2).

    Attributes
    ----------
    free_h : float
        t_0.
    capacity, observed_use : float
        f K' and q_0 / f K.
    raised : float
        f.
    """

    free_h: float
    capacity: float
    observed_use: float
    raised: float

    def hours(self, flow: float) -> float:
        """X at a flow, in the unit of the capacity."""
        use = flow / self.capacity
        return self.free_h * FACTOR * (use**POWER - self.observed_use**POWER)


def added_on_line(capacity: float, *, before: float, observed: float, hours: float) -> AddedOnLine:
    """Equations (1) and (2).

    Parameters
    ----------
    capacity, before : float
        K' and K, above 0, in any unit, both directions together.
    observed : float
        q_0, in that unit.
    hours : float
        t, under q_0.
    """
    raised = max(1.0, observed / before)
    use = observed / (raised * before)
    return AddedOnLine(
        free_h=hours / (1.0 + FACTOR * use**POWER),
        capacity=raised * capacity,
        observed_use=use,
        raised=raised,
    )
