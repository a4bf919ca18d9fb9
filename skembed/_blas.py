"""Linear algebra on one thread, for as long as somebody asks for it.

Threads of BLAS that wait for each other on a busy machine cost more than they bring to
the matrices here, and with one thread sums have one order.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from threadpoolctl import threadpool_limits

_lock = threading.Lock()
_limits: list[threadpool_limits] = []  # of all who ask at present, one for the process
_n_asking = 0


@contextmanager
def one_blas_thread() -> Iterator[None]:
    """Limit BLAS to one thread; the last of several users lifts the limit."""
    global _n_asking  # noqa: PLW0603 - BLAS has one limit for the process
    with _lock:
        _n_asking += 1
        if _n_asking == 1:
            _limits.append(threadpool_limits(1, user_api="blas"))
    try:
        yield
    finally:
        with _lock:
            _n_asking -= 1
            if not _n_asking:
                _limits.pop().restore_original_limits()
