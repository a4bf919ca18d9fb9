"""Scores of films, by director, type and the words of their plots."""

from __future__ import annotations

from benchmarks.problem import Problem
from benchmarks.problems import Declaration, Options
from benchmarks.problems._files import problem_of, read_data


def load(options: Options) -> Problem:
    """Read the films."""
    films = read_data("imdb.csv.gz", options)
    return problem_of("imdb", films, "score", ["director_id", "type_id"], options)


PROBLEMS = (Declaration("imdb", "score of films, 1 to 10", load, needs_data=True),)
