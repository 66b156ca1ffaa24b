"""What a scenario needs of a world: its tables, its date, and a way to make another one."""

from __future__ import annotations

from datetime import date
from typing import Protocol, Self

from sogdia.core.table import Table

__all__ = ["WorldLike"]


class WorldLike(Protocol):
    """The tables of `sogdia.world.world.World` that measures act on or name."""

    @property
    def on(self) -> date:
        """The date it describes."""
        ...

    @property
    def places(self) -> Table:
        """Places."""
        ...

    @property
    def links(self) -> Table:
        """Links."""
        ...

    @property
    def crossings(self) -> Table:
        """Directed border crossings."""
        ...

    @property
    def transfers(self) -> Table:
        """Directed transfers."""
        ...

    @property
    def tariffs(self) -> Table:
        """Rates by tariff and commodity class."""
        ...

    @property
    def zones(self) -> Table:
        """Zones."""
        ...

    @property
    def classes(self) -> Table:
        """Commodity classes."""
        ...

    @property
    def regimes(self) -> Table:
        """Visa and other regimes."""
        ...

    @property
    def lineage(self) -> Table:
        """Where each value comes from."""
        ...

    def replace(self, **tables: Table) -> Self:
        """A world with some tables replaced."""
        ...
