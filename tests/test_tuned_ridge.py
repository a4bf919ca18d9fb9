"""The tuned ridge of the benchmark, against scikit-learn's own."""

import numpy as np
import pytest
from sklearn.linear_model import Ridge
from sklearn.model_selection import GridSearchCV, KFold

from benchmarks.contenders import ridge
from benchmarks.contenders._penalties import ALPHAS
from benchmarks.contenders._tuned_ridge import TunedRidge
from benchmarks.problem import Problem
from skembed.datasets import make_effects


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_tuned_ridge_is_a_grid_search_over_ridge(seed):
    X, y = make_effects(300, n_levels=(60, 10), n_quantities=2, random_state=seed)
    problem = Problem("small", X, y, ["a", "b"], ["x0", "x1"], [])
    matrix = ridge.make(problem, seed)[0].fit_transform(problem.X)
    ours = TunedRidge(random_state=seed).fit(matrix, problem.y)
    naive = GridSearchCV(
        Ridge(),
        {"alpha": ALPHAS},
        scoring="neg_mean_squared_error",
        cv=KFold(5, shuffle=True, random_state=seed),
    ).fit(matrix.toarray(), problem.y)
    assert ours.alpha_ == naive.best_params_["alpha"]
    errors = -naive.cv_results_["mean_test_score"]
    tried = [ours.mse_.get(alpha, np.nan) for alpha in ALPHAS]
    assert np.nanmax(np.abs(tried / errors - 1)) < 1e-4
    np.testing.assert_allclose(
        ours.predict(matrix), naive.predict(matrix.toarray()), atol=1e-3
    )


def test_tuned_ridge_takes_dense_columns_that_are_nearly_the_same():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(200, 1)) + 0.01 * rng.normal(size=(200, 5)) + 7
    y = X[:, 0] - X[:, 1] + rng.normal(size=200)
    ours = TunedRidge(alphas=(0.5,)).fit(X, y)
    theirs = Ridge(alpha=0.5).fit(X, y)
    np.testing.assert_allclose(ours.coef_, theirs.coef_, atol=1e-3)
    assert ours.intercept_ == pytest.approx(theirs.intercept_, abs=1e-2)
