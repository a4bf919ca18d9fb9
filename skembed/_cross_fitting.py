"""A model, and what it would be without each of the folds that it was fitted on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from skembed._bilinear import Bilinear, Factors, fit_bilinear, products_by_fit
from skembed._folds import Folds
from skembed._leave_fold_out import fit_without_folds
from skembed._mixed_model import MixedModel
from skembed._pairs import Pair
from skembed._terms import Located


@dataclass(frozen=True, eq=False)
class CrossFitted:
    """A model, and its fits without each of the folds.

    Attributes
    ----------
    model : Bilinear
        Fitted on all folds.
    folds : Folds
        What it was fitted on.
    rows : Located
        Where the rows of the folds are in it.
    coefficients : ndarray of shape (n_coefficients, n_folds)
        Of the mixed model without each fold.
    factors : tuple of tuple of Factors
        Those without each fold.
    """

    model: Bilinear
    folds: Folds
    rows: Located
    coefficients: np.ndarray
    factors: tuple[tuple[Factors, ...], ...]

    @property
    def products(self) -> np.ndarray:
        """What pairs of columns add to each row, without its own fold."""
        return products_by_fit(self.factors, self.rows, self.folds.of_row)

    @cached_property
    def out_of_fold(self) -> np.ndarray:
        """What is predicted of each row without its own fold."""
        mixed = self.model.mixed
        known = mixed.predict(self.rows, self.coefficients, self.folds.of_row)
        return known + self.products

    @property
    def without_folds(self) -> list[Bilinear]:
        """The model that was fitted without each of the folds."""
        mixed = self.model.mixed
        return [
            Bilinear(replace(mixed, coefficients=coefficients), factors)
            for coefficients, factors in zip(
                self.coefficients.T, self.factors, strict=True
            )
        ]

    @property
    def losses(self) -> np.ndarray:
        """What these predictions cost."""
        target = self.folds.sample.target[:, 0]
        return self.model.mixed.likelihood.losses(target, self.out_of_fold)

    @cached_property
    def loss(self) -> float:
        """The sum of these over all observations."""
        return float(self.folds.sample.weight @ self.losses)


def cross_fit(
    mixed: MixedModel, folds: Folds, rows: Located | None = None
) -> CrossFitted:
    """Fit a mixed model without each of the folds that it was fitted on.

    Parameters
    ----------
    mixed : MixedModel
        Fitted on all folds.
    folds : Folds
        The sample.
    rows : Located, default=None
        Where the sample is in the model; found if None.

    Returns
    -------
    CrossFitted
        Without interactions.
    """
    rows = mixed.locate(folds.sample.inputs) if rows is None else rows
    fits = fit_without_folds(mixed, rows, folds)
    return CrossFitted(Bilinear(mixed), folds, rows, fits, ((),) * folds.count)


def with_pairs(fitted: CrossFitted, pairs: Sequence[Pair]) -> CrossFitted:
    """Let columns interact, in the model and in its fits without a fold.

    Parameters
    ----------
    fitted : CrossFitted
        Without interactions.
    pairs : sequence of Pair
        The columns that interact.

    Returns
    -------
    CrossFitted
        Of the same rows.
    """
    mixed, rows = fitted.model.mixed, fitted.rows
    model = fit_bilinear(mixed, rows, fitted.folds.sample, pairs)
    return replace(_pairs_without_folds(fitted, pairs), model=model)


def fit_again_without_folds(model: Bilinear, folds: Folds) -> CrossFitted:
    """Fit a model without each of some folds, its terms and variances as they are.

    Parameters
    ----------
    model : Bilinear
        Fitted on the rows of the folds, however they were dealt then.
    folds : Folds
        The rows.

    Returns
    -------
    CrossFitted
        Of the same model.
    """
    fitted = cross_fit(model.mixed, folds)
    if model.factors:
        fitted = _pairs_without_folds(fitted, [f.pair for f in model.factors])
    return replace(fitted, model=model)


def _pairs_without_folds(fitted: CrossFitted, pairs: Sequence[Pair]) -> CrossFitted:
    """Let columns interact in the fits without a fold."""
    without = []
    for fold, known in enumerate(fitted.without_folds):
        others = fitted.folds.rows_outside(fold)
        read = fitted.rows.take(others), fitted.folds.sample.take(others)
        without.append(fit_bilinear(known.mixed, *read, pairs))
    return replace(
        fitted,
        coefficients=np.column_stack([fit.mixed.coefficients for fit in without]),
        factors=tuple(fit.factors for fit in without),
    )
