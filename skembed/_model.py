"""A fitted model, which predicts and transforms without Keras."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from skembed._columns import Column
from skembed._encoding import Encoded, Encoding
from skembed._predictor import Predictor
from skembed._sample import Rows
from skembed._target import TargetScale
from skembed._tensorflow import load_tensorflow
from skembed._weights import Weights, forward


class Evaluated(Protocol):
    """What predicts in standard units, and has vectors of levels."""

    @property
    def tables(self) -> tuple[np.ndarray, ...]:
        """The vectors of each categorical column, those of unseen levels last."""

    @property
    def n_outputs(self) -> int:
        """Columns of what `forward` returns."""

    def forward(self, inputs: Encoded) -> np.ndarray:
        """Return predictions of shape (n_rows, n_outputs)."""


@dataclass(frozen=True, eq=False)
class Network:
    """A network of its own: the standard one, or the user's.

    Attributes
    ----------
    predictor : Predictor
        Sizes and weights.
    """

    predictor: Predictor

    @property
    def tables(self) -> tuple[np.ndarray, ...]:
        """The vectors of each categorical column, those of unseen levels last."""
        return self.predictor.tables

    @property
    def n_outputs(self) -> int:
        """Columns of what `forward` returns."""
        return self.predictor.architecture.n_outputs

    def forward(self, inputs: Encoded) -> np.ndarray:
        """Evaluate the standard network by numpy, the user's own by Keras."""
        predictor = self.predictor
        if predictor.builder is None:
            weights = Weights.from_keras(predictor.arrays, len(predictor.tables))
            return forward(weights, predictor.architecture.activations, inputs)
        load_tensorflow()
        from skembed._network import keras_forward

        return keras_forward(predictor, inputs)


@dataclass(frozen=True, eq=False)
class Model:
    """Everything that ``fit`` learns: from columns to predictions and vectors.

    Attributes
    ----------
    encoding : Encoding
        From columns to codes and quantities.
    core : Evaluated
        From those to standard units: a network or a blend.
    scale : TargetScale
        From those to units of the target.
    history : dict of list of float
        Losses by epoch.
    reference : Rows
        Training rows, or some that stand for them, to compare levels by.
    """

    encoding: Encoding
    core: Evaluated
    scale: TargetScale
    history: dict[str, list[float]]
    reference: Rows

    def predict(self, columns: Sequence[Column], handle_unknown: str) -> np.ndarray:
        """Return predictions of shape (n_samples, n_outputs)."""
        inputs = self.encoding.encode(columns, handle_unknown)
        return self.scale.restore(self.core.forward(inputs))

    def transform(self, columns: Sequence[Column], handle_unknown: str) -> np.ndarray:
        """Return vectors in place of levels; other columns pass unchanged."""
        codes = self.encoding.encode(columns, handle_unknown).codes
        return replace_levels(columns, self.encoding, codes, self.core.tables)


def shown_attributes(model: Model) -> dict[str, Any]:
    """Return what users see of a model, by the names of an estimator's attributes."""
    vocabularies = model.encoding.vocabularies
    embeddings = {
        v.name: table[v.rows]
        for v, table in zip(vocabularies, model.core.tables, strict=True)
    }
    loss_curve = model.history["loss"]
    shown = {
        "categories_": {v.name: v.levels for v in vocabularies},
        "category_counts_": {v.name: v.counts for v in vocabularies},
        "embeddings_": embeddings,
        "is_categorical_": model.encoding.is_categorical,
        "n_outputs_": model.core.n_outputs,
        "history_": model.history,
        "loss_curve_": loss_curve,
        "n_iter_": len(loss_curve),
    }
    if len(embeddings) == 1:
        (shown["embedding_"],) = embeddings.values()
    return shown


def replace_levels(
    columns: Sequence[Column],
    encoding: Encoding,
    codes: np.ndarray,
    tables: Sequence[np.ndarray],
) -> np.ndarray:
    """Return rows of tables in place of levels; other columns pass unchanged.

    Parameters
    ----------
    columns : sequence of Column
        Those of the encoding.
    encoding : Encoding
        Tells which of them have levels.
    codes : ndarray of shape (n_samples, n_categorical)
        Of the levels.
    tables : sequence of ndarray
        For each column that has levels.

    Returns
    -------
    ndarray of shape (n_samples, n_numbers)
        In the order of the columns.
    """
    numbers = (table[rows] for table, rows in zip(tables, codes.T, strict=True))
    roles = zip(columns, encoding.is_categorical, strict=True)
    blocks = [
        next(numbers) if is_categorical else column.to_float()[:, np.newaxis]
        for column, is_categorical in roles
    ]
    return np.hstack(blocks, dtype=np.float64)
