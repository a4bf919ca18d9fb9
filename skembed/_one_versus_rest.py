"""Several yes-or-no outcomes: a blend for each, and classes that exclude each other.

Each blend tells one class from all others (Rifkin & Klautau 2004, In Defense of
One-Vs-All Classification, JMLR 5). What they say of rows that they have not seen are
the features of a multinomial logistic regression, which makes probabilities of them
that add up to one (Wolpert 1992, Stacked Generalization, Neural Networks 5).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression

from skembed._axes import principal_axes
from skembed._blend import Blend
from skembed._blending import Fitted, Job, fit_blend_to_folds
from skembed._cross_training import History, averaged
from skembed._encoding import Encoded
from skembed._folds import Folds
from skembed._sample import Sample
from skembed._stages import reported_part

MAX_ITER = 1_000


@dataclass(frozen=True, eq=False)
class Stack:
    """From what blends say of a row to its logarithms of probabilities.

    Attributes
    ----------
    kernel : ndarray of shape (n_classes, n_classes)
        Column k are the weights of class k.
    bias : ndarray of shape (n_classes,)
        What classes have without any.
    """

    kernel: np.ndarray
    bias: np.ndarray


@dataclass(frozen=True, eq=False)
class OneVersusRest:
    """A blend for every class.

    Attributes
    ----------
    blends : tuple of Blend
        In the order of the classes.
    stack : Stack or None
        None where classes do not exclude each other.
    tables : tuple of ndarray
        The vectors of each categorical column's levels, those of unseen levels last.
    """

    blends: tuple[Blend, ...]
    stack: Stack | None
    tables: tuple[np.ndarray, ...]

    @property
    def n_outputs(self) -> int:
        """The number of classes."""
        return len(self.blends)

    def forward(self, inputs: Encoded) -> np.ndarray:
        """Return log-odds, or logarithms of probabilities but for a constant."""
        said = np.hstack([blend.forward(inputs) for blend in self.blends])
        if self.stack is None:
            return said
        return said @ self.stack.kernel + self.stack.bias


def fit_one_versus_rest(
    rows: Sample, job: Job, rng: np.random.Generator, *, is_exclusive: bool
) -> tuple[OneVersusRest, History]:
    """Fit a blend to each column of a target of zeros and ones.

    Parameters
    ----------
    rows : Sample
        Merged rows.
    job : Job
        What to fit to each column.
    rng : numpy.random.Generator
        The only source of randomness.
    is_exclusive : bool
        Whether every row has exactly one class.

    Returns
    -------
    core : OneVersusRest
        Ready to predict.
    history : dict of list of float
        Losses by epoch, averaged over the classes.
    """
    divisions = job.divide(rows, rng)
    whole = replace(job, dims=(None,) * len(job.dims))
    n_classes, fitted = rows.target.shape[1], []
    for k in range(n_classes):
        of_k = [of_class(folds, k) for folds in divisions], _of_output(rows, k)
        with reported_part(f"Class {k + 1} of {n_classes}"):
            fitted.append(fit_blend_to_folds(*of_k, whole, rng))
    stack = _fit_stack(divisions[0].sample, fitted) if is_exclusive else None
    blends = tuple(f.blend for f in fitted)
    tables = _joint_tables([blend.tables for blend in blends], job.dims)
    return OneVersusRest(blends, stack, tables), averaged([f.history for f in fitted])


def of_class(folds: Folds, k: int) -> Folds:
    """Return the same rows with one of their outputs."""
    return replace(folds, sample=_of_output(folds.sample, k))


def _of_output(sample: Sample, k: int) -> Sample:
    return replace(sample, target=sample.target[:, [k]], squares=sample.squares[:, [k]])


def _fit_stack(sample: Sample, fitted: Sequence[Fitted]) -> Stack:
    """Learn from rows that blends have not seen how to join what they say."""
    said = np.column_stack([f.out_of_fold for f in fitted])
    weight = sample.weight[:, np.newaxis] * sample.target
    row, label = np.nonzero(weight)
    if len(np.unique(label)) == 1:
        return _of_one_class(label[0], len(fitted), float(weight.sum()))
    model = LogisticRegression(max_iter=MAX_ITER)
    model.fit(said[row], label, sample_weight=weight[row, label])
    return _of_all_classes(model, len(fitted), float(weight.sum()))


def _of_one_class(label: int, n_classes: int, n_observations: float) -> Stack:
    """Give all other classes the odds of one row among all."""
    bias = np.full(n_classes, -np.log(n_observations))
    bias[label] = 0.0
    return Stack(np.zeros((n_classes, n_classes)), bias)


def _of_all_classes(model: Any, n_classes: int, n_observations: float) -> Stack:
    """Give classes that had no rows the odds of one row among all."""
    kernel = np.zeros((n_classes, n_classes))
    bias = np.full(n_classes, -np.log(n_observations))
    weights, intercepts = model.coef_.T, model.intercept_
    if len(model.classes_) == 2:  # of which only the second has weights
        weights, intercepts = (np.hstack([-x, x]) / 2 for x in (weights, intercepts))
    kernel[:, model.classes_], bias[model.classes_] = weights, intercepts
    return Stack(kernel, bias)


def _joint_tables(
    of_classes: Sequence[Sequence[np.ndarray]], dims: Sequence[int | None]
) -> tuple[np.ndarray, ...]:
    """Put the vectors of all classes side by side, and turn them to principal axes."""
    tables = []
    for parts, n_dims in zip(zip(*of_classes, strict=True), dims, strict=True):
        vectors = np.hstack(parts).astype(np.float64)
        last_effect = parts[-1][:, 0]
        vectors = vectors @ principal_axes(vectors[:-1], last_effect[:-1])
        length = n_dims or int((vectors != 0).any(axis=0).sum()) or 1
        table = np.zeros((len(vectors), length), dtype=np.float32)
        table[:, : vectors.shape[1]] = vectors[:, :length]
        tables.append(table)
    return tuple(tables)
