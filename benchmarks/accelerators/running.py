"""Fitting on the processor and where it is chosen."""

from __future__ import annotations

import os
from time import perf_counter

from benchmarks.accelerators.jobs import WARM_UP, Job

BENCHMARK = "accelerators"
PROCESSOR, CHOSEN = "processor", "skembed"


def fit(job: Job, is_on_processor: bool) -> dict[str, float]:
    """Fit something small, then the job.

    Returns
    -------
    dict of str to float
        Seconds, the loss at the end, and whether a GPU was chosen and steps were
        compiled into few kernels.
    """
    # or it takes all memory of a GPU, which other processes may want to share
    os.environ.setdefault("TF_FORCE_GPU_ALLOW_GROWTH", "true")
    import tensorflow as tf

    from skembed import _training

    X, y = job.table()
    with tf.device("CPU" if is_on_processor else None):
        WARM_UP.model().fit(*WARM_UP.table())
        before = perf_counter()
        model = job.model().fit(X, y)
        seconds = perf_counter() - before
    place = next(reversed(_training._compiled))[2]
    return {
        "fit_seconds": seconds,
        "loss": model.loss_curve_[-1],
        "on_gpu": float("GPU" in place.device),
        "is_fused": float(place.is_fused),
        "n_gpus": float(len(tf.config.list_physical_devices("GPU"))),
    }
