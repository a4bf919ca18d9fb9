"""A linear mixed model: shrunken effects, each block of them as its variance asks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from skembed._design import Design, NormalEquations
from skembed._encoding import Encoded
from skembed._folds import Folds
from skembed._ramps import Ramps
from skembed._sample import Sample
from skembed._terms import Located, Term, locate

PROBED = 4000  # random signs in all, over coefficients and probes
N_PROBES = (2, 32)
PENALTIES = (1e-4, 1e8)
START_PENALTY = 10.0
LEAST_NOISE = 1e-9
TOLERANCE = 1e-3  # to which equations are solved: rounds of rougher ones go astray
SETTLED = 0.02  # relative change of the degrees of freedom that ends the search


@dataclass(frozen=True, eq=False)
class MixedModel:
    """A fitted mixed model.

    Attributes
    ----------
    ramps : Ramps
        Of the quantities.
    terms : tuple of Term
        Of the categorical columns.
    mean : float
        What is predicted where every effect is zero.
    coefficients : ndarray of shape (n_coefficients,)
        Of the straight lines and ramps, then the effects of every term's cells.
    penalties : ndarray of shape (n_blocks,)
        Noise variance over effect variance: the rows at which an effect is halved.
    noise : float
        The variance of the noise.
    """

    ramps: Ramps
    terms: tuple[Term, ...]
    mean: float
    coefficients: np.ndarray
    penalties: np.ndarray
    noise: float

    def locate(self, inputs: Encoded) -> Located:
        """Find the place of rows in this model."""
        return locate(self.ramps, self.terms, inputs)

    def effects(self, term: int) -> np.ndarray:
        """Return the effect of every cell of a term."""
        n_cells = [t.n_cells for t in self.terms]
        first = len(self.ramps.center) + sum(n_cells[:term])
        return self.coefficients[first : first + n_cells[term]]

    def variance(self, term: int) -> float:
        """Return the variance of a term's effects."""
        return self.noise / float(self.penalties[len(self.ramps.blocks) + term])

    def predict(
        self,
        rows: Located,
        coefficients: np.ndarray | None = None,
        fit: np.ndarray | None = None,
    ) -> np.ndarray:
        """Predict by this model, or by other fits of it.

        Parameters
        ----------
        rows : Located
            The rows.
        coefficients : ndarray of shape (n_coefficients, n_fits), default=None
            Of other fits.
        fit : ndarray of shape (n_rows,), default=None
            Which of them counts for each row; None is the first for all.

        Returns
        -------
        ndarray of shape (n_rows,)
            Predictions.
        """
        if coefficients is None:
            coefficients = self.coefficients[:, np.newaxis]
        if fit is None:
            fit = np.zeros(len(rows), dtype=np.intp)
        lines, terms = rows.add_up(coefficients, fit)
        return self.mean + lines + terms.sum(axis=1)


def fit_mixed_model(
    ramps: Ramps,
    terms: Sequence[Term],
    sample: Sample,
    n_rounds: int,
    start: np.ndarray | None = None,
) -> MixedModel:
    """Estimate variances by restricted maximum likelihood, and with them effects.

    A block of effects of variance t² has the penalty s² / t², where s² is the variance
    of the noise. Given penalties, effects solve Henderson's equations, and a block has
    as many degrees of freedom as its effects follow the data. At the maximum of the
    restricted likelihood, t² is the effects' sum of squares over their degrees of
    freedom, and s² the residuals' over the observations less all degrees of freedom
    [1]_, section 5.3. These two equations are iterated, as in [2]_, section 4.4, with
    traces estimated by random signs [3]_.

    Parameters
    ----------
    ramps : Ramps
        Of the quantities.
    terms : sequence of Term
        The effects to estimate.
    sample : Sample
        With a single standardised target.
    n_rounds : int
        At most so many rounds.
    start : ndarray of shape (n_blocks,), default=None
        Penalties to start from.

    Returns
    -------
    MixedModel
        Ready to predict.

    References
    ----------
    .. [1] Harville, D. A. (1977). Maximum Likelihood Approaches to Variance Component
       Estimation and to Related Problems. JASA 72.
    .. [2] MacKay, D. J. C. (1992). Bayesian Interpolation. Neural Computation 4.
    .. [3] Hutchinson, M. F. (1990). A Stochastic Estimator of the Trace of the
       Influence Matrix for Laplacian Smoothing Splines. Communications in Statistics
       19.
    """
    target, weight = sample.target[:, 0], sample.weight
    design = Design(ramps.blocks, locate(ramps, terms, sample.inputs), weight)
    penalties = np.full(len(design.blocks), START_PENALTY) if start is None else start
    freedom, noise = np.zeros(len(penalties)), 1.0
    both = np.column_stack([target, np.ones(len(target))])
    sums = design.transposed_times(weight[:, np.newaxis] * both)
    signs = _random_signs(design.shape[1])
    solution = np.zeros((len(signs), 2 + signs.shape[1]))
    for _ in range(n_rounds):
        equations = NormalEquations(design, penalties, weight)
        solution = equations.solve(np.hstack([sums, signs]), solution, TOLERANCE)
        mean, effects, error, spread = _with_mean(design, both, solution[:, :2])

        inverse = (signs * solution[:, 2:]).mean(axis=1) + spread
        unused = penalties * design.block_sums(inverse)
        before, freedom = freedom, np.clip(design.blocks - unused, 1e-3, design.blocks)
        left = max(weight.sum() - 1 - freedom.sum(), 1.0)
        squares = float(weight @ error**2 + sample.squares.sum())
        noise = max(squares / left, LEAST_NOISE)
        variance = design.block_sums(effects**2) / freedom
        penalties = np.clip(noise / np.maximum(variance, 1e-300), *PENALTIES)
        if (np.abs(freedom - before) <= SETTLED * (freedom + 1)).all():
            break
    equations = NormalEquations(design, penalties, weight)
    solution = equations.solve(sums, solution[:, :2], TOLERANCE)
    mean, effects, *_ = _with_mean(design, both, solution)
    return MixedModel(ramps, tuple(terms), mean, effects, penalties, noise)


def _with_mean(
    design: Design, both: np.ndarray, solution: np.ndarray
) -> tuple[float, np.ndarray, np.ndarray, np.ndarray]:
    """Bring the mean into equations that were solved without it.

    Parameters
    ----------
    design : Design
        The rows.
    both : ndarray of shape (n_rows, 2)
        The target, and ones.
    solution : ndarray of shape (n_coefficients, 2)
        The effects of both.

    Returns
    -------
    mean : float
        Of generalised least squares.
    effects : ndarray of shape (n_coefficients,)
        Around that mean.
    error : ndarray of shape (n_rows,)
        What is left over.
    spread : ndarray of shape (n_coefficients,)
        What the mean's uncertainty adds to the diagonal of the inverse.
    """
    left, uncertain = (both - design.times(solution)).T
    free = design.weight @ uncertain
    mean = float(design.weight @ left / free)
    effects = solution[:, 0] - mean * solution[:, 1]
    return mean, effects, left - mean * uncertain, solution[:, 1] ** 2 / free


def _random_signs(n_coefficients: int) -> np.ndarray:
    """Draw probes of traces; of one seed, so that equal data have an equal fit."""
    n_probes = int(np.clip(PROBED / max(n_coefficients, 1), *N_PROBES))
    rng = np.random.default_rng(0)
    return rng.choice([-1.0, 1.0], size=(n_coefficients, n_probes))


def fit_without_folds(model: MixedModel, rows: Located, folds: Folds) -> np.ndarray:
    """Estimate the effects again without each of the folds, variances as they are.

    Parameters
    ----------
    model : MixedModel
        Fitted on all folds.
    rows : Located
        Where they are in the model.
    folds : Folds
        The same sample.

    Returns
    -------
    ndarray of shape (n_coefficients, n_folds)
        Like `MixedModel.coefficients`.
    """
    sample = folds.sample
    design = Design(model.ramps.blocks, rows, sample.weight)
    kept = folds.of_row[:, np.newaxis] != np.arange(folds.count)
    weight = sample.weight[:, np.newaxis] * kept
    sums = design.transposed_times(weight * (sample.target - model.mean))
    start = np.repeat(model.coefficients[:, np.newaxis], folds.count, axis=1)
    # no equation would tell the search to forget what only the fold has told
    n_lines = rows.lines.n_columns
    start[n_lines:][design.squared.T @ weight == 0] = 0
    equations = NormalEquations(design, model.penalties, weight)
    return equations.correct(sums, start, TOLERANCE)
