"""What must be there before anything is drawn or written."""

from __future__ import annotations

from typing import Any

from skembed._estimator import EmbeddingEstimator

# what to pass in place of an estimator that holds another one, by what it has
INSTEAD = {
    "steps": "the step that is one, pipeline[-1] if it is the last",
    "best_estimator_": "its best_estimator_",
    "regressor_": "its regressor_",
}


def check_installed(package: str, caller: str, extra: str = "plots") -> None:
    """Raise an ImportError that says what to install, unless a package is there."""
    try:
        __import__(package)
    except ImportError as error:
        raise ImportError(
            f"{caller} requires {package}, which is optional: "
            f'pip install "skembed[{extra}]"'
        ) from error


def check_estimator(estimator: Any, caller: str) -> None:
    """Raise a TypeError that says what to pass, unless it is an estimator of ours."""
    if isinstance(estimator, EmbeddingEstimator):
        return
    holds = [part for name, part in INSTEAD.items() if hasattr(estimator, name)]
    raise TypeError(
        f"{caller} expects a fitted estimator of skembed; got "
        f"{type(estimator).__name__}{f': pass {holds[0]}' if holds else ''}."
    )
