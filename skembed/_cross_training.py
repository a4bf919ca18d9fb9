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
from skembed._evidence import Knowledge, evidence, knowledge_without_folds
from skembed._folds import Folds
from skembed._interactions import interaction_vectors
from skembed._members import CORRECTION, INTERACTION, Member, Recipe, train_member
from skembed._mixed_model import MixedModel, fit_without_folds
from skembed._target import TargetScale

ROWS_TO_COMPARE = 10_000

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

    @property
    def judged(self) -> np.ndarray:
        """The rows that some network has left out."""
        return np.flatnonzero(self.folds.of_row < self.n_networks)

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
            task = replace(sample, inputs=inputs, target=sample.target - prediction)
            unseen = self.folds.rows_of(fold)
            member, history = train_member(
                recipe,
                task,
                self.folds.rows_outside(fold),
                unseen,
                tables[fold],
                self.params,
                self.scale,
                self.rng,
            )
            base[unseen] = prediction[unseen, 0]
            corrected[unseen] = base[unseen] + member.output(inputs.take(unseen))
            members.append(member)
            histories.append(history)
        ambiguity = _ambiguity(members, inputs)
        return CrossTrained(
            tuple(members), base, corrected, ambiguity, _averaged(histories)
        )


def train_corrections(task: Task, model: MixedModel) -> tuple[CrossTrained, Knowledge]:
    """Train networks that read the effects of a mixed model.

    Parameters
    ----------
    task : Task
        On what, and how.
    model : MixedModel
        What is to be corrected.

    Returns
    -------
    networks : CrossTrained
        What was trained.
    knowledge : Knowledge
        What they are to read of new rows.
    """
    rows = model.locate(task.folds.sample.inputs)
    knowledge = knowledge_without_folds(model, task.folds, rows)
    seen = evidence(model.mean, rows, knowledge, task.folds.of_row)
    inputs = Encoded(np.empty((len(rows), 0), dtype=np.int32), seen.features)
    predictions = np.repeat(seen.prediction[:, np.newaxis], task.n_networks, axis=1)
    no_tables: list[list[np.ndarray]] = [[] for _ in range(task.n_networks)]
    networks = task.cross_train(CORRECTION, inputs, predictions, no_tables)
    return networks, knowledge.averaged()


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
    inputs = Encoded(sample.inputs.codes[:, columns], rows.lines)
    fits = fit_without_folds(model, folds)[:, : task.n_networks]
    predictions = np.column_stack([model.predict(rows, fit) for fit in fits.T])
    tables = []
    for fold, prediction in enumerate(predictions.T):
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
    return task.cross_train(INTERACTION, inputs, predictions, tables)


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
