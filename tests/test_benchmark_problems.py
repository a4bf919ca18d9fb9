"""Problems are what they declare, and rows are tested on once."""

from dataclasses import replace

import numpy as np
import pytest
from sklearn.model_selection import KFold

from benchmarks.measures import CLASSES, NUMBERS, task_of
from benchmarks.problems import Options, all_problems, flights
from benchmarks.problems._folds import folds_of, largest_column
from benchmarks.problems.classes import load_late

PROBLEMS = {problem.name: problem for problem in all_problems()}
OPTIONS, QUICK = Options(), Options(is_quick=True)


def additive():
    return PROBLEMS["additive_150"].load(QUICK)


def test_names_are_unique():
    assert len(PROBLEMS) == len(all_problems())


GENERATED = [
    problem
    for problem in all_problems()
    if problem.note.startswith("generated") or problem.is_sweep
]


@pytest.mark.parametrize("declared", GENERATED, ids=lambda problem: problem.name)
def test_problems_are_as_declared(declared):
    problem = declared.load(QUICK)
    assert problem.name == declared.name
    assert len(problem.splits) == declared.n_splits(QUICK)
    assert task_of(problem) == declared.task
    assert problem.X.columns.tolist() == problem.categorical + problem.quantities
    for train, test in problem.splits:
        assert not set(train) & set(test)
        if declared.task == CLASSES:
            assert set(problem.y.iloc[train]) == set(range(problem.y.max() + 1))


def test_unseen_levels_are_unseen():
    problem = PROBLEMS["unseen:additive_4000"].load(QUICK)
    column = problem.X[largest_column(problem)]
    assert largest_column(problem) == "a"
    for train, test in problem.splits:
        assert not set(column.iloc[train]) & set(column.iloc[test])


def test_folds_are_those_that_were_published():
    X = additive().X
    for ours, expected in zip(
        folds_of(X, OPTIONS),
        KFold(5, shuffle=True, random_state=0).split(X),
        strict=True,
    ):
        assert np.array_equal(ours[1], expected[1])
    assert len(folds_of(X, QUICK)) == 2


def test_whole_numbers_are_no_classes_unless_they_are_integers():
    problem = additive()
    whole = replace(problem, y=problem.y.round())
    assert task_of(whole) == NUMBERS
    assert task_of(replace(problem, y=whole.y.astype(int))) == CLASSES


def test_late_flights_are_those_of_the_other_problems():
    late, delays = load_late(QUICK), flights.load("arr_delay", QUICK)
    assert late.X.equals(delays.X)
    assert late.y.tolist() == [int(delay > 15) for delay in delays.y]
    assert PROBLEMS[late.name].task == task_of(late) == CLASSES
    for ours, expected in zip(late.splits, delays.splits, strict=True):
        assert np.array_equal(ours[1], expected[1])
