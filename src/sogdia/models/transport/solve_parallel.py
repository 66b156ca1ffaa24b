"""How kernels are compiled, and worked by several threads."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from numba import get_num_threads

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["INNER", "in_parallel"]

INNER = {"nogil": True, "cache": True, "no_cpython_wrapper": True, "no_cfunc_wrapper": True}
"""Compiler options of functions called by other kernels only: without the entry points from Python
they take markedly less time to compile."""

ORIGINS_PER_TASK = 4
"""Origins a thread takes at a time: few enough to balance, enough to hide the hand-over."""


def in_parallel(n_rows: int, make_worker: Callable[[], Callable[[int, int], None]]) -> None:
    """Work rows ``0 .. n_rows-1`` on as many threads as numba is set to use.

    The kernels release the interpreter lock, so plain threads serve; numba's own parallel loops
    would treble the compile time. ``make_worker`` is called once per thread to set up its memory.
    """
    step = max(1, min(ORIGINS_PER_TASK, n_rows // (4 * get_num_threads())))
    starts = iter(range(0, n_rows, step))
    failures: list[BaseException] = []

    def run() -> None:
        try:
            worker = make_worker()
            # Taking the next item of a range iterator is one step under the interpreter lock.
            for start in starts:
                worker(start, min(start + step, n_rows))
        except BaseException as failure:
            failures.append(failure)

    n_threads = min(get_num_threads(), -(-n_rows // step))
    others = [threading.Thread(target=run) for _ in range(n_threads - 1)]
    for thread in others:
        thread.start()
    run()
    for thread in others:
        thread.join()
    if failures:
        raise failures[0]
