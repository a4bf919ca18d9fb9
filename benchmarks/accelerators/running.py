"""Fitting in processes of their own, on the processor and where it is chosen."""

from __future__ import annotations

import os
from collections.abc import Callable
from time import perf_counter

from tqdm import tqdm

from benchmarks.accelerators.jobs import WARM_UP, Job
from benchmarks.own_process import NotMeasuredError, OwnProcess
from benchmarks.progress import step
from benchmarks.results_file import Cell, ResultsFile

BENCHMARK = "accelerators"
PROCESSOR, CHOSEN = "processor", "skembed"
LIMIT = 900.0  # seconds


def run_missing(
    cells: dict[Cell, Job],
    file: ResultsFile,
    bar: tqdm,
    new_process: Callable[[], OwnProcess] = OwnProcess,
) -> None:
    """Fit what is not in the file yet.

    Parameters
    ----------
    cells : dict of Cell to Job
        What to fit; the contender says where.
    file : ResultsFile
        Gets each cell as soon as it is done, or the reason why it is not.
    bar : tqdm
        Gets a step for each cell.
    new_process : callable
        Returns a process for each fit.
    """
    for cell, job in cells.items():
        with step(bar, f"{cell.table}: {cell.contender}, lap {cell.seed}"):
            process = new_process()
            try:
                process.ask(fit, job, cell.contender == PROCESSOR)
                file.append(cell, process.answer(LIMIT))
            except NotMeasuredError as error:
                file.append_failure(cell, str(error))
            finally:
                process.stop()


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
