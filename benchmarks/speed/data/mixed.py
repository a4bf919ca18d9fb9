"""A table of three columns of strings and two quantities, and its network's sizes."""

from __future__ import annotations

import numpy as np
import pandas as pd

from benchmarks.speed.race import SEED, fewer

N_LEVELS = {"region": 20, "shop": 200, "product": 2_000}
CATEGORICAL = list(N_LEVELS)
QUANTITIES = ["price", "weight"]
N_ROWS = 20_000
NOISE = 1.0


def load(is_quick: bool) -> tuple[pd.DataFrame, np.ndarray]:
    """Draw the table and a target that adds up the effects of its columns."""
    rng = np.random.default_rng(SEED)
    n_rows = fewer(N_ROWS, is_quick)
    y = rng.normal(0, NOISE, n_rows)
    columns = {}
    for name, n_levels in N_LEVELS.items():
        codes = rng.integers(n_levels, size=n_rows)
        y += rng.normal(size=n_levels)[codes]
        columns[name] = np.array([f"{name}_{i:04d}" for i in range(n_levels)])[codes]
    for name in QUANTITIES:
        columns[name] = rng.normal(size=n_rows)
        y += columns[name]
    return pd.DataFrame(columns), y
