"""What a model predicts with one level in place of another.

The profile of a level is the curve of predictions over the training rows, had they all
the level; its distance to another level's is how differently the model treats the two.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from skembed._encoding import Encoded
from skembed._model import Model
from skembed._sample import Rows, kept_rows, merge_rows
from skembed._skeleton import fill_matrix

MAX_PREDICTIONS = 2_000_000
FEWEST_ROWS = 50
ROWS_AT_A_TIME = 100_000


@dataclass(frozen=True, eq=False)
class Profiles:
    """Predictions of each level in place of the levels of some rows.

    Attributes
    ----------
    values : ndarray of shape (n_levels, n_rows, n_outputs)
        In units of the target.
    weight : ndarray of shape (n_rows,)
        How much each row counts; they add up to 1.
    """

    values: np.ndarray
    weight: np.ndarray

    @property
    def points(self) -> np.ndarray:
        """Points whose distances are the root mean square differences of profiles."""
        n_levels, _, n_outputs = self.values.shape
        scaled = self.values * np.sqrt(self.weight / n_outputs)[:, np.newaxis]
        return scaled.reshape(n_levels, -1)

    @property
    def means(self) -> np.ndarray:
        """The mean prediction of each level, of shape (n_levels, n_outputs)."""
        return np.einsum("lro,r->lo", self.values, self.weight)


def profiles_of(model: Model, column: int) -> Profiles:
    """Predict every level of a column in place of the others.

    Parameters
    ----------
    model : Model
        A fitted model.
    column : int
        Which of the categorical columns.

    Returns
    -------
    Profiles
        Of the levels in the order of the vocabulary, over all distinct rows of the
        other columns; over some of them if there are too many for the levels. Of many
        levels and rows, most predictions are combinations of others, see
        `skembed._skeleton`.
    """
    vocabulary = model.encoding.vocabularies[column]
    rows = model.reference
    codes = rows.inputs.codes.copy()
    codes[:, column] = 0
    inputs = Encoded(codes, rows.inputs.quantities)
    contexts = merge_rows(Rows(inputs, rows.weight))
    n_rows = max(MAX_PREDICTIONS // (vocabulary.unseen_row + 1), FEWEST_ROWS)
    contexts = kept_rows(contexts, n_rows)

    def predicted(codes: np.ndarray, places: np.ndarray) -> np.ndarray:
        return _predicted(model, column, codes, contexts.inputs.take(places))

    values = fill_matrix(predicted, vocabulary.unseen_row, len(contexts.inputs))
    return Profiles(values[vocabulary.rows], contexts.weight / contexts.weight.sum())


def _predicted(
    model: Model, column: int, codes: np.ndarray, contexts: Encoded
) -> np.ndarray:
    """Return predictions of shape (n_codes, n_rows, n_outputs)."""
    n_rows = len(contexts)
    at_a_time = max(ROWS_AT_A_TIME // n_rows, 1)
    blocks = []
    for start in range(0, len(codes), at_a_time):
        some = codes[start : start + at_a_time]
        inputs = contexts.take(np.tile(np.arange(n_rows), len(some)))
        inputs.codes[:, column] = np.repeat(some, n_rows)
        predicted = model.scale.restore(model.core.forward(inputs))
        blocks.append(predicted.reshape(len(some), n_rows, -1))
    return np.concatenate(blocks)
