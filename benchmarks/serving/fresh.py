"""A server: ``python -m benchmarks.serving.fresh FOLDER METHOD N_ROWS IS_EXACT``.

It imports nothing that it does not need before its first prediction, since that is
timed. What it measures it writes to the folder.
"""

from __future__ import annotations

import json
import pickle
import re
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

MODEL = "model.pickle"
FEW_ROWS = "few_rows.pickle"
ROWS = "rows.pickle"
PREDICTIONS = "predictions.npy"
MEASURED = "measured.json"
WARM_SECONDS = 2.0
HEAVY = ("tensorflow", "torch")


def main(folder: Path, method: str, n_batch_rows: int, is_exact: bool) -> None:
    """Serve one row, then rows one by one, then many at once.

    Parameters
    ----------
    folder : Path
        What `benchmarks.serving.fitting.fit_and_pickle` wrote to.
    method : str
        What the model predicts with.
    n_batch_rows : int
        How many rows to predict at once.
    is_exact : bool
        Whether predictions have to be the same to the last bit.

    Raises
    ------
    ValueError
        If they are not what the fitted model predicted.
    """
    start = time.perf_counter()
    few_rows = _read(folder / FEW_ROWS)
    model = _read(folder / MODEL)
    loading_seconds = time.perf_counter() - start
    predict = getattr(model, method)
    predict(few_rows.iloc[[0]])
    measures = {
        "served_at": time.time(),
        "loading_seconds": loading_seconds,
        **_row_by_row(predict, few_rows),
        "megabytes": _peak_megabytes(),
        **_at_once(predict, folder, n_batch_rows, is_exact),
        "batch_megabytes": _peak_megabytes(),
        **{f"imports_{name}": float(name in sys.modules) for name in HEAVY},
    }
    (folder / MEASURED).write_text(json.dumps(measures), encoding="utf-8")


def _read(path: Path) -> Any:
    with path.open("rb") as file:
        return pickle.load(file)


def _row_by_row(predict: Callable[[Any], Any], few_rows: Any) -> dict[str, float]:
    """Predict each row on its own, as many as there is time for."""
    import numpy as np

    rows = [few_rows.iloc[[i]] for i in range(len(few_rows))]
    seconds: list[float] = []
    while rows and sum(seconds) < WARM_SECONDS:
        row = rows.pop()
        start = time.perf_counter()
        predict(row)
        seconds.append(time.perf_counter() - start)
    median, slow = np.quantile(seconds, [0.5, 0.95])
    return {"row_seconds": float(median), "slow_row_seconds": float(slow)}


def _at_once(
    predict: Callable[[Any], Any], folder: Path, n_rows: int, is_exact: bool
) -> dict[str, float]:
    """Predict many rows, by the clock and by all threads together."""
    import numpy as np

    rows = _read(folder / ROWS)
    _check(predict(rows), np.load(folder / PREDICTIONS), is_exact)
    batch = rows.sample(n_rows, replace=True, random_state=0, ignore_index=True)
    wall, cpu = time.perf_counter(), time.process_time()
    predict(batch)
    return {
        "batch_seconds": time.perf_counter() - wall,
        "batch_cpu_seconds": time.process_time() - cpu,
        "n_batch_rows": n_rows,
    }


def _check(served: Any, fitted: Any, is_exact: bool) -> None:
    import numpy as np

    is_same = np.array_equal if is_exact else np.allclose
    if not is_same(served, fitted):
        gap = np.abs(served - fitted).max()
        raise ValueError(f"predictions differ by up to {gap:.3g} after unpickling")


def _peak_megabytes() -> float:
    """Return the most memory that this process has held.

    Where Linux tells it, without what its parent held, which getrusage counts.
    """
    status = Path("/proc/self/status")
    if status.exists():
        found = re.search(r"VmHWM:\s*(\d+) kB", status.read_text(encoding="utf-8"))
        if found is not None:
            return int(found[1]) * 1024 / 1e6
    from benchmarks.own_process import peak_megabytes

    return peak_megabytes()


if __name__ == "__main__":
    _folder, _method, _n_batch_rows, _is_exact = sys.argv[1:]
    main(Path(_folder), _method, int(_n_batch_rows), _is_exact == "True")
