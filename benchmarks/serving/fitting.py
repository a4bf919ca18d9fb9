"""Fitting a contender, and leaving what a server needs in a folder."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.contenders import Contender
from benchmarks.problems import Declaration, Options
from benchmarks.serving.fresh import FEW_ROWS, MODEL, PREDICTIONS, ROWS

N_FEW_ROWS = 200
SEED = 0


def fit_and_pickle(
    contender: Contender, declaration: Declaration, options: Options, folder: Path
) -> dict[str, float]:
    """Fit the first fold's training rows, and write the model and the test rows.

    Parameters
    ----------
    contender : Contender
        Who is fitted, with the first seed.
    declaration : Declaration
        The table.
    options : Options
        How much of it is taken.
    folder : Path
        Gets the model, some test rows to serve one after the other, all test rows, and
        what the model predicts for them.

    Returns
    -------
    dict of str to float
        The number of training rows, the megabytes of the model's file, and whether
        (1 or 0) it needed cloudpickle.
    """
    problem = declaration.load(options)
    train, test = problem.splits[0]
    X_test = problem.X.iloc[test].reset_index(drop=True)
    model = contender.make(problem, SEED)
    model.fit(problem.X.iloc[train], problem.y.iloc[train])
    pickled, needs_cloudpickle = _pickled(model)
    (folder / MODEL).write_bytes(pickled)
    (folder / ROWS).write_bytes(pickle.dumps(X_test))
    (folder / FEW_ROWS).write_bytes(pickle.dumps(X_test.head(N_FEW_ROWS)))
    np.save(folder / PREDICTIONS, getattr(model, declaration.task.method)(X_test))
    return {
        "n_train": len(train),
        "file_megabytes": len(pickled) / 1e6,
        "needs_cloudpickle": float(needs_cloudpickle),
    }


def _pickled(model: Any) -> tuple[bytes, bool]:
    """Pickle, by cloudpickle if pickle cannot, whose error is raised if both cannot."""
    try:
        return pickle.dumps(model), False
    except Exception as error:  # libraries raise what they like
        try:
            import cloudpickle

            return cloudpickle.dumps(model), True
        except Exception:
            raise error from None
