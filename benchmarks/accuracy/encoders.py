"""Steps that several rivals encode their columns with."""

from __future__ import annotations

from typing import Any

from sklearn import __version__
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.model_selection import KFold
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler, TargetEncoder
from sklearn.utils.fixes import parse_version

from benchmarks.problems import Problem


def filled_and_scaled() -> Pipeline:
    """Make a step for quantities, for models that cannot take missing ones."""
    return make_pipeline(SimpleImputer(strategy="median"), StandardScaler())


def target_encoder(problem: Problem, seed: int) -> ColumnTransformer:
    """Make a step that encodes levels by the target; quantities pass unchanged."""
    # a target of whole numbers would be taken for classes
    encoder = TargetEncoder(target_type="continuous", **_shuffled_by(seed))
    return ColumnTransformer(
        [("levels", encoder, problem.categorical)], remainder="passthrough"
    )


def _shuffled_by(seed: int) -> dict[str, Any]:
    """Return what seeds the encoder's folds, which scikit-learn 1.9 renamed."""
    if parse_version(__version__) < parse_version("1.9"):
        return {"random_state": seed}
    return {"cv": KFold(5, shuffle=True, random_state=seed)}
