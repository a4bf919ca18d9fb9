"""scikit-learn's own checks, for the defaults and for two other settings."""

import pytest
from sklearn.utils import estimator_checks
from sklearn.utils.estimator_checks import parametrize_with_checks

from skembed import EmbeddingRegressor

ESTIMATORS = [
    EmbeddingRegressor(),
    EmbeddingRegressor(categorical_features="all"),
    EmbeddingRegressor(early_stopping=True),
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


@parametrize_with_checks(ESTIMATORS)
def test_check_estimator(estimator, check):
    check(estimator)


# the checks of set_output mix frames and arrays on purpose
@pytest.mark.filterwarnings("ignore:X (has|does not have valid) feature names")
@pytest.mark.parametrize("name", MORE_CHECKS)
@pytest.mark.parametrize("estimator", ESTIMATORS, ids=repr)
def test_checks_outside_check_estimator(estimator, name):
    check = getattr(estimator_checks, name)
    check(type(estimator).__name__, estimator)
