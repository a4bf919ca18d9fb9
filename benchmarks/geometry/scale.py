"""What questions cost where there are many levels."""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter

import numpy as np
import pandas as pd
from sklearn.neighbors import NearestNeighbors

from skembed._columns import as_table, read_columns
from skembed._similarity import Space, make_space, nearest, neighbors_of_all
from skembed._vocabulary import learn_vocabulary

N_DIMS = 32
N_NEAREST = 10
LAPS = 7


def one_query(n_levels: int) -> dict[str, object]:
    """Compare the ten nearest of one level with one pass over the table."""
    space = _space(n_levels)
    token = space.vocabulary.levels[n_levels // 2]

    def ask() -> None:
        place = space.position(token)
        squares = space.squares_from(space.points[place])
        space.table(squares, nearest(squares, N_NEAREST, first=place))

    ask()
    seconds = _in_turns(space.points.sum, ask, LAPS)
    what = f"10 nearest of one of {n_levels:,} levels"
    return _row(what, "one pass (sum)", *seconds, "ours <= 3 times")


def all_neighbors(n_levels: int) -> dict[str, object]:
    """Compare the ten nearest of every level with scikit-learn's brute force."""
    space = _space(n_levels)
    search = NearestNeighbors(algorithm="brute", n_jobs=-1)

    def brute_force() -> None:
        search.fit(space.points).kneighbors(space.points, N_NEAREST + 1)

    seconds = _in_turns(brute_force, lambda: neighbors_of_all(space, N_NEAREST), laps=3)
    what = f"10 nearest of each of {n_levels:,} levels"
    return _row(what, "NearestNeighbors, brute force", *seconds, "ours < 1")


def _row(
    what: str, rival: str, theirs: float, ours: float, asked: str
) -> dict[str, object]:
    return {
        "what": what,
        "rival": rival,
        "rival s": theirs,
        "our s": ours,
        "ratio": ours / theirs,
        "asked": asked,
    }


def _space(n_levels: int) -> Space:
    """Draw vectors without any structure, the hardest case for a search."""
    X = pd.DataFrame({"level": np.arange(n_levels).astype(str)})
    vectors = np.random.default_rng(0).normal(size=(n_levels, N_DIMS))
    vocabulary = learn_vocabulary(read_columns(as_table(X))[0])
    return make_space(vocabulary, vectors.astype(np.float32), "euclidean")


def _in_turns(
    first: Callable[[], object], second: Callable[[], object], laps: int
) -> tuple[float, float]:
    """Return the median seconds of two functions that run in turns."""
    seconds = np.empty((laps, 2))
    for lap in range(laps):
        for i, run in enumerate((first, second)):
            start = perf_counter()
            run()
            seconds[lap, i] = perf_counter() - start
    medians = np.median(seconds, axis=0)
    return float(medians[0]), float(medians[1])
