"""Contenders take what tables bring, and take part where they are said to."""

import numpy as np
import pytest
from called_in_other_processes import predict

from benchmarks.contenders import all_contenders
from benchmarks.measures import CLASSES, NUMBERS
from benchmarks.own_process import NotMeasuredError, OwnProcess
from benchmarks.problem import Problem
from benchmarks.problems import Options, all_problems
from benchmarks.problems._folds import folds_of
from skembed.datasets import make_classes, make_effects

CONTENDERS = {contender.name: contender for contender in all_contenders()}
PROBLEMS = {problem.name: problem for problem in all_problems()}
LATE = PROBLEMS["classes:late"]
FALLEN = "embedding-encoder"
RIVALS = [c for c in all_contenders() if not c.is_ours and c.name != FALLEN]


def make_problem(n_classes=None):
    """Make a table of 300 levels, and of quantities some of which are missing."""
    sizes = {"n_levels": (300, 5), "n_quantities": 2, "random_state": 0}
    if n_classes is None:
        X, y = make_effects(900, **sizes)
        y = y.round()  # whole numbers are still numbers
    else:
        X, y = make_classes(900, n_classes=n_classes, **sizes)
    names = X.columns.tolist()
    return Problem("small", X, y, names[:2], names[2:], folds_of(X, Options()))


def predictions_of(rival, problem):
    """Have a rival predict; frameworks do not share a process."""
    if rival.is_missing:
        pytest.skip(f"{rival.package} is not installed")
    if rival.package is None:
        return predict(rival, problem)
    process = OwnProcess()
    process.ask(predict, rival, problem)
    try:
        return process.answer(limit=300)
    finally:
        process.stop()


def test_names_are_unique():
    names = [contender.name for contender in all_contenders()]
    assert len(names) == len(set(names))


@pytest.mark.parametrize(
    "rival", [c for c in RIVALS if NUMBERS in c.tasks], ids=lambda rival: rival.name
)
def test_rivals_predict_numbers(rival):
    predictions = predictions_of(rival, make_problem())
    assert predictions.shape == (50,)
    assert np.isfinite(predictions).all()
    assert len(np.unique(predictions)) > 5 or rival.name == "mean"


def test_who_cannot_be_imported_says_so():
    fallen = CONTENDERS[FALLEN]
    with pytest.raises(NotMeasuredError, match=r"ImportError: .*is_scalar_nan"):
        predictions_of(fallen, make_problem())


@pytest.mark.parametrize("n_classes", [2, 3])
@pytest.mark.parametrize(
    "rival", [c for c in RIVALS if c.takes_part_in(LATE)], ids=lambda rival: rival.name
)
def test_rivals_predict_probabilities(rival, n_classes):
    predictions = predictions_of(rival, make_problem(n_classes))
    assert predictions.shape == (50, n_classes)
    np.testing.assert_allclose(predictions.sum(axis=1), 1, rtol=1e-5)
    assert len(np.unique(predictions)) > 5 or rival.name == "mean"


def test_who_takes_part():
    contenders, problems = CONTENDERS, PROBLEMS
    plain, unseen = problems["additive_150"], problems["unseen:additive_4000"]
    assert contenders["catboost"].takes_part_in(plain)
    assert not contenders["catboost"].takes_part_in(unseen)
    assert not contenders["skembed-without-largest"].takes_part_in(plain)
    assert contenders["skembed-without-largest"].takes_part_in(unseen)
    assert contenders["slopes-oracle"].takes_part_in(problems["slopes"])
    assert not contenders["slopes-oracle"].takes_part_in(plain)
    assert list(contenders["skembed"].seeds(3)) == [0, 1, 2]
    assert list(contenders["ridge"].seeds(3)) == [0]


def test_of_classes_fewer_take_part():
    plain = PROBLEMS["classes:slopes"]
    open_to = {c.name for c in all_contenders() if c.takes_part_in(plain)}
    assert {"mean", "ridge", "target-hgb", "hgb", "catboost", "skembed"} <= open_to
    assert not open_to & {"skembed-network", "slopes-oracle"}
    ridge = CONTENDERS["ridge"]
    assert ridge.label_for(NUMBERS) == "one-hot + tuned ridge"
    assert ridge.label_for(CLASSES) == "one-hot + tuned logistic"
    assert CONTENDERS["hgb"].label_for(CLASSES) == CONTENDERS["hgb"].label
