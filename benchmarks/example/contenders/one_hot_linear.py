"""Least squares on an axis for each level."""

from __future__ import annotations

from sklearn.compose import ColumnTransformer
from sklearn.linear_model import LinearRegression
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from benchmarks.example.contenders import Contender


def make(categorical: list[str], quantities: list[str], _seed: int) -> Pipeline:
    encoder = ColumnTransformer(
        [
            ("levels", OneHotEncoder(handle_unknown="ignore"), categorical),
            ("quantities", StandardScaler(), quantities),
        ]
    )
    return Pipeline([("encoder", encoder), ("model", LinearRegression())])


CONTENDER = Contender("one-hot + linear regression", ("tokens", "flights"), make)
