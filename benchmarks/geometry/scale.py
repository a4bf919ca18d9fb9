"""What questions cost where there are many levels."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter

import numpy as np
import pandas as pd
from sklearn.neighbors import NearestNeighbors

from skembed._columns import as_table, read_columns
from skembed._similarity import Space, make_space, nearest, neighbors_of_all
from skembed._vocabulary import learn_vocabulary

N_DIMS = 32
N_NEAREST = 10
OURS = "skembed"


@dataclass(frozen=True)
class Question:
    """What is asked of a table of vectors.

    Attributes
    ----------
    name : str
        As the command line calls it.
    label, rival, asked : str
        As the report calls it, with a place for the number of levels; what it is
        compared with, and how it is to compare.
    n_levels : int
        How many vectors there are.
    laps : int
        How often both take their turn.
    prepare : callable
        ``prepare(space)`` returns the rival's function and ours.
    """

    name: str
    label: str
    rival: str
    asked: str
    n_levels: int
    laps: int
    prepare: Callable[[Space], tuple[Callable[[], object], Callable[[], object]]]

    def measure(self, shrink: int) -> dict[str, float]:
        """Return the median seconds of both on one level in so many."""
        n_levels = self.n_levels // shrink
        theirs, ours = _in_turns(*self.prepare(_space(n_levels)), self.laps)
        return {"n_levels": n_levels, "our_seconds": ours, "rival_seconds": theirs}


def one_query(space: Space) -> tuple[Callable[[], object], Callable[[], object]]:
    """Compare the ten nearest of one level with one pass over the table."""
    token = space.vocabulary.levels[len(space.points) // 2]

    def ask() -> None:
        place = space.position(token)
        squares = space.squares_from(space.points[place])
        space.table(squares, nearest(squares, N_NEAREST, first=place))

    ask()
    return space.points.sum, ask


def all_neighbors(space: Space) -> tuple[Callable[[], object], Callable[[], object]]:
    """Compare the ten nearest of every level with scikit-learn's brute force."""
    search = NearestNeighbors(algorithm="brute", n_jobs=-1)

    def brute_force() -> None:
        search.fit(space.points).kneighbors(space.points, N_NEAREST + 1)

    return brute_force, lambda: neighbors_of_all(space, N_NEAREST)


QUESTIONS = (
    Question(
        "one_query",
        "10 nearest of one of {:,.0f} levels",
        "one pass (sum)",
        "ours <= 3 times",
        1_000_000,
        7,
        one_query,
    ),
    Question(
        "all_neighbors",
        "10 nearest of each of {:,.0f} levels",
        "NearestNeighbors, brute force",
        "ours < 1",
        100_000,
        3,
        all_neighbors,
    ),
)


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
