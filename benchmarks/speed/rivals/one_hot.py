"""A linear model of an axis for each level, by scikit-learn."""

from __future__ import annotations

from sklearn.compose import make_column_transformer
from sklearn.linear_model import LinearRegression, Ridge
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler


def least_squares() -> Pipeline:
    """Return a model for tables of levels only."""
    return make_pipeline(OneHotEncoder(handle_unknown="ignore"), LinearRegression())


def ridge(categorical: list[str], quantities: list[str]) -> Pipeline:
    """Return a model for tables of levels and quantities."""
    encoder = make_column_transformer(
        (OneHotEncoder(handle_unknown="ignore"), categorical),
        (StandardScaler(), quantities),
    )
    return make_pipeline(encoder, Ridge())
