"""Measures of predictions, against naive references."""

import numpy as np
import pandas as pd
import pytest

from benchmarks.measures import CLASSES
from benchmarks.problems import all_problems

PROBLEMS = {problem.name: problem for problem in all_problems()}


def test_names_of_measures():
    assert CLASSES.ratio == "log loss / tuned logistic"
    assert PROBLEMS["classes:late"].measure == "log loss"
    assert PROBLEMS["never_worse_classes:01"].measure == CLASSES.ratio


def share_of_pairs(is_positive, scores):
    """Count the pairs of a positive and a negative row that scores rank rightly."""
    ahead = scores[is_positive][:, None] - scores[~is_positive]
    return np.mean((ahead > 0) + 0.5 * (ahead == 0))


@pytest.mark.parametrize("n_classes", [2, 4])
def test_log_loss_and_auc(n_classes):
    rng = np.random.default_rng(n_classes)
    y = pd.Series(rng.integers(0, n_classes, 80))
    p = rng.dirichlet(np.ones(n_classes), 80).round(2)
    p = (p + 0.01) / (p + 0.01).sum(axis=1, keepdims=True)
    naive = -np.mean([np.log(p[i, label]) for i, label in enumerate(y)])
    assert CLASSES.loss_of(y, p) == pytest.approx(naive)
    areas = [share_of_pairs(y.to_numpy() == k, p[:, k]) for k in range(n_classes)]
    assert CLASSES.score_of(y, p) == pytest.approx(np.mean(areas))


def test_a_class_that_is_not_tested_on_keeps_its_column():
    p = np.array([[0.5, 0.25, 0.25], [0.25, 0.5, 0.25]])
    loss = CLASSES.loss_of(pd.Series([0, 1]), p)
    assert loss == pytest.approx(np.log(2))
