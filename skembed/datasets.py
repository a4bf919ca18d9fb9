"""Generated tables whose truth is known."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from sklearn.utils import check_random_state

__all__ = ["make_tokens"]


def make_tokens(
    n_samples: int = 10_000,
    *,
    effects: Sequence[float] = (-20.0, -10.0, 0.0, 10.0, 20.0),
    noise: float = 2.0,
    random_state: Any = None,
) -> tuple[pd.DataFrame, pd.Series]:
    """Generate outcomes that depend on one token and on chance.

    Every observation has a token, drawn with equal probability, and an outcome drawn
    from Normal(effect of the token, `noise`).

    Parameters
    ----------
    n_samples : int, default=10_000
        The number of observations.
    effects : sequence of float, default=(-20.0, -10.0, 0.0, 10.0, 20.0)
        The effect of each token, in units of the outcome. The tokens are named "a",
        "b" and so on in the order of their effects as given; past 26 of them, "t0",
        "t1" and so on.
    noise : float, default=2.0
        Standard deviation of the outcomes of one token.
    random_state : int, RandomState instance or None, default=None
        Draws tokens and outcomes.

    Returns
    -------
    X : DataFrame of shape (n_samples, 1)
        The column "token".
    y : Series of shape (n_samples,)
        The outcomes.

    Examples
    --------
    >>> from skembed.datasets import make_tokens
    >>> X, y = make_tokens(1_000, random_state=0)
    >>> y.groupby(X["token"]).mean().round().astype(int).tolist()
    [-20, -10, 0, 10, 20]
    """
    rng = check_random_state(random_state)
    codes = rng.randint(len(effects), size=n_samples)
    outcomes = rng.normal(np.asarray(effects, dtype=np.float64)[codes], noise)
    X = pd.DataFrame({"token": np.array(_names(len(effects)))[codes]})
    return X, pd.Series(outcomes, name="outcome")


def _names(n_tokens: int) -> list[str]:
    if n_tokens <= 26:
        return [chr(ord("a") + i) for i in range(n_tokens)]
    return [f"t{i}" for i in range(n_tokens)]
