"""The motivating example: outcomes of five tokens whose effects are known."""

from __future__ import annotations

import numpy as np
from sklearn.model_selection import train_test_split

from benchmarks.problem import Problem
from skembed.datasets import make_tokens

EFFECTS = {"a": -20.0, "b": -10.0, "c": 0.0, "d": 10.0, "e": 20.0}
NOISE = 2.0
N_ROWS = 10_000


def load(seed: int) -> Problem:
    """Draw the tokens, their outcomes, and a quarter of them for testing."""
    X, y = make_tokens(
        N_ROWS, effects=list(EFFECTS.values()), noise=NOISE, random_state=seed
    )
    train, test = train_test_split(np.arange(N_ROWS), test_size=0.25, random_state=seed)
    return Problem(
        name="tokens",
        note=f"outcome ~ Normal(effect of the token, {NOISE:g}); "
        f"tested on {len(test):,} rows.",
        X=X,
        y=y,
        categorical=["token"],
        quantities=[],
        splits=[(train, test)],
        repeats=3,
        true_means=X["token"].map(EFFECTS).to_numpy(),
    )
