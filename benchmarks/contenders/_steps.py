"""Steps that several rivals encode their columns with."""

from __future__ import annotations

from typing import Any

from sklearn import __version__
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.model_selection import KFold, StratifiedKFold
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler, TargetEncoder
from sklearn.utils.fixes import parse_version

from benchmarks.measures import NUMBERS, Task, task_of
from benchmarks.problem import Problem


def filled_and_scaled() -> Pipeline:
    """Make a step for quantities, for models that cannot take missing ones."""
    return make_pipeline(SimpleImputer(strategy="median"), StandardScaler())


def target_encoder(problem: Problem, seed: int) -> ColumnTransformer:
    """Make a step that encodes levels by the target; quantities pass unchanged."""
    task = task_of(problem)
    # numbers that are whole would be taken for classes
    kind = "continuous" if task == NUMBERS else "auto"
    encoder = TargetEncoder(target_type=kind, **_shuffled_by(seed, task))
    return ColumnTransformer(
        [("levels", encoder, problem.categorical)], remainder="passthrough"
    )


def _shuffled_by(seed: int, task: Task) -> dict[str, Any]:
    """Return what seeds the encoder's folds, which scikit-learn 1.9 renamed."""
    if parse_version(__version__) < parse_version("1.9"):
        return {"random_state": seed}
    folds = KFold if task == NUMBERS else StratifiedKFold
    return {"cv": folds(5, shuffle=True, random_state=seed)}
