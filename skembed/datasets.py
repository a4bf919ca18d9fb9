"""Generated tables whose truth is known."""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Integral
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import softmax
from sklearn.utils import check_random_state

from skembed._truth import Truth

__all__ = ["Truth", "make_classes", "make_effects", "make_tokens"]

LETTERS = "abcdefghijklmnopqrstuvwxyz"
COEFFICIENT_SCALE = 0.5


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
    X = pd.DataFrame({"token": np.array(_names(len(effects), "t"))[codes]})
    return X, pd.Series(outcomes, name="outcome")


def make_effects(
    n_samples: int = 10_000,
    *,
    n_levels: Sequence[int] = (150, 30),
    n_quantities: int = 0,
    effect_scale: float = 1.0,
    interaction_scale: float = 0.0,
    latent_dim: int = 2,
    slope_scale: float = 0.0,
    zipf: float = 0.0,
    noise: float = 1.0,
    return_mean: bool = False,
    return_truth: bool = False,
    random_state: Any = None,
) -> tuple[Any, ...]:
    """Generate outcomes that depend on the levels of columns and on quantities.

    The outcome is a sum of

    - an effect of each column's level, drawn from Normal(0, `effect_scale`);
    - for each pair of columns, the scalar product of their levels' latent vectors,
      which are standard normal, scaled so that all pairs together have variance
      ``interaction_scale ** 2``;
    - for each quantity, which is standard normal, its coefficient times it; the
      coefficients are drawn from Normal(0, 0.5);
    - a slope of the first column's level, drawn from Normal(0, `slope_scale`), times
      the first quantity;
    - noise, drawn from Normal(0, `noise`).

    Parameters
    ----------
    n_samples : int, default=10_000
        The number of observations.
    n_levels : sequence of int, default=(150, 30)
        The number of levels of each column, of which rare ones may stay undrawn.
    n_quantities : int, default=0
        The number of quantities.
    effect_scale : float, default=1.0
        Standard deviation of the levels' effects, in units of the outcome.
    interaction_scale : float, default=0.0
        Standard deviation of what pairs of levels add. Needs two columns.
    latent_dim : int, default=2
        Length of the levels' latent vectors.
    slope_scale : float, default=0.0
        Standard deviation of the slopes. Needs a quantity.
    zipf : float, default=0.0
        How uneven the levels' frequencies are: that of a column's k-th level is
        proportional to ``k ** -zipf``.
    noise : float, default=1.0
        Standard deviation of outcomes of the same features.
    return_mean : bool, default=False
        Whether to return the outcomes' expectations, too.
    return_truth : bool, default=False
        Whether to return what outcomes are made of, too.
    random_state : int, RandomState instance or None, default=None
        Draws first the truth, then the observations: tables that differ only in
        `n_samples`, `zipf` or `noise` share the truth of an integer.

    Returns
    -------
    X : DataFrame of shape (n_samples, n_columns + n_quantities)
        The columns "a", "b" and so on (past 26 of them "c0", "c1" and so on) of levels
        "a0", "a1" and so on, and the quantities "x0", "x1" and so on.
    y : Series of shape (n_samples,)
        The outcomes.
    mean : ndarray of shape (n_samples,)
        Their expectations given X. Only if `return_mean` is true.
    truth : Truth
        Effects, vectors, coefficients and slopes, and how far levels are apart. Only if
        `return_truth` is true.

    Raises
    ------
    ValueError
        If a number of levels, a scale or the like is out of range, or if there are too
        few columns for interactions or quantities for slopes.

    Examples
    --------
    >>> from skembed.datasets import make_effects
    >>> X, y, mean = make_effects(
    ...     1_000, n_levels=(100, 20), n_quantities=1, return_mean=True, random_state=0
    ... )
    >>> X.columns.tolist()
    ['a', 'b', 'x0']
    >>> X["a"].nunique(), X["b"].nunique()
    (100, 20)
    >>> round(float((y - mean).std()), 1)
    1.0
    """
    _check_sizes(n_samples, n_levels, n_quantities, latent_dim)
    _check_scales(effect_scale, interaction_scale, slope_scale, zipf, noise)
    _check_company(n_levels, n_quantities, interaction_scale, slope_scale)
    rng = check_random_state(random_state)
    truth = _draw_truth(
        rng,
        n_levels,
        n_quantities,
        latent_dim,
        (effect_scale, interaction_scale, slope_scale),
    )
    codes, quantities = _draw_rows(rng, n_samples, n_levels, n_quantities, zipf)
    mean = truth.mean(codes, quantities)
    y = pd.Series(rng.normal(mean, noise), name="outcome")
    X = _as_frame(codes, quantities, truth)
    asked = [(mean, return_mean), (truth, return_truth)]
    return (X, y, *(value for value, is_asked in asked if is_asked))


def make_classes(
    n_samples: int = 10_000,
    *,
    n_classes: int = 2,
    n_levels: Sequence[int] = (150, 30),
    n_quantities: int = 0,
    effect_scale: float = 1.0,
    interaction_scale: float = 0.0,
    latent_dim: int = 2,
    slope_scale: float = 0.0,
    zipf: float = 0.0,
    intercept: float = 0.0,
    return_probabilities: bool = False,
    random_state: Any = None,
) -> tuple[Any, ...]:
    """Generate classes whose odds depend on the levels of columns and on quantities.

    The log-odds of each class to the first are what outcomes are in `make_effects`, but
    for the noise: a truth is drawn for each class but the first.

    Parameters
    ----------
    n_samples : int, default=10_000
        The number of observations.
    n_classes : int, default=2
        The number of classes.
    n_levels : sequence of int, default=(150, 30)
        The number of levels of each column.
    n_quantities : int, default=0
        The number of quantities.
    effect_scale : float, default=1.0
        Standard deviation of the levels' effects on the log-odds of each class.
    interaction_scale : float, default=0.0
        Standard deviation of what pairs of levels add to them.
    latent_dim : int, default=2
        Length of the levels' latent vectors.
    slope_scale : float, default=0.0
        Standard deviation of the slopes of the first column's levels.
    zipf : float, default=0.0
        How uneven the levels' frequencies are.
    intercept : float, default=0.0
        What is added to the log-odds of all classes but the first: they are rare where
        it is far below zero.
    return_probabilities : bool, default=False
        Whether to return the classes' probabilities, too.
    random_state : int, RandomState instance or None, default=None
        Draws first the truth, then the observations.

    Returns
    -------
    X : DataFrame of shape (n_samples, n_columns + n_quantities)
        See `make_effects`.
    y : Series of shape (n_samples,)
        The classes, numbered from 0.
    probabilities : ndarray of shape (n_samples, n_classes)
        Only if `return_probabilities` is true.

    Raises
    ------
    ValueError
        See `make_effects`; or if there are fewer than two classes.

    Examples
    --------
    >>> from skembed.datasets import make_classes
    >>> X, y, probabilities = make_classes(
    ...     1_000, n_classes=3, return_probabilities=True, random_state=0
    ... )
    >>> probabilities.shape
    (1000, 3)
    >>> sorted(y.unique().tolist())
    [0, 1, 2]
    """
    _check_whole("n_classes", n_classes, at_least=2)
    _check_sizes(n_samples, n_levels, n_quantities, latent_dim)
    _check_scales(effect_scale, interaction_scale, slope_scale, zipf, noise=0.0)
    _check_company(n_levels, n_quantities, interaction_scale, slope_scale)
    rng = check_random_state(random_state)
    scales = effect_scale, interaction_scale, slope_scale
    truths = [
        _draw_truth(rng, n_levels, n_quantities, latent_dim, scales)
        for _ in range(n_classes - 1)
    ]
    codes, quantities = _draw_rows(rng, n_samples, n_levels, n_quantities, zipf)
    odds = [intercept + truth.mean(codes, quantities) for truth in truths]
    probabilities = softmax(np.column_stack([np.zeros(n_samples), *odds]), axis=1)
    drawn = probabilities.cumsum(axis=1) < rng.uniform(size=(n_samples, 1))
    y = pd.Series(drawn[:, :-1].sum(axis=1), name="class")
    X = _as_frame(codes, quantities, truths[0])
    return (X, y, probabilities) if return_probabilities else (X, y)


def _draw_truth(
    rng: np.random.RandomState,
    n_levels: Sequence[int],
    n_quantities: int,
    latent_dim: int,
    scales: tuple[float, float, float],
) -> Truth:
    """Draw as many numbers whatever the scales are, which are factors only."""
    effect_scale, interaction_scale, slope_scale = scales
    n_pairs = len(n_levels) * (len(n_levels) - 1) / 2
    length = (interaction_scale**2 / (latent_dim * max(n_pairs, 1))) ** 0.25
    return Truth(
        columns=_names(len(n_levels), "c"),
        effects=[effect_scale * rng.normal(size=n) for n in n_levels],
        vectors=[length * rng.normal(size=(n, latent_dim)) for n in n_levels],
        coefficients=COEFFICIENT_SCALE * rng.normal(size=n_quantities),
        slopes=slope_scale * rng.normal(size=n_levels[0]),
    )


def _draw_rows(
    rng: np.random.RandomState,
    n_samples: int,
    n_levels: Sequence[int],
    n_quantities: int,
    zipf: float,
) -> tuple[list[np.ndarray], np.ndarray]:
    codes = [rng.choice(n, n_samples, p=_frequencies(n, zipf)) for n in n_levels]
    return codes, rng.normal(size=(n_samples, n_quantities))


def _frequencies(n_levels: int, zipf: float) -> np.ndarray:
    weights = np.arange(1, n_levels + 1) ** -float(zipf)
    return weights / weights.sum()


def _as_frame(
    codes: list[np.ndarray], quantities: np.ndarray, truth: Truth
) -> pd.DataFrame:
    columns = {
        name: pd.Series(truth.levels(name)[column], dtype="str")
        for name, column in zip(truth.columns, codes, strict=True)
    }
    measured = {f"x{j}": column for j, column in enumerate(quantities.T)}
    return pd.DataFrame(columns | measured)


def _names(n: int, prefix: str) -> list[str]:
    """Name things by a letter each, or past 26 of them by a prefix and a number."""
    if n <= len(LETTERS):
        return list(LETTERS[:n])
    return [f"{prefix}{i}" for i in range(n)]


def _check_sizes(
    n_samples: int, n_levels: Sequence[int], n_quantities: int, latent_dim: int
) -> None:
    if isinstance(n_levels, Integral) or not len(n_levels):
        raise ValueError(
            "n_levels lists the number of levels of each column, as in (150, 30); "
            f"got {n_levels!r}"
        )
    _check_whole("n_samples", n_samples, at_least=1)
    for n in n_levels:
        _check_whole("each of n_levels", n, at_least=1)
    _check_whole("n_quantities", n_quantities, at_least=0)
    _check_whole("latent_dim", latent_dim, at_least=1)


def _check_whole(name: str, number: Any, at_least: int) -> None:
    if not isinstance(number, Integral) or number < at_least:
        raise ValueError(
            f"{name} must be a whole number, at least {at_least}; got {number!r}"
        )


def _check_scales(
    effect_scale: float,
    interaction_scale: float,
    slope_scale: float,
    zipf: float,
    noise: float,
) -> None:
    for name, scale in locals().items():
        if not (np.isfinite(scale) and scale >= 0):
            raise ValueError(f"{name} must be finite and not negative; got {scale!r}")


def _check_company(
    n_levels: Sequence[int],
    n_quantities: int,
    interaction_scale: float,
    slope_scale: float,
) -> None:
    if interaction_scale > 0 and len(n_levels) < 2:
        raise ValueError(
            "interactions are of pairs of columns, but n_levels has only one; add "
            "another or set interaction_scale=0"
        )
    if slope_scale > 0 and n_quantities < 1:
        raise ValueError(
            "slopes are effects of a quantity, but there is none; set n_quantities to "
            "1 or more, or slope_scale=0"
        )
