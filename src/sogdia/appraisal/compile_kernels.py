"""Compile the numerical kernels once, so that the first question is answered as fast as the second.

Run by the installation scripts::

    python -m sogdia.appraisal.compile_kernels
"""

from __future__ import annotations

from sogdia.models.border.hours import Outage
from sogdia.models.border.post import Post, closure, simulate, waits
from sogdia.models.transport.compile_kernels import compile_kernels as compile_transport

__all__ = ["compile_kernels"]


def compile_kernels() -> None:
    """Call every kernel the main job uses on something small; the machine code is kept on disk."""
    compile_transport()
    for post in (
        Post(capacity_per_day=4.0, servers=2),
        Post(capacity_per_day=4.0, servers=2, open_h_per_day=12.0),
    ):
        waits(simulate(post, 2.0, replications=2, days=4), post, days=4)
        closure(post, 2.0, Outage(24.0, 30.0), replications=2, days=4)


if __name__ == "__main__":
    compile_kernels()
