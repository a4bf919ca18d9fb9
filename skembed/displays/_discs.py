"""Levels as discs: areas by count, colours by effect."""

from __future__ import annotations

import numpy as np

from skembed.displays._ranges import widened

MANY = 300  # levels that no longer stand apart
ALPHA_OF_MANY = 0.6  # so that it shows where they are dense
# line width over diameter, so that edges of small discs are no blot
EDGE, EDGE_OF_MANY = 0.06, 0.03


def disc_edge(n_levels: int) -> float:
    """Return the width of discs' edges over their diameter."""
    return EDGE if n_levels < MANY else EDGE_OF_MANY


def disc_alpha(n_levels: int) -> float:
    """Return how opaque discs are."""
    return 1.0 if n_levels < MANY else ALPHA_OF_MANY


def disc_areas(counts: np.ndarray, all_counts: np.ndarray) -> np.ndarray:
    """Return areas that grow with the root of the count, smaller where many are.

    Parameters
    ----------
    counts : ndarray of shape (n,)
        Of those to draw.
    all_counts : ndarray of shape (n_levels,)
        Of all levels.

    Returns
    -------
    ndarray of shape (n,)
        In square points.
    """
    n_levels = len(all_counts)
    smallest = np.clip(2_000 / n_levels, 4, 40)
    largest = np.clip(9_000 / n_levels, 150, 420)
    share = np.sqrt(counts / max(all_counts.max(), 1))
    return np.asarray(smallest + (largest - smallest) * share)


def round_counts(counts: np.ndarray) -> np.ndarray:
    """Return up to three round numbers from the range of some counts."""
    exponents = np.arange(-3, 16)
    steps = np.outer(10.0**exponents, (1, 2, 5)).ravel()
    within = steps[(steps >= counts.min()) & (steps <= counts.max())]
    if not len(within):
        return counts[:1]
    return np.unique(within[[0, len(within) // 2, -1]])


def color_limits(effects: np.ndarray, least: float = 0.0) -> tuple[float, float]:
    """Return the range of colours, beyond which is at most one effect in a hundred.

    Parameters
    ----------
    effects : ndarray of shape (n_levels,)
        What colours stand for.
    least : float, default=0.0
        The least width of the range.

    Returns
    -------
    low, high : float
        Its ends.
    """
    beyond = 0.0 if len(effects) < MANY else 0.005
    low, high = np.quantile(effects, (beyond, 1 - beyond))
    return widened(float(low), float(high), least)
