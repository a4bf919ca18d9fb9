"""A table of integer columns in which a few levels are frequent and most are rare."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from benchmarks.speed.race import SEED, fewer

N_ROWS = 1_000_000
N_LEVELS = (100, 1_000, 100_000)
N_QUANTITIES = 4
EXPONENT = 1.1  # a level's frequency is its rank to the power of minus this
NOISE = 1.0


@dataclass(frozen=True, eq=False)
class Zipf:
    """The table in parts: codes of levels, standard normal quantities, the target."""

    codes: np.ndarray
    quantities: np.ndarray
    y: np.ndarray

    @property
    def categorical(self) -> list[str]:
        """The names of the columns of codes in `frame`."""
        return [f"level_{j}" for j in range(self.codes.shape[1])]

    @property
    def frame(self) -> pd.DataFrame:
        """The parts side by side."""
        levels = pd.DataFrame(self.codes, columns=self.categorical)
        return pd.concat(
            [levels, pd.DataFrame(self.quantities).add_prefix("quantity_")], axis=1
        )


def load(is_quick: bool) -> Zipf:
    """Draw the table and a target that adds up the effects of its columns."""
    rng = np.random.default_rng(SEED)
    n_rows = fewer(N_ROWS, is_quick)
    codes = np.column_stack([_ranks(n, n_rows, rng) for n in N_LEVELS])
    quantities = rng.normal(size=(n_rows, N_QUANTITIES)).astype(np.float32)
    y = rng.normal(0, NOISE, n_rows) + quantities.sum(axis=1)
    for n_levels, column in zip(N_LEVELS, codes.T, strict=True):
        y += rng.normal(size=n_levels)[column]
    return Zipf(codes, quantities, y.astype(np.float32))


def _ranks(n_levels: int, n_rows: int, rng: np.random.Generator) -> np.ndarray:
    frequency = np.arange(1, n_levels + 1) ** -EXPONENT
    return rng.choice(n_levels, size=n_rows, p=frequency / frequency.sum())
