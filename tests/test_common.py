"""scikit-learn's own checks, for the defaults and for other settings."""

import pytest
from sklearn.utils import estimator_checks
from sklearn.utils.estimator_checks import parametrize_with_checks

from skembed import (
    EmbeddingClassifier,
    EmbeddingEncoder,
    EmbeddingRegressor,
    _blending,
    _likelihood,
)

ESTIMATORS = [
    EmbeddingRegressor(),
    EmbeddingRegressor(categorical_features="all"),
    EmbeddingRegressor(model="network"),
    EmbeddingRegressor(model="network", early_stopping=True),
    EmbeddingClassifier(),
    EmbeddingClassifier(model="network"),
    EmbeddingEncoder(),
    EmbeddingEncoder(cv=None, categorical_features="all"),
    EmbeddingEncoder(cv=None, output="prediction"),
]
# for blends of tables that are too small to train networks on them
TRAINED = [
    EmbeddingRegressor(n_networks=2, epochs=2, hidden_units=(4,)),
    EmbeddingClassifier(n_networks=2, epochs=2, hidden_units=(4,)),
]

# what check_estimator leaves to the test-suite of scikit-learn
MORE_CHECKS = [
    "check_dataframe_column_names_consistency",
    "check_get_feature_names_out_error",
    "check_global_output_transform_pandas",
    "check_global_set_output_transform_polars",
    "check_n_features_in_after_fitting",
    "check_param_validation",
    "check_set_output_transform",
    "check_set_output_transform_pandas",
    "check_set_output_transform_polars",
    "check_transformer_get_feature_names_out",
    "check_transformer_get_feature_names_out_pandas",
]


@pytest.fixture
def trained_on_little(monkeypatch):
    monkeypatch.setattr(_blending, "LEAST_OBSERVATIONS", 2)
    monkeypatch.setattr(_likelihood.Bernoulli, "outcomes_for_one", 1)


@parametrize_with_checks(ESTIMATORS)
def test_check_estimator(estimator, check):
    check(estimator)


@pytest.mark.usefixtures("trained_on_little")
@parametrize_with_checks(TRAINED)
def test_check_estimator_with_networks(estimator, check):
    check(estimator)


# the checks of set_output mix frames and arrays on purpose
@pytest.mark.filterwarnings("ignore:X (has|does not have valid) feature names")
@pytest.mark.parametrize("name", MORE_CHECKS)
@pytest.mark.parametrize("estimator", ESTIMATORS, ids=repr)
def test_checks_outside_check_estimator(estimator, name):
    check = getattr(estimator_checks, name)
    check(type(estimator).__name__, estimator)


@pytest.mark.filterwarnings("ignore:X (has|does not have valid) feature names")
@pytest.mark.usefixtures("trained_on_little")
@pytest.mark.parametrize("name", MORE_CHECKS)
@pytest.mark.parametrize("estimator", TRAINED, ids=repr)
def test_checks_outside_check_estimator_with_networks(estimator, name):
    check = getattr(estimator_checks, name)
    check(type(estimator).__name__, estimator)
