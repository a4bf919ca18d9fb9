"""Cells are run once, on the same folds for all, each contender in its own process."""

import os
import pickle
import time
from dataclasses import replace

import numpy as np
import pytest
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.metrics import mean_squared_error

from benchmarks.accuracy import running
from benchmarks.accuracy.reliability import pooled
from benchmarks.accuracy.running import Plan, run_missing
from benchmarks.contenders import Contender, all_contenders, mean
from benchmarks.measures import CLASSES
from benchmarks.own_process import NotMeasuredError, OwnProcess
from benchmarks.problem import Problem
from benchmarks.problems import Declaration, Options, all_problems
from benchmarks.problems._folds import folds_of
from benchmarks.progress import progress_bar
from benchmarks.results_file import ResultsFile
from skembed.datasets import make_classes, make_effects

OPTIONS, QUICK = Options(), Options(is_quick=True)


class ThisProcess:
    """Calls functions as a process of their own would, but here."""

    def ask(self, function, *arguments):
        self._call = function, arguments

    def answer(self, limit):
        function, arguments = self._call
        try:
            return function(*arguments)
        except Exception as error:
            raise NotMeasuredError(f"{type(error).__name__}: {error}") from None

    def stop(self):
        pass


def make_problem(n_classes=None):
    sizes = {"n_levels": (30, 6), "n_quantities": 2, "random_state": 0}
    if n_classes is None:
        X, y, truth = make_effects(300, **sizes, return_mean=True)
    else:
        sizes |= {"n_classes": n_classes, "return_probabilities": True}
        X, y, truth = make_classes(300, **sizes)
    names, splits = X.columns.tolist(), folds_of(X, OPTIONS)
    return Problem("small", X, y, names[:2], names[2:], splits, true_means=truth)


SMALL = Declaration("small", "a small table", lambda options: make_problem())


class Recorder(DummyRegressor):
    """Predicts the mean, and remembers the rows that it was fitted on."""

    def __init__(self, seen=None, falls=False):
        super().__init__()
        self.seen = seen
        self.falls = falls

    def fit(self, X, y, sample_weight=None):
        if self.falls:
            raise RuntimeError("fell")
        if len(X) == 240:  # four of five folds, and no warm-up
            self.seen.append(X.index.tolist())
        return super().fit(X, y, sample_weight)


def recording(name, seen, falls=False, **parameters):
    return Contender(name, name, lambda *_: Recorder(seen, falls), **parameters)


def run(plans, path, new_process=ThisProcess):
    file = ResultsFile(path)
    with progress_bar(sum(len(file.missing(plan.cells())) for plan in plans)) as bar:
        run_missing(plans, file, bar, new_process)
    return file.cells("accuracy", "full")


def test_all_contenders_and_seeds_get_the_same_folds(tmp_path):
    theirs, ours = [], []
    contenders = [recording("a", theirs), recording("b", ours, is_ours=True)]
    cells = run([Plan(SMALL, contenders, OPTIONS, n_seeds=2)], tmp_path)
    expected = [train.tolist() for train, _ in make_problem().splits]
    assert theirs == expected
    assert ours == [rows for rows in expected for _ in range(2)]
    assert cells["fold"].tolist() == [f for f in range(5) for _ in range(3)]
    assert cells["seed"].tolist() == [0, 0, 1] * 5
    assert (cells["n_train"] + cells["n_test"] == 300).all()
    assert cells["floor"].mean() == pytest.approx(1, rel=0.2)


def test_a_run_goes_on_where_it_stopped(tmp_path):
    seen = []
    first = Plan(SMALL, [recording("a", seen)], OPTIONS, n_seeds=1)
    cells = run([first], tmp_path)
    path = tmp_path / "results.csv"
    text = path.read_text()
    third = text.index("small,a,0,3")
    path.write_text(text[: third + 100])  # interrupted
    seen.clear()
    again = run([first], tmp_path)
    assert len(seen) == 2
    assert again[["fold", "loss"]].equals(cells[["fold", "loss"]])
    seen.clear()
    run([first], tmp_path)
    assert seen == []
    more = replace(first, contenders=[recording("b", seen, is_ours=True)], n_seeds=2)
    assert len(run([first, more], tmp_path)) == 15
    assert len(seen) == 10


def test_quick_cells_do_not_count_as_full_ones(tmp_path):
    plan = Plan(SMALL, [recording("a", [])], OPTIONS, n_seeds=1)
    run([replace(plan, options=QUICK)], tmp_path)
    assert len(run([plan], tmp_path)) == 5
    assert len(ResultsFile(tmp_path).cells("accuracy", "quick")) == 2


def test_who_falls_is_named_is_out_and_the_others_run_on(tmp_path):
    contenders = [recording("a", [], falls=True), recording("b", [])]
    plan = Plan(SMALL, contenders, OPTIONS, n_seeds=1)
    cells = run([plan], tmp_path)
    assert cells["contender"].tolist() == ["b"] * 5
    file = ResultsFile(tmp_path)
    (failed,) = file.failures("accuracy", "full").itertuples()
    assert (failed.contender, failed.fold) == ("a", 0)
    assert failed.note == "RuntimeError: fell"
    assert file.missing(plan.cells()) == {}  # it is not tried again


def test_predictions_are_clipped(tmp_path):
    clipped = replace(SMALL, bounds=(5.0, 6.0))
    cells = run([Plan(clipped, [recording("a", [])], OPTIONS, 1)], tmp_path)
    y, (_, test) = make_problem().y, make_problem().splits[0]
    assert cells["loss"][0] == pytest.approx(((y.iloc[test] - 5) ** 2).mean())


def test_errors_are_told_apart_by_the_training_rows_of_the_level(tmp_path):
    cells = run([Plan(SMALL, [recording("a", [])], OPTIONS, 1)], tmp_path)
    problem = make_problem()
    train, test = problem.splits[1]
    counts = problem.X["a"].iloc[train].value_counts()
    y = problem.y
    square = (y.iloc[test] - y.iloc[train].mean()) ** 2
    n_rows = problem.X["a"].iloc[test].map(counts).fillna(0)
    few, many = (n_rows >= 3) & (n_rows < 10), n_rows >= 10
    assert few.sum() > many.sum() > 0
    row = cells.iloc[1]
    assert row["loss of levels of 3-9 rows"] == pytest.approx(square[few].mean())
    assert row["loss of levels of 10-29 rows"] == pytest.approx(square[many].mean())
    assert row["test rows of levels of 10-29 rows"] == many.sum()
    assert "loss of levels of 0 rows" not in cells


# probabilities


@pytest.mark.parametrize("n_classes", [2, 3])
def test_a_run_measures_probabilities_and_the_floor(tmp_path, n_classes):
    problem = make_problem(n_classes)
    declared = replace(SMALL, load=lambda options: problem, measure=CLASSES.loss)
    prior = Contender("prior", "prior", lambda *_: DummyClassifier())
    cells = run([Plan(declared, [prior], OPTIONS, 1)], tmp_path)
    for cell, (train, test) in zip(cells.itertuples(), problem.splits, strict=True):
        shares = problem.y.iloc[train].value_counts(normalize=True)
        y = problem.y.iloc[test]
        assert cell.loss == pytest.approx(-np.log(shares[y]).mean())
        assert cell.score == 0.5
        truth = problem.true_means[test, y]
        assert cell.floor == pytest.approx(-np.log(truth).mean())
    bins = pooled(cells)
    assert len(bins) == (1 if n_classes == 2 else 0)  # one constant, one bin
    if n_classes == 2:
        assert bins["count"].tolist() == [300]
        assert bins["share"][0] == pytest.approx(problem.y.mean())


# processes


def load_small(options):
    return make_problem()


IN_PROCESSES = replace(SMALL, load=load_small)


class Dies(DummyRegressor):
    def fit(self, X, y, sample_weight=None):
        os._exit(1)


class Dawdles(DummyRegressor):
    def fit(self, X, y, sample_weight=None):
        time.sleep(60)


class Hoards(DummyRegressor):
    def fit(self, X, y, sample_weight=None):
        bytearray(300_000_000)
        return super().fit(X, y)


def make_dies(*_):
    return Dies()


def make_dawdles(*_):
    return Dawdles()


def make_hoards(*_):
    return Hoards()


def test_each_contender_has_a_process_whose_memory_is_its_own(tmp_path):
    contenders = [Contender("hoards", "", make_hoards), mean.CONTENDER]
    cells = run([Plan(IN_PROCESSES, contenders, OPTIONS, 1)], tmp_path, OwnProcess)
    peaks = cells.groupby("contender")["peak_megabytes"].max()
    assert peaks["hoards"] > peaks["mean"] + 200
    problem = make_problem()
    train, test = problem.splits[0]
    constant = np.full(len(test), problem.y.iloc[train].mean())
    expected = mean_squared_error(problem.y.iloc[test], constant)
    (of_first,) = cells[(cells["contender"] == "mean") & (cells["fold"] == 0)].loss
    assert of_first == pytest.approx(expected)
    # what a start takes is told once of each process
    assert cells.groupby("contender")["start_seconds"].count().tolist() == [1, 1]


def test_who_dies_or_dawdles_is_out(tmp_path, monkeypatch):
    monkeypatch.setattr(running, "LIMIT", 1.0)
    contenders = [
        Contender("dies", "", make_dies),
        Contender("dawdles", "", make_dawdles),
        mean.CONTENDER,
    ]
    cells = run([Plan(IN_PROCESSES, contenders, OPTIONS, 1)], tmp_path, OwnProcess)
    assert cells["contender"].tolist() == ["mean"] * 5
    failures = ResultsFile(tmp_path).failures("accuracy", "full")
    notes = failures.set_index("contender")["note"]
    assert notes["dies"] == "its process was killed"
    assert notes["dawdles"] == "given up after 1 s"


def test_every_contender_and_problem_can_be_sent_to_a_process():
    for item in [*all_contenders(), *all_problems()]:
        assert pickle.loads(pickle.dumps(item)).name == item.name
