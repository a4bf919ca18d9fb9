"""Networks trained without a fold each, and what they say of that fold.

A network that corrects a mixed model reads effects that were estimated without the
row's own fold: it would learn to trust what the row itself has told. Of new rows it
reads effects of the same kind, the average over the folds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from skembed._encoding import Encoded
from skembed._evidence import (
    Evidence,
    Knowledge,
    evidence,
    knowledge_without_folds,
)
from skembed._folds import Folds
from skembed._interactions import interaction_vectors
from skembed._members import CORRECTION, INTERACTION, Member, Recipe, train_member
from skembed._mixed_model import MixedModel, fit_without_folds
from skembed._sample import Sample, join
from skembed._target import TargetScale

ROWS_TO_COMPARE = 10_000
READ_AGAIN = 0.2  # of the rows, as if levels of theirs were new
FORGOTTEN_TOO = 0.2  # how often another level of such a row is new as well

History = dict[str, list[float]]


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

    def cross_train(
        self,
        recipe: Recipe,
        inputs: Encoded,
        predictions: np.ndarray,
        tables: Sequence[Sequence[np.ndarray]],
    ) -> CrossTrained:
        """Train networks to correct predictions, each without one fold.

        Parameters
        ----------
        recipe : Recipe
            The kind of networks.
        inputs : Encoded
            What they read.
        predictions : ndarray of shape (n_rows, n_networks)
            What each of them corrects.
        tables : sequence of sequence of ndarray
            For each network, the vectors that levels start from.

        Returns
        -------
        CrossTrained
            Rows of folds that no network leaves out stay as predicted by the first.
        """
        sample = self.folds.sample
        base = predictions[:, 0].copy()
        corrected = base.copy()
        members, histories = [], []
        for fold in range(self.n_networks):
            prediction = predictions[:, fold, np.newaxis]
            left_over = sample.target - prediction
            member, history = train_member(
                recipe,
                replace(sample, inputs=inputs, target=left_over),
                *self._rows_for(fold),
                tables[fold],
                self.params,
                self.scale,
                self.rng,
            )
            unseen = self.folds.rows_of(fold)
            base[unseen] = prediction[unseen, 0]
            corrected[unseen] = base[unseen] + member.output(inputs.take(unseen))
            members.append(member)
            histories.append(history)
        ambiguity = _ambiguity(members, inputs)
        return CrossTrained(
            tuple(members), base, corrected, ambiguity, _averaged(histories)
        )

    def _rows_for(self, fold: int) -> tuple[np.ndarray, np.ndarray | None]:
        """Return the rows to train a network on, and those to stop it by, if any.

        What stops a network cannot judge it: that takes one more fold.
        """
        if not self.params["early_stopping"]:
            return self.folds.rows_outside(fold), None
        another = (fold + 1) % self.folds.count
        return self.folds.rows_outside(fold, another), self.folds.rows_of(another)


@dataclass(frozen=True, eq=False)
class Corrected:
    """What networks that read effects have been trained on, and what they made of it.

    Attributes
    ----------
    networks : CrossTrained
        What was trained.
    inputs : Encoded
        What they read of the rows, then of some of them again as if levels were new.
    folds : Folds
        The rows, and those that are read again.
    is_new : ndarray of shape (n_rows,) and dtype bool
        Which rows have a level that the fit without their fold does not know.
    origin : ndarray of shape (n_rows,)
        Which row of the sample each of them is.
    knowledge : Knowledge
        What the networks are to read of new rows.
    """

    networks: CrossTrained
    inputs: Encoded
    folds: Folds
    is_new: np.ndarray
    origin: np.ndarray
    knowledge: Knowledge


def train_corrections(task: Task, model: MixedModel, n_columns: int) -> Corrected:
    """Train networks that read the effects of a mixed model.

    Some rows are read a second time as if levels of theirs were new, so that networks
    know what to make of those. They weigh less where more is left to chance.

    Parameters
    ----------
    task : Task
        On what, and how.
    model : MixedModel
        What is to be corrected.
    n_columns : int
        How many categorical columns there are.

    Returns
    -------
    Corrected
        What came of it.
    """
    folds, sample = task.folds, task.folds.sample
    rows = model.locate(sample.inputs)
    knowledge = knowledge_without_folds(model, folds, rows)
    again = _rows_to_read_again(folds, n_columns, task.rng)
    forgotten = _forgotten_terms(model, len(again), n_columns, task.rng)

    seen = evidence(model.mean, rows, knowledge, folds.of_row)
    new_rows = rows.take(again).forget(forgotten)
    new = evidence(model.mean, new_rows, knowledge, folds.of_row[again])
    copies = sample.take(again)
    copies = replace(copies, weight=copies.weight * _caution(sample, seen, copies, new))

    joined = join([sample, copies])
    features = np.vstack([seen.features, new.features])
    inputs = Encoded(np.empty((len(features), 0), dtype=np.int32), features)
    prediction = np.concatenate([seen.prediction, new.prediction])
    origin = np.concatenate([np.arange(len(folds.of_row)), again])
    of_row = folds.of_row[origin]
    wider = replace(task, folds=Folds(joined, of_row, folds.count))
    is_new = np.concatenate([~seen.is_known(n_columns), ~new.is_known(n_columns)])
    predictions = np.repeat(prediction[:, np.newaxis], task.n_networks, axis=1)
    no_tables: list[list[np.ndarray]] = [[] for _ in range(task.n_networks)]
    networks = wider.cross_train(CORRECTION, inputs, predictions, no_tables)
    return Corrected(
        networks, inputs, wider.folds, is_new, origin, knowledge.averaged()
    )


def _rows_to_read_again(
    folds: Folds, n_columns: int, rng: np.random.Generator
) -> np.ndarray:
    n_rows = len(folds.of_row)
    n_copies = int(np.ceil(READ_AGAIN * n_rows)) if n_columns else 0
    return np.sort(rng.choice(n_rows, n_copies, replace=False))


def _forgotten_terms(
    model: MixedModel, n_rows: int, n_columns: int, rng: np.random.Generator
) -> np.ndarray:
    """Draw which levels of each row are new: one for sure, each other one at times."""
    forgotten = rng.random((n_rows, n_columns)) < FORGOTTEN_TOO
    if n_columns:
        forgotten[np.arange(n_rows), rng.integers(n_columns, size=n_rows)] = True
    parts = [forgotten[:, list(term.columns)].any(axis=1) for term in model.terms]
    return np.column_stack([np.empty((n_rows, 0), dtype=bool), *parts])


def _caution(sample: Sample, seen: Evidence, copies: Sample, new: Evidence) -> float:
    """Return how much less is left to chance in rows as they are."""
    left = [
        part.weight
        @ (part.target[:, 0] - known.prediction) ** 2
        / max(part.weight.sum(), 1.0)
        for part, known in ((sample, seen), (copies, new))
    ]
    return float(min(left[0] / left[1], 1.0)) if left[1] > 0 else 1.0


def train_interactions(
    task: Task,
    model: MixedModel,
    table_rows: Sequence[int],
    n_dims: Sequence[int],
) -> CrossTrained:
    """Train networks that read vectors of levels.

    They learn what the mixed model leaves over of the rows that it was fitted on, which
    tells nothing of other rows' targets.

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
        What was trained.
    """
    folds, sample = task.folds, task.folds.sample
    rows = model.locate(sample.inputs)
    columns = np.flatnonzero(n_dims)
    inputs = Encoded(sample.inputs.codes[:, columns], rows.lines.toarray())
    fits = np.split(fit_without_folds(model, folds), folds.count, axis=1)
    predictions = [model.predict(rows, fit) for fit in fits[: task.n_networks]]
    tables = []
    for fold, prediction in enumerate(predictions):
        outside = folds.rows_outside(fold)
        vectors, _ = interaction_vectors(
            sample.inputs.take(outside),
            table_rows,
            model.ramps.bent,
            (sample.target[:, 0] - prediction)[outside],
            sample.weight[outside],
            n_dims,
        )
        tables.append([vectors[column] for column in columns])
    return task.cross_train(INTERACTION, inputs, np.column_stack(predictions), tables)


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
