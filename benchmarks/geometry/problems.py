"""Generated tables on which distances are compared with the truth."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from skembed.datasets import Truth, make_effects

N_LEVELS = 150
COLUMN = "a"


@dataclass(frozen=True, eq=False)
class Case:
    """A kind of table.

    Attributes
    ----------
    name : str
        As the command line calls it.
    label : str
        As the report calls it.
    rows_per_level : int
        Of the first column, which has 150 levels.
    noise : float
        Its standard deviation.
    others : tuple of int
        How many levels the other columns have.
    truth : dict
        Parameters of `make_effects`.
    """

    name: str
    label: str
    rows_per_level: int
    noise: float
    others: tuple[int, ...] = ()
    truth: dict[str, Any] = field(default_factory=dict)

    def make(self, seed: int) -> tuple[pd.DataFrame, pd.Series, Truth]:
        """Draw a table."""
        return make_effects(
            N_LEVELS * self.rows_per_level,
            n_levels=(N_LEVELS, *self.others),
            noise=self.noise,
            return_truth=True,
            random_state=seed,
            **self.truth,
        )


def _interactive(name: str, label: str, rows: int, noise: float, **truth: Any) -> Case:
    others = truth.pop("others", (30,))
    whole = {"interaction_scale": 1.0, **truth}
    return Case(
        f"interactive_{name}", f"interactive, {label}", rows, noise, others, whole
    )


CASES = [
    Case("additive_30", "additive, 30 rows a level, noise .5", 30, 0.5),
    Case("additive_7", "additive, 7 rows, noise .5", 7, 0.5),
    Case("additive_7_noisy", "additive, 7 rows, noise 1", 7, 1.0),
    Case(
        "additive_zipf",
        "additive, 20 rows, Zipf, 2 columns",
        20,
        1.0,
        (30,),
        {"zipf": 1.0},
    ),
    _interactive("1d", "1 dimension, 30 rows", 30, 0.5, latent_dim=1),
    _interactive("2d", "2 dimensions, 30 rows", 30, 0.5),
    _interactive("2d_noisy", "2 dimensions, 30 rows, noise 1", 30, 1.0),
    _interactive("3d", "3 dimensions, 60 rows", 60, 0.5, latent_dim=3),
    _interactive("no_effects", "no effects, 30 rows", 30, 0.5, effect_scale=0.1),
    _interactive("3_columns", "3 columns, 60 rows", 60, 0.5, others=(30, 20)),
    Case(
        "slopes",
        "slopes, 30 rows",
        30,
        0.5,
        (30,),
        {"n_quantities": 1, "slope_scale": 1.0},
    ),
]


def levels_drawn(X: pd.DataFrame, truth: Truth) -> np.ndarray:
    """Return the levels of the first column that occur, in their order."""
    drawn = np.unique(truth.codes(X, COLUMN))
    return np.asarray(truth.levels(COLUMN)[drawn])
