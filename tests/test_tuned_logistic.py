"""Logistic regression with a tuned penalty, against a naive search."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, StratifiedKFold

from benchmarks.contenders import ridge
from benchmarks.contenders._penalties import ALPHAS
from benchmarks.contenders._tuned_logistic import TunedLogistic
from benchmarks.problem import Problem
from skembed.datasets import make_classes


@pytest.mark.parametrize("n_classes", [2, 3])
def test_tuned_logistic_is_a_grid_search_over_logistic_regression(n_classes):
    X, y = make_classes(
        250, n_classes=n_classes, n_levels=(30, 6), n_quantities=2, random_state=0
    )
    problem = Problem("small", X, y, ["a", "b"], ["x0", "x1"], [])
    matrix = ridge.make(problem, 0)[0].fit_transform(problem.X)
    ours = TunedLogistic(random_state=1).fit(matrix, problem.y)
    naive = GridSearchCV(
        LogisticRegression(tol=1e-6, max_iter=5_000),
        {"C": [1 / alpha for alpha in ALPHAS]},
        scoring="neg_log_loss",
        cv=StratifiedKFold(5, shuffle=True, random_state=1),
    ).fit(matrix, problem.y)
    assert 1 / ours.alpha_ == naive.best_params_["C"]
    losses = -naive.cv_results_["mean_test_score"]
    tried = [ours.log_loss_.get(alpha, np.nan) for alpha in ALPHAS]
    assert np.nanmax(np.abs(tried / losses - 1)) < 1e-4
    assert 3 < np.isfinite(tried).sum() < len(ALPHAS)  # it stops after two rises
    np.testing.assert_allclose(
        ours.predict_proba(matrix), naive.predict_proba(matrix), atol=1e-4
    )
    assert np.array_equal(ours.predict(matrix), naive.predict(matrix))
