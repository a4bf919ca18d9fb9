"""What must be there before anything is drawn or written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from skembed._estimator import EmbeddingEstimator
from skembed.exceptions import ColumnError

# what to pass in place of an estimator that holds another one, by what it has
INSTEAD = {
    "steps": "the step that is one, pipeline[-1] if it is the last",
    "best_estimator_": "its best_estimator_",
    "regressor_": "its regressor_",
}


def check_installed(package: str, caller: str, project: str | None = None) -> None:
    """Raise an ImportError that says what to install, unless a package is there.

    Parameters
    ----------
    package : str
        What is imported.
    caller : str
        What requires it.
    project : str, default=None
        What pip installs; None is a project of the package's name.
    """
    try:
        __import__(package)
    except ImportError as error:
        raise ImportError(
            f"{caller} requires {package}, which is optional: "
            f"pip install {project or package}"
        ) from error


def choose_features(
    features: Sequence[str] | None,
    default: Sequence[str],
    others: Sequence[str],
    columns: Sequence[str],
    table: str,
) -> list[str]:
    """Return the names of features, each of which is there, and serves once.

    Parameters
    ----------
    features : sequence of str or None
        What was asked for.
    default : sequence of str
        What None stands for.
    others : sequence of str
        Columns that serve as target or weight.
    columns : sequence of str
        All that there are.
    table : str
        What errors call it.

    Raises
    ------
    ColumnError
        If there is no column of a name, no feature, or a column that serves twice.
    TypeError
        If `features` is one name.
    """
    if isinstance(features, str):
        raise TypeError(f"features is to be a list of names: [{features!r}].")
    chosen = list(default if features is None else features)
    for name in [*others, *chosen]:
        if name not in columns:
            raise ColumnError(
                f"{table} has no column {name!r}; it has "
                f"{', '.join(map(repr, columns))}."
            )
    for name, times in Counter([*others, *chosen]).items():
        if times > 1:
            raise ColumnError(
                f"Column {name!r} was named {times} times: it can be a feature, or the "
                "target, or the weight."
            )
    if not chosen:
        raise ColumnError(f"There are no features: {table} has no further column.")
    return chosen


def check_estimator(estimator: Any, caller: str) -> None:
    """Raise a TypeError that says what to pass, unless it is an estimator of ours."""
    if isinstance(estimator, EmbeddingEstimator):
        return
    holds = [part for name, part in INSTEAD.items() if hasattr(estimator, name)]
    raise TypeError(
        f"{caller} expects a fitted estimator of skembed; got "
        f"{type(estimator).__name__}{f': pass {holds[0]}' if holds else ''}."
    )
