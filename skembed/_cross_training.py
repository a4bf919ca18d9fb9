"""Networks trained without a fold each, and what they say of that fold.

What a network reads of a row was estimated without the row's own fold and without the
network's: with the latter, it could tell from the rest what its fold holds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from skembed._encoding import Encoded
from skembed._evidence import evidence, full_knowledge, knowledge_without
from skembed._folds import Folds
from skembed._interactions import interaction_vectors
from skembed._members import CORRECTION, INTERACTION, Member, Recipe, train_member
from skembed._mixed_model import MixedModel, fit_without_folds
from skembed._target import TargetScale

ROWS_TO_COMPARE = 10_000

History = dict[str, list[float]]


@dataclass(frozen=True, eq=False)
class Task:
    """What all networks of a blend have in common.

    Attributes
    ----------
    folds : Folds
        The sample.
    n_networks : int
        How many networks to train: the first leaves out the first fold, and so on.
    params : mapping
        The estimator's parameters.
    scale : TargetScale
        In which losses are reported.
    rng : numpy.random.Generator
        The only source of randomness.
    """

    folds: Folds
    n_networks: int
    params: Mapping[str, Any]
    scale: TargetScale
    rng: np.random.Generator

    @property
    def judged(self) -> np.ndarray:
        """The rows that some network has left out."""
        return np.flatnonzero(self.folds.of_row < self.n_networks)

    def train(
        self,
        recipe: Recipe,
        fold: int,
        inputs: Encoded,
        residual: np.ndarray,
        tables: Sequence[np.ndarray] = (),
    ) -> tuple[Member, History]:
        """Train a network on the rows outside of a fold."""
        sample = replace(
            self.folds.sample, inputs=inputs, target=residual[:, np.newaxis]
        )
        rows = self.folds.rows_outside(fold), self.folds.rows_of(fold)
        return train_member(
            recipe, sample, *rows, tables, self.params, self.scale, self.rng
        )


@dataclass(frozen=True, eq=False)
class CrossTrained:
    """Networks, and predictions for rows that they have not seen.

    Attributes
    ----------
    members : tuple of Member
        One for each fold left out.
    base : ndarray of shape (n_rows,)
        What the mixed model predicts without the row's fold.
    corrected : ndarray of shape (n_rows,)
        The same corrected by the network that left out the row's fold.
    ambiguity : float
        By how much the mean square of one network exceeds that of their average.
    history : dict of list of float
        Losses by epoch, averaged over the networks.
    """

    members: tuple[Member, ...]
    base: np.ndarray
    corrected: np.ndarray
    ambiguity: float
    history: History


def train_corrections(task: Task, model: MixedModel) -> CrossTrained:
    """Train networks that read the effects of a mixed model.

    Parameters
    ----------
    task : Task
        On what, and how.
    model : MixedModel
        What is to be corrected.

    Returns
    -------
    CrossTrained
        Rows of folds that no network leaves out are not predicted.
    """
    folds, weight = task.folds, task.folds.sample.weight
    target = task.folds.sample.target[:, 0]
    rows = model.locate(folds.sample.inputs)
    left_out, fit_for = _pairs_of_folds(task.n_networks, folds.count)
    known = knowledge_without(model, folds, rows, left_out)
    base, corrected = np.zeros(len(rows)), np.zeros(len(rows))
    no_codes = np.empty((len(rows), 0), dtype=np.int32)
    members, histories = [], []
    for fold in range(task.n_networks):
        seen = evidence(model.mean, rows, known, fit_for[fold][folds.of_row])
        inputs = Encoded(no_codes, seen.features)
        member, history = task.train(CORRECTION, fold, inputs, target - seen.prediction)
        unseen = folds.rows_of(fold)
        base[unseen] = seen.prediction[unseen]
        corrected[unseen] = base[unseen] + member.output(inputs.take(unseen))
        members.append(member)
        histories.append(history)
    everything = evidence(model.mean, rows, full_knowledge(model, rows, weight))
    ambiguity = _ambiguity(members, Encoded(no_codes, everything.features))
    history = _averaged(histories)
    return CrossTrained(tuple(members), base, corrected, ambiguity, history)


def train_interactions(
    task: Task,
    model: MixedModel,
    table_rows: Sequence[int],
    n_dims: Sequence[int],
) -> CrossTrained:
    """Train networks that read vectors of levels.

    They learn what the mixed model leaves over of the rows that it was fitted on.

    Parameters
    ----------
    task : Task
        On what, and how.
    model : MixedModel
        With one term for each column and no crosses.
    table_rows : sequence of int
        How many codes each column has.
    n_dims : sequence of int
        Length of each column's vectors; columns of length 0 are not read.

    Returns
    -------
    CrossTrained
        Rows of folds that no network leaves out are not predicted.
    """
    folds, sample = task.folds, task.folds.sample
    rows = model.locate(sample.inputs)
    columns = np.flatnonzero(n_dims)
    inputs = Encoded(sample.inputs.codes[:, columns], rows.lines)
    without = [frozenset([fold]) for fold in range(task.n_networks)]
    coefficients = fit_without_folds(model, folds, without)
    base, corrected = np.zeros(len(rows)), np.zeros(len(rows))
    members, histories = [], []
    for fold in range(task.n_networks):
        prediction = model.predict(rows, coefficients[:, fold])
        residual = sample.target[:, 0] - prediction
        outside, unseen = folds.rows_outside(fold), folds.rows_of(fold)
        vectors = interaction_vectors(
            sample.inputs.take(outside),
            table_rows,
            model.ramps.bent,
            residual[outside],
            sample.weight[outside],
            n_dims,
        )
        tables = [vectors[column] for column in columns]
        member, history = task.train(INTERACTION, fold, inputs, residual, tables)
        base[unseen] = prediction[unseen]
        corrected[unseen] = base[unseen] + member.output(inputs.take(unseen))
        members.append(member)
        histories.append(history)
    ambiguity, history = _ambiguity(members, inputs), _averaged(histories)
    return CrossTrained(tuple(members), base, corrected, ambiguity, history)


def _pairs_of_folds(
    n_networks: int, n_folds: int
) -> tuple[list[frozenset[int]], np.ndarray]:
    """List the fits that are needed, and which one is for each network and fold."""
    left_out: list[frozenset[int]] = []
    fit_for = np.empty((n_networks, n_folds), dtype=np.intp)
    for network in range(n_networks):
        for fold in range(n_folds):
            out = frozenset([network, fold])
            if out not in left_out:
                left_out.append(out)
            fit_for[network, fold] = left_out.index(out)
    return left_out, fit_for


def _ambiguity(members: Sequence[Member], inputs: Encoded) -> float:
    """Measure how networks differ on the same rows, of which some are enough."""
    some = inputs.take(slice(None, None, -(-len(inputs) // ROWS_TO_COMPARE)))
    outputs = np.array([member.output(some) for member in members])
    return float(outputs.var(axis=0).mean())


def _averaged(histories: Sequence[History]) -> History:
    """Average losses over networks, as far as all of them were trained."""
    return {
        name: [float(np.mean(losses)) for losses in zip(*values, strict=False)]
        for name in histories[0]
        if (values := [history[name] for history in histories])
    }
