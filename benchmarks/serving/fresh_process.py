"""Starting Python anew with a fitted model, and reading what it measured."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

from benchmarks.own_process import NotMeasuredError
from benchmarks.serving.fresh import MEASURED

LIMIT = 300.0  # seconds


def serve(
    folder: Path, method: str, n_batch_rows: int, is_exact: bool
) -> dict[str, float]:
    """Have a new process serve a model.

    Parameters
    ----------
    folder : Path
        What `benchmarks.serving.fitting.fit_and_pickle` wrote to.
    method : str
        What the model predicts with.
    n_batch_rows : int
        How many rows to predict at once.
    is_exact : bool
        Whether predictions have to be those of the fitted model to the last bit.

    Returns
    -------
    dict of str to float
        What the process measured, and the seconds from its start to its first
        prediction.

    Raises
    ------
    NotMeasuredError
        If it failed, predicted something else, or took too long.
    """
    arguments = [folder, method, n_batch_rows, is_exact]
    command = [sys.executable, "-m", "benchmarks.serving.fresh", *map(str, arguments)]
    # only the system's clock is the same in two processes
    start = time.time()
    try:
        subprocess.run(
            command, capture_output=True, text=True, check=True, timeout=LIMIT
        )
    except subprocess.TimeoutExpired:
        raise NotMeasuredError(f"given up after {LIMIT:.0f} s") from None
    except subprocess.CalledProcessError as error:
        raise NotMeasuredError(error.stderr or "its process was killed") from None
    measures = json.loads((folder / MEASURED).read_text(encoding="utf-8"))
    return {"cold_seconds": measures.pop("served_at") - start, **measures}
