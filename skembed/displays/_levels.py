"""Which levels of a column are shown, and how they are written."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import pandas as pd

from skembed._spelling import close_spellings
from skembed.exceptions import UnknownLevelError

if TYPE_CHECKING:
    from skembed._estimator import EmbeddingEstimator
    from skembed._vocabulary import Vocabulary

Wanted: TypeAlias = Sequence[Hashable] | np.ndarray | int | None  # levels to show
HOW_MANY = (int, np.integer, type(None))  # by count, unless levels are named

LONGEST_NAME = 28  # characters
LONGEST_IN_TITLE = 20


def vocabulary_of(estimator: EmbeddingEstimator, column: Hashable | None) -> Vocabulary:
    """Return a column's name, levels and counts; raise if it is not categorical."""
    return estimator._categorical(column)[1]


def choose_levels(
    levels: np.ndarray, counts: np.ndarray, wanted: Wanted, default: int
) -> np.ndarray:
    """Return the positions of the levels to show.

    Parameters
    ----------
    levels : ndarray of shape (n_levels,)
        All of them.
    counts : ndarray of shape (n_levels,)
        How many rows each has.
    wanted : array-like of levels, int or None
        Levels by name, in their order; or how many of the most frequent.
    default : int
        How many None stands for.

    Returns
    -------
    ndarray of int
        By falling count, unless levels were named.

    Raises
    ------
    UnknownLevelError
        If there is no level of that name.
    """
    if isinstance(wanted, HOW_MANY):
        n_wanted = default if wanted is None else int(wanted)
        if n_wanted < 0:
            raise ValueError(f"A number of levels cannot be negative; got {wanted}.")
        return np.argsort(-counts, kind="stable")[:n_wanted]
    return positions_of(wanted, levels)


def choose_some_levels(
    levels: np.ndarray, counts: np.ndarray, wanted: Wanted, default: int
) -> np.ndarray:
    """Do as `choose_levels`, but raise if that leaves nothing to show."""
    chosen = choose_levels(levels, counts, wanted, default)
    if not len(chosen):
        raise ValueError(f"levels={wanted!r} leaves nothing to show: name a level.")
    return chosen


def positions_of(
    wanted: Sequence[Hashable] | np.ndarray, levels: np.ndarray
) -> np.ndarray:
    """Return where levels stand in an array of them; raise if one is not there."""
    if isinstance(wanted, str):
        raise TypeError(f"Levels are named in a list: pass [{wanted!r}].")
    wanted = np.asarray(wanted, dtype=object).tolist()
    places = {_key(level): i for i, level in enumerate(levels.tolist())}
    for level in wanted:
        if _key(level) not in places:
            raise UnknownLevelError(
                f"{level!r} is not one of the levels"
                f"{close_spellings(level, levels.tolist())}"
            )
    return np.array([places[_key(level)] for level in wanted], dtype=np.intp)


def _key(level: Hashable) -> Hashable:
    """Return what a level is looked up by: missing values are one."""
    return None if is_missing(level) else level


def is_missing(level: Hashable) -> bool:
    """Say whether a level stands for missing values."""
    return bool(pd.api.types.is_scalar(level) and pd.isna(level))


def full_name(level: Any) -> str:
    """Write a level in full.

    Whole numbers that are floats for the sake of a missing value are written as such.
    """
    if is_missing(level):
        return "missing"
    return f"{level:.15g}" if isinstance(level, float) else str(level) or "''"


def level_name(level: Any, longest: int = LONGEST_NAME) -> str:
    """Write a level on one short line."""
    name = " ".join(full_name(level).split()) or repr(level)
    if len(name) <= longest:
        return name
    half = longest // 2  # names that begin alike may differ at the end
    return f"{name[:half]}\N{HORIZONTAL ELLIPSIS}{name[half + 1 - longest :]}"


def title_name(level: Any) -> str:
    """Write a level or a column so that a title has room for it."""
    return level_name(level, LONGEST_IN_TITLE)


def level_names(levels: Sequence[Any] | np.ndarray | pd.Index) -> list[str]:
    """Write each level on one short line."""
    return [level_name(level) for level in levels]


def count_levels(n_levels: int) -> str:
    """Write a number of levels."""
    return f"{n_levels:,} level{'' if n_levels == 1 else 's'}"


def describe_choice(n_shown: int, n_levels: int, are_frequent: bool) -> str:
    """Say how many levels are shown of how many there are, and whether by count."""
    if n_shown == n_levels:
        return count_levels(n_levels)
    number = "" if n_shown == 1 else f"{n_shown:,} "
    shown = f"the {number}most frequent" if are_frequent else f"{n_shown:,}"
    return f"{shown} of {count_levels(n_levels)}"


def write_count(count: float) -> str:
    """Write a count, which is a sum of weights and need not be whole."""
    return f"{count:,.0f}" if float(count).is_integer() else f"{count:,.4g}"
