"""A table with copies of its rows predicts as the table itself does."""

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import log_loss, mean_squared_error
from sklearn.model_selection import GridSearchCV, KFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder

from skembed import EmbeddingClassifier, EmbeddingRegressor

KINDS = ["number", "rating", "class"]
N_TRAIN, N_TEST = 1500, 20_000
TABLES = [
    (kind, is_numeric, interacts)
    for kind in KINDS
    for is_numeric in (False, True)
    for interacts in (False, True)
]


def generated(kind, is_numeric, interacts, n_levels=(40, 30), seed=1):
    """Two categorical features, perhaps a numeric one, and a target of a kind."""
    rng = np.random.default_rng(seed)
    n_rows = N_TRAIN + N_TEST
    codes = [rng.integers(0, n, n_rows) for n in n_levels]
    score = sum(rng.normal(size=n)[c] for c, n in zip(codes, n_levels, strict=True))
    if interacts:
        first, second = (rng.normal(size=(n, 2)) for n in n_levels)
        score = score + 0.7 * (first[codes[0]] * second[codes[1]]).sum(axis=1)
    X = pd.DataFrame({f"c{i}": c.astype(str) for i, c in enumerate(codes)})
    if is_numeric:
        X["x"] = rng.normal(size=n_rows)
        score = score + np.sin(2 * X["x"].to_numpy())
    if kind == "class":
        y = (rng.random(n_rows) < expit(score)).astype(int)
    else:
        y = score + rng.normal(size=n_rows)
    if kind == "rating":
        y = np.clip(np.rint(3 + 0.6 * y), 1, 5)
    return X[:N_TRAIN], y[:N_TRAIN], X[N_TRAIN:], y[N_TRAIN:]


def ours(kind):
    estimator = EmbeddingClassifier if kind == "class" else EmbeddingRegressor
    return estimator(n_networks=0, random_state=0)


def linear(kind):
    """One-hot vectors, and the penalty that shuffled folds choose."""
    encoder = OneHotEncoder(handle_unknown="ignore")
    folds = KFold(5, shuffle=True, random_state=0)
    if kind == "class":
        grid, model = {"C": np.logspace(-1.5, 1, 6)}, LogisticRegression(max_iter=500)
        scoring = "neg_log_loss"
    else:
        grid, model = {"alpha": np.logspace(-0.5, 2, 6)}, Ridge()
        scoring = "neg_mean_squared_error"
    return make_pipeline(encoder, GridSearchCV(model, grid, scoring=scoring, cv=folds))


def error(model, kind, X, y):
    if kind == "class":
        return log_loss(y, model.predict_proba(X)[:, 1])
    return mean_squared_error(y, model.predict(X))


def growth(model, table, rows):
    """How much the test error grows if some rows are taken, some of them often."""
    kind, (X, y, X_test, y_test) = table
    whole, other = (
        error(clone(model).fit(X.iloc[i], y[i]), kind, X_test, y_test)
        for i in (np.arange(N_TRAIN), rows)
    )
    return other / whole


@pytest.mark.slow
@pytest.mark.parametrize("n_times", [2, 3, 10])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("is_numeric", [False, True])
def test_repeated_table_predicts_as_the_table(kind, is_numeric, n_times):
    X, y, X_test, _ = generated(kind, is_numeric, True)
    rows = np.random.default_rng(0).permutation(np.tile(np.arange(N_TRAIN), n_times))
    plain, repeated = (
        ours(kind).fit(X.iloc[i], y[i]) for i in (np.arange(N_TRAIN), rows)
    )
    predict = "decision_function" if kind == "class" else "predict"
    first, second = (getattr(model, predict)(X_test) for model in (plain, repeated))
    np.testing.assert_allclose(second, first, rtol=0, atol=1e-6 * np.std(first))


@pytest.mark.slow
@pytest.mark.parametrize("share", [0.1, 0.3])
@pytest.mark.parametrize("table", TABLES, ids=str)
def test_some_copies_change_the_error_by_at_most_two_percent(table, share):
    n_copies = int(share * N_TRAIN)
    chosen = np.random.default_rng(5).choice(N_TRAIN, n_copies, replace=False)
    rows = np.r_[np.arange(N_TRAIN), chosen]
    assert growth(ours(table[0]), (table[0], generated(*table)), rows) < 1.02


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("n_levels", [(40, 30), (15, 10)])
def test_bootstrap_sample_loses_no_more_than_linear_model(kind, n_levels):
    """Of features that identify rows of few values, and of features that do not."""
    rows = np.random.default_rng(5).integers(0, N_TRAIN, N_TRAIN)
    table = kind, generated(kind, False, False, n_levels)
    found = [growth(model(kind), table, rows) for model in (ours, linear)]
    assert found[0] < found[1] + 0.005


@pytest.mark.slow
@pytest.mark.parametrize("n_times", [10, None])
def test_oversampled_minority_loses_no_more_than_logistic_regression(n_times):
    X, y, X_test, y_test = generated("class", False, False)
    rng = np.random.default_rng(0)
    kept, kept_test = ((y == 0) | (rng.random(len(y)) < 0.15) for y in (y, y_test))
    X, y, X_test, y_test = X[kept], y[kept], X_test[kept_test], y_test[kept_test]
    rare, n_common = np.flatnonzero(y), (y == 0).sum()
    more = rng.choice(rare, n_common - len(rare)) if n_times is None else None
    more = np.repeat(rare, n_times - 1) if n_times else more
    rows = np.r_[np.arange(len(y)), more]
    odds = (len(rare) + len(more)) / len(rare)
    losses = []
    for model in ours("class"), linear("class"):
        plain = model.fit(X, y).predict_proba(X_test)[:, 1]
        p = clone(model).fit(X.iloc[rows], y[rows]).predict_proba(X_test)[:, 1]
        corrected = p / odds / (p / odds + 1 - p)
        losses.append(log_loss(y_test, corrected) / log_loss(y_test, plain))
    assert losses[0] < losses[1] + 0.02


@pytest.mark.slow
def test_means_with_counts_as_weights_beat_means_without():
    """Means of unequal numbers of rows, whose noise is as unequal."""
    rng = np.random.default_rng(0)
    shop, item = np.divmod(np.arange(600), 15)
    truth = rng.normal(size=40)[shop] + rng.normal(size=15)[item]
    n_rows = rng.integers(1, 60, 600)
    y = truth + rng.normal(0, 3, 600) / np.sqrt(n_rows)
    X = pd.DataFrame({"shop": shop.astype(str), "item": item.astype(str)})
    plain, weighted = (
        np.mean((ours("number").fit(X, y, weight).predict(X) - truth) ** 2)
        for weight in (None, n_rows)
    )
    assert weighted < 0.5 * plain
    assert weighted < 0.015 * truth.var()
