"""The one door to scikit-learn's private names.

Everything else in skembed imports only what scikit-learn documents. A release of
scikit-learn that moves a private name is answered here.
"""

from __future__ import annotations

from typing import Any

from sklearn import config_context
from sklearn.base import BaseEstimator, _fit_context
from sklearn.utils._metadata_requests import SIMPLE_METHODS, _raise_for_params
from sklearn.utils._param_validation import HasMethods, Interval, RealNotInt, StrOptions
from sklearn.utils.validation import (
    _check_feature_names_in,
    _check_sample_weight,
    validate_data,
)

__all__ = [
    "REQUESTS",
    "HasMethods",
    "Interval",
    "RealNotInt",
    "StrOptions",
    "check_feature_names_in",
    "check_features",
    "check_sample_weight",
    "features_seen",
    "fit_context",
    "make_requests",
    "raise_for_params",
    "requests_of",
]

REQUESTS = "_metadata_request"  # what set_fit_request and its like set

fit_context = _fit_context
raise_for_params = _raise_for_params
check_feature_names_in = _check_feature_names_in
check_sample_weight = _check_sample_weight


def features_seen(table: Any) -> dict[str, Any]:
    """Return what ``fit`` is to remember of a table's columns.

    scikit-learn writes these attributes straight onto the estimator, which would
    damage an earlier fit when the present one fails later on.
    """
    carrier = BaseEstimator()
    validate_data(carrier, X=table, skip_check_array=True)
    return dict(vars(carrier))


def check_features(estimator: BaseEstimator, table: Any) -> None:
    """Raise unless a table has the columns, in the order, that ``fit`` saw."""
    validate_data(estimator, X=table, reset=False, skip_check_array=True)


def requests_of(estimator: BaseEstimator) -> dict[str, dict[str, Any]]:
    """Return what an estimator's methods were set to request of a router."""
    if not hasattr(estimator, REQUESTS):
        return {}
    requested = getattr(estimator, REQUESTS)
    return {
        method: dict(getattr(requested, method).requests)
        for method in SIMPLE_METHODS
        if hasattr(estimator, f"set_{method}_request")
    }


def make_requests(
    estimator: BaseEstimator, requests: dict[str, dict[str, Any]]
) -> None:
    """Set what an estimator's methods request of a router."""
    with config_context(enable_metadata_routing=True):
        for method, requested in requests.items():
            getattr(estimator, f"set_{method}_request")(**requested)
