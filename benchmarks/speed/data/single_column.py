"""A table of one column of tokens whose effects are drawn."""

from __future__ import annotations

import numpy as np
import pandas as pd

from benchmarks.speed.race import SEED, fewer

N_TRAIN = 1_000_000
N_TEST = 200_000
SPREAD = 10.0  # standard deviation of the effects
NOISE = 10.0


class SingleColumn:
    """Rows to train on and rows to score, of the one column "token".

    Parameters
    ----------
    n_tokens : int
        How many different ones, all of the same probability.
    dtype : str or None
        What they are turned into; None is how pandas stores strings.
    is_quick : bool
        Whether to take few rows.

    Attributes
    ----------
    X, X_test : DataFrame
        The tokens.
    y, y_test : ndarray
        Normal(effect of the token, NOISE).
    """

    def __init__(self, n_tokens: int, dtype: str | None, is_quick: bool) -> None:
        rng = np.random.default_rng(SEED)
        n_train, n_test = fewer(N_TRAIN, is_quick), fewer(N_TEST, is_quick)
        effects = rng.normal(0, SPREAD, n_tokens)
        codes = rng.integers(n_tokens, size=n_train + n_test, dtype=np.int32)
        y = rng.normal(effects[codes], NOISE)
        self._names = np.array([f"token_{i:05d}" for i in range(n_tokens)])
        self._dtype = dtype
        self._codes = codes[:n_train]
        self.X, self.y = self._frame(self._codes), y[:n_train]
        self.X_test, self.y_test = self._frame(codes[n_train:]), y[n_train:]

    def renew(self) -> None:
        """Make `X` of new strings: those that were hashed once remember their hash."""
        del self.X  # before its successor needs memory too
        self.X = self._frame(self._codes)

    def _frame(self, codes: np.ndarray) -> pd.DataFrame:
        # a string for every row, where an array of objects would share them
        frame = pd.DataFrame({"token": self._names[codes]})
        return frame if self._dtype is None else frame.astype(self._dtype)
