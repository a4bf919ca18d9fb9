"""As many threads of TensorFlow as a process is to have.

Pools of processes (joblib's loky, Dask, Ray) set OMP_NUM_THREADS for their workers, so
that all of them together have a thread for each core. TensorFlow does not look at it.
"""

from __future__ import annotations

import os
from contextlib import suppress
from functools import cache

import tensorflow as tf

VARIABLE = "OMP_NUM_THREADS"


@cache
def heed_thread_limit() -> None:
    """Give TensorFlow as many threads as OMP_NUM_THREADS says, if it says so.

    What the user has set, and what TensorFlow has started with, stays.
    """
    threads = tf.config.threading
    is_set = (
        threads.get_intra_op_parallelism_threads()
        or threads.get_inter_op_parallelism_threads()
    )
    n_threads = _told()
    if n_threads is None or is_set:
        return
    with suppress(RuntimeError):  # it has started
        threads.set_intra_op_parallelism_threads(n_threads)
        threads.set_inter_op_parallelism_threads(n_threads)


def _told() -> int | None:
    """Return the first number of the variable, which may hold one for each nesting."""
    first = os.environ.get(VARIABLE, "").partition(",")[0].strip()
    return int(first) if first.isdecimal() and int(first) else None
