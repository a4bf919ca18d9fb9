"""EmbeddingRegressor inside everything that takes scikit-learn estimators."""

import numpy as np
import pytest
from sklearn import config_context
from sklearn.base import clone
from sklearn.compose import (
    ColumnTransformer,
    TransformedTargetRegressor,
    make_column_transformer,
)
from sklearn.ensemble import (
    BaggingRegressor,
    HistGradientBoostingRegressor,
    StackingRegressor,
    VotingRegressor,
)
from sklearn.linear_model import Ridge
from sklearn.model_selection import GridSearchCV, KFold, cross_validate
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler

from skembed import EmbeddingRegressor


@pytest.fixture
def quick(quick_parameters):
    return EmbeddingRegressor(**quick_parameters | {"epochs": 20})


def test_pipeline_after_an_ordinal_encoder(shops, quick):
    X, y = shops
    model = make_pipeline(
        OrdinalEncoder(), quick.set_params(categorical_features="all")
    ).fit(X[["city", "day"]], y)
    assert model.score(X[["city", "day"]], y) > 0.8


def test_pipeline_as_an_encoder(shops, quick):
    X, y = shops
    for downstream in (
        HistGradientBoostingRegressor(),
        make_pipeline(StandardScaler()),
    ):
        make_pipeline(quick, downstream).fit(X, y)
    model = make_pipeline(quick, HistGradientBoostingRegressor()).fit(X, y)
    assert model.score(X, y) > 0.9


def test_column_transformer(shops, quick):
    X, y = shops
    vectors = clone(quick).set_params(embedding_dim=2)
    encode = ColumnTransformer(
        [("embed", vectors, ["city", "day"]), ("scale", StandardScaler(), ["size"])]
    )
    Z = encode.set_output(transform="pandas").fit_transform(X, y)
    names = ["embed__city_0", "embed__city_1", "embed__day_0", "embed__day_1"]
    assert list(Z.columns) == [*names, "scale__size"]
    mixed = make_column_transformer(
        (OneHotEncoder(), ["day"]), remainder="passthrough", sparse_threshold=0
    )
    model = make_pipeline(mixed, quick).fit(X.fillna({"size": 0.0}), y)
    assert model.score(X.fillna({"size": 0.0}), y) > 0.8


def test_grid_search_in_worker_processes(shops, quick):
    X, y = shops
    grid = [
        {"embedding_dim": [2, {"city": 3}], "hidden_units": [()]},
        {"hidden_units": [(8,)], "optimizer": ["rmsprop"]},
    ]
    folds = KFold(2, shuffle=True, random_state=0)
    search = GridSearchCV(quick, grid, cv=folds, n_jobs=2, error_score="raise")
    search.fit(X, y)
    assert search.best_score_ > 0.8
    serial = GridSearchCV(quick, grid, cv=folds, error_score="raise").fit(X, y)
    np.testing.assert_array_equal(
        search.cv_results_["mean_test_score"], serial.cv_results_["mean_test_score"]
    )


def test_cross_validate(shops, quick):
    X, y = shops
    folds = KFold(3, shuffle=True, random_state=0)
    result = cross_validate(quick, X, y, cv=folds, error_score="raise")
    assert result["test_score"].min() > 0.7


def test_stacking(shops, quick):
    X, y = shops
    X = X.fillna({"size": 0.0})
    ridge = make_pipeline(
        make_column_transformer(
            (OneHotEncoder(handle_unknown="ignore"), ["city", "day"]),
            remainder="passthrough",
        ),
        Ridge(),
    )
    stack = StackingRegressor([("embed", quick), ("ridge", ridge)], cv=3).fit(X, y)
    assert stack.score(X, y) > 0.9


def test_voting(shops, quick):
    X, y = shops
    other = clone(quick).set_params(hidden_units=(), random_state=1)
    assert VotingRegressor([("a", quick), ("b", other)]).fit(X, y).score(X, y) > 0.8


def test_transformed_target(shops, quick):
    X, y = shops
    model = TransformedTargetRegressor(quick, func=np.log, inverse_func=np.exp)
    shift = 1 - y.min()
    assert model.fit(X, y + shift).score(X, y + shift) > 0.7


def test_bagging(shops, quick):
    X, y = shops
    X = OrdinalEncoder().fit_transform(X[["city", "day"]].astype(str))
    quick.set_params(categorical_features="all")
    model = BaggingRegressor(quick, n_estimators=3, random_state=0).fit(X, y)
    assert model.score(X, y) > 0.8


def test_sample_weight_is_routed(shops, quick):
    X, y = shops
    weight = np.random.default_rng(0).integers(1, 5, len(X))
    with config_context(enable_metadata_routing=True):
        routed = make_pipeline(
            StandardScaler().set_fit_request(sample_weight=False),
            quick.set_fit_request(sample_weight=True),
        ).fit(X[["day"]], y, sample_weight=weight)
    direct = quick.fit(StandardScaler().fit_transform(X[["day"]]), y, weight)
    np.testing.assert_array_equal(
        routed.predict(X[["day"]]),
        direct.predict(StandardScaler().fit_transform(X[["day"]])),
    )


@pytest.mark.parametrize("output", ["pandas", "polars"])
def test_the_global_set_output_does_not_leak_into_training(shops, quick, output):
    X, y = shops
    expected = quick.fit(X, y).predict(X)
    with config_context(transform_output=output):
        np.testing.assert_array_equal(quick.fit(X, y).predict(X), expected)
