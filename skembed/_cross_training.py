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

from skembed._cross_fitting import CrossFitted
from skembed._encoding import Encoded
from skembed._evidence import (
    ROWS_AT_ONCE,
    Evidence,
    Knowledge,
    count_features,
    knowledge_without_folds,
    read_rows,
)
from skembed._folds import Folds
from skembed._likelihood import Likelihood
from skembed._members import Member, train_member
from skembed._mixed_model import MixedModel
from skembed._parts import parts_of
from skembed._sample import Sample, join
from skembed._stages import Stage, describe_epochs
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
        What the model predicts without the row's fold.
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
    likelihood : Likelihood
        What outcomes are drawn from.
    rng : numpy.random.Generator
        The only source of randomness.
    """

    folds: Folds
    n_networks: int
    params: Mapping[str, Any]
    scale: TargetScale
    likelihood: Likelihood
    rng: np.random.Generator

    def cross_train(self, inputs: Encoded, prediction: np.ndarray) -> CrossTrained:
        """Train networks to correct a prediction, each without one fold.

        Parameters
        ----------
        inputs : Encoded
            What they read.
        prediction : ndarray of shape (n_rows,)
            What they correct.

        Returns
        -------
        CrossTrained
            Rows of folds that no network leaves out stay as predicted.
        """
        sample = self.folds.sample
        to_learn = self.likelihood.to_correct(sample, prediction)
        to_learn = replace(to_learn, inputs=inputs)
        corrected = prediction.copy()
        members, histories = [], []
        for fold in range(self.n_networks):
            stage = Stage(f"Network {fold + 1} of {self.n_networks}")
            divided = to_learn, *self._rows_for(fold)
            member, history = train_member(
                *divided, self.params, self.scale, self.likelihood, self.rng
            )
            unseen = self.folds.rows_of(fold)
            for part in parts_of(len(unseen), ROWS_AT_ONCE):
                rows = unseen[part]
                corrected[rows] += member.output(inputs.take(rows))
            members.append(member)
            histories.append(history)
            stage.end(describe_epochs(history))
        ambiguity = _ambiguity(members, inputs)
        history = averaged(histories)
        return CrossTrained(tuple(members), prediction, corrected, ambiguity, history)

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


def train_corrections(task: Task, fitted: CrossFitted, n_columns: int) -> Corrected:
    """Train networks that read what a model knows.

    Some rows are read a second time as if levels of theirs were new, so that networks
    know what to make of those. They weigh less where more is left to chance.

    Parameters
    ----------
    task : Task
        On what, and how.
    fitted : CrossFitted
        What is to be corrected, fitted on the task's folds.
    n_columns : int
        How many categorical columns there are.

    Returns
    -------
    Corrected
        What came of it.
    """
    folds, sample = task.folds, task.folds.sample
    knowledge = knowledge_without_folds(fitted)
    again = _rows_to_read_again(folds, n_columns, task.rng)
    forgotten = _forgotten_terms(fitted.model.mixed, len(again), n_columns, task.rng)

    n_rows, n_features = len(folds.of_row), count_features(fitted.rows, knowledge)
    features = np.empty((n_rows + len(again), n_features), dtype=np.float32)
    seen = read_rows(fitted.rows, knowledge, folds.of_row, features[:n_rows])
    new_rows = fitted.rows.take(again).forget(forgotten)
    new = read_rows(new_rows, knowledge, folds.of_row[again], features[n_rows:])
    copies = sample.take(again)
    caution = _caution(task.likelihood, sample, seen, copies, new)
    copies = replace(copies, weight=copies.weight * caution)

    joined = join([sample, copies])
    inputs = Encoded(np.empty((len(features), 0), dtype=np.int32), features)
    prediction = np.concatenate([seen.prediction, new.prediction])
    origin = np.concatenate([np.arange(n_rows), again])
    of_row = folds.of_row[origin]
    wider = replace(task, folds=Folds(joined, of_row, folds.count))
    is_new = np.concatenate([~seen.is_known(n_columns), ~new.is_known(n_columns)])
    networks = wider.cross_train(inputs, prediction)
    averaged = knowledge.averaged(fitted.model)
    return Corrected(networks, inputs, wider.folds, is_new, origin, averaged)


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


def _caution(
    likelihood: Likelihood,
    sample: Sample,
    seen: Evidence,
    copies: Sample,
    new: Evidence,
) -> float:
    """Return how much less is left to chance in rows as they are."""
    left = [
        part.weight
        @ likelihood.losses(part.target[:, 0], known.prediction)
        / max(part.weight.sum(), 1.0)
        for part, known in ((sample, seen), (copies, new))
    ]
    return float(min(left[0] / left[1], 1.0)) if left[1] > 0 else 1.0


def _ambiguity(members: Sequence[Member], inputs: Encoded) -> float:
    """Measure how networks differ on the same rows, of which some are enough."""
    some = inputs.take(slice(None, None, -(-len(inputs) // ROWS_TO_COMPARE)))
    outputs = np.array([member.output(some) for member in members])
    return float(outputs.var(axis=0).mean())


def averaged(histories: Sequence[History]) -> History:
    """Average losses over networks, as far as all of them were trained."""
    return {
        name: [float(np.mean(losses)) for losses in zip(*values, strict=False)]
        for name in histories[0]
        if (values := [history[name] for history in histories])
    }
