"""A linear mixed model: shrunken effects, each block of them as its variance asks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from skembed._design import Design, NormalEquations
from skembed._encoding import Encoded
from skembed._likelihood import NORMAL, Likelihood, step_lengths, working_sample
from skembed._ramps import Ramps
from skembed._sample import Sample
from skembed._terms import Located, Term, count_columns, locate

PROBED = 4000  # random signs in all, over coefficients and probes
N_PROBES = (2, 32)
PENALTIES = (1e-4, 1e8)
START_PENALTY = 10.0
LEAST_NOISE = 1e-9
TOLERANCE = 1e-3  # to which equations are solved: rounds of rougher ones go astray
SMALL_STEP = 0.01  # of Newton's method, in predictions
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
    likelihood : Likelihood
        What outcomes are drawn from.
    """

    ramps: Ramps
    terms: tuple[Term, ...]
    mean: float
    coefficients: np.ndarray
    penalties: np.ndarray
    noise: float
    likelihood: Likelihood = NORMAL

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
    likelihood: Likelihood = NORMAL,
    is_common: bool = False,
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
        With a single target.
    n_rounds : int
        At most so many rounds.
    start : ndarray of shape (n_blocks,), default=None
        Penalties to start from.
    likelihood : Likelihood, default=NORMAL
        What the target is drawn from. Where that is not normal, each round takes a step
        of Newton's method, and variances are those of the working responses: penalised
        quasi-likelihood [4]_, section 2.
    is_common : bool, default=False
        Whether the effects of all columns have one variance, which counts where few
        levels or rows tell little of each.

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
    .. [4] Breslow, N. E. & Clayton, D. G. (1993). Approximate Inference in Generalized
       Linear Mixed Models. JASA 88.
    """
    columns = np.arange(count_columns(terms)) + len(ramps.blocks)
    design = Design(ramps.blocks, locate(ramps, terms, sample.inputs), sample.weight)
    penalties = np.full(len(design.blocks), START_PENALTY) if start is None else start
    freedom, noise = np.zeros(len(penalties)), 1.0
    search = _Search(design, terms, sample, likelihood)
    for _ in range(n_rounds + likelihood.n_steps - 1):
        search.step(penalties)
        unused = penalties * design.block_sums(search.inverse())
        before, freedom = freedom, np.clip(design.blocks - unused, 1e-3, design.blocks)
        left = max(search.weight.sum() - 1 - freedom.sum(), 1.0)
        noise = likelihood.noise(max(search.squares() / left, LEAST_NOISE))
        sums = design.block_sums(search.effects**2)
        variance = sums / freedom
        if is_common:
            variance[columns] = sums[columns].sum() / freedom[columns].sum()
        penalties = np.clip(noise / np.maximum(variance, 1e-300), *PENALTIES)
        if (np.abs(freedom - before) <= SETTLED * (freedom + 1)).all():
            break
    search.settle(penalties)
    read = ramps, tuple(terms), search.mean, search.effects, penalties, noise
    return MixedModel(*read, likelihood)


def spread_effects(
    model: MixedModel, rows: Located, sample: Sample, factor: float
) -> MixedModel:
    """Fit effects again as if their variances were larger by a factor.

    Parameters
    ----------
    model : MixedModel
        Fitted on the sample.
    rows : Located
        Where the sample is in it.
    sample : Sample
        With a single target.
    factor : float
        By which the variances are multiplied.

    Returns
    -------
    MixedModel
        With the same noise variance.
    """
    design = Design(model.ramps.blocks, rows, sample.weight)
    penalties = model.penalties.copy()
    penalties[len(model.ramps.blocks) :] /= factor
    search = _Search(design, model.terms, sample, model.likelihood)
    search.start_from(model)
    search.settle(penalties)
    return replace(
        model, mean=search.mean, coefficients=search.effects, penalties=penalties
    )


class _Search:
    """A mean and effects that are improved step by step.

    Parameters
    ----------
    design : Design
        The rows.
    terms : sequence of Term
        Of the design, in which every row is in a cell of each.
    sample : Sample
        The same rows, with their target.
    likelihood : Likelihood
        What that is drawn from.
    """

    def __init__(
        self,
        design: Design,
        terms: Sequence[Term],
        sample: Sample,
        likelihood: Likelihood,
    ) -> None:
        self._design, self._sample, self._likelihood = design, sample, likelihood
        n_lines = len(design.blocks) - len(terms)
        self._is_level = np.array(
            [False] * n_lines + [term.quantity is None for term in terms], dtype=bool
        )
        self._signs = _random_signs(design.shape[1])
        self._solution = np.zeros((len(self._signs), 2 + self._signs.shape[1]))
        self.mean = float(likelihood.start(sample)[0])
        self.effects = np.zeros(len(self._signs))
        self._prediction = np.full(len(sample.weight), self.mean)

    @property
    def weight(self) -> np.ndarray:
        """How much each row counted in the last step."""
        return self._design.weight

    def inverse(self) -> np.ndarray:
        """Estimate the diagonal of the inverse of the last step's equations."""
        solved = self._solution[:, 2:]
        return np.asarray((self._signs * solved).mean(axis=1) + self._spread)

    def squares(self) -> float:
        """Return the sum of squares that the last step left over."""
        return float(self.weight @ self._error**2 + self._sample.squares.sum())

    def step(self, penalties: np.ndarray) -> None:
        """Take a step of Newton's method, and probe the traces of its equations."""
        self._step(penalties, self._signs)

    def start_from(self, model: MixedModel) -> None:
        """Start from the mean and the effects of a model of the same design."""
        self.mean, self.effects = model.mean, model.coefficients
        by_effects = self._design.times(self.effects[:, np.newaxis])
        self._prediction = self.mean + by_effects[:, 0]

    def settle(self, penalties: np.ndarray) -> None:
        """Take steps until they are small."""
        for _ in range(self._likelihood.n_steps):
            before = self._prediction
            self._step(penalties, self._signs[:, :0])
            if np.abs(self._prediction - before).max() <= SMALL_STEP:
                break

    def _step(self, penalties: np.ndarray, signs: np.ndarray) -> None:
        """Solve the equations of a step, and of random signs beside it."""
        likelihood, sample = self._likelihood, self._sample
        work = working_sample(likelihood, sample, self._prediction)
        design = self._design = self._design.reweighted(work.weight)
        both = np.column_stack([work.target[:, 0], np.ones(len(work.weight))])
        sums = design.transposed_times(work.weight[:, np.newaxis] * both)
        equations = NormalEquations(design, penalties, work.weight)
        rhs, start = np.hstack([sums, signs]), self._solution[:, : 2 + signs.shape[1]]
        self._solution = equations.solve(rhs, start, TOLERANCE)
        mean, effects, error, spread = _with_mean(design, both, self._solution[:, :2])
        mean, effects = self._balanced(mean, effects)
        self._error, self._spread = error, spread
        self._move(np.append(mean, effects), work.target[:, 0] - error, penalties)

    def _balanced(self, mean: float, effects: np.ndarray) -> tuple[float, np.ndarray]:
        """Let the effects of each term add up to zero, as they do in the solution.

        What they have in common is free in the mean, and not beside it. Solved to a
        tolerance, that can be far off: a column of few levels and the mean would grow
        against each other.
        """
        blocks = self._design.blocks
        common = np.where(
            self._is_level, self._design.block_sums(effects) / blocks, 0.0
        )
        return mean + float(common.sum()), effects - np.repeat(common, blocks)

    def _move(
        self, coefficients: np.ndarray, prediction: np.ndarray, penalties: np.ndarray
    ) -> None:
        """Go to a mean, effects and their prediction, or as far as that helps."""
        here = np.append(self.mean, self.effects), self._prediction
        step = coefficients - here[0], prediction - here[1]
        sample, likelihood = self._sample, self._likelihood
        penalty = np.repeat(penalties, self._design.blocks)

        def objective(length: np.ndarray) -> np.ndarray:
            at = here[1] + length * step[1]
            loss = sample.weight @ likelihood.losses(sample.target[:, 0], at)
            shrunken = penalty @ (here[0] + length * step[0])[1:] ** 2
            return np.array([loss + shrunken / 2])

        if likelihood.n_steps > 1:
            length = step_lengths(objective, 1)
            coefficients = here[0] + length * step[0]
            prediction = here[1] + length * step[1]
        self.mean, self.effects = float(coefficients[0]), coefficients[1:]
        self._prediction = prediction


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
