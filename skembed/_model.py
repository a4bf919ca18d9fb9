"""A fitted model, which predicts and transforms without Keras."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from skembed._columns import Column
from skembed._encoding import Encoded, Encoding
from skembed._predictor import Predictor
from skembed._target import TargetScale
from skembed._weights import Weights, forward


@dataclass(frozen=True, eq=False)
class Model:
    """Everything that ``fit`` learns: from columns to predictions and vectors.

    Attributes
    ----------
    encoding : Encoding
        From columns to codes and quantities.
    predictor : Predictor
        From those to standard units.
    scale : TargetScale
        From those to units of the target.
    history : dict of list of float
        Losses by epoch.
    """

    encoding: Encoding
    predictor: Predictor
    scale: TargetScale
    history: dict[str, list[float]]

    def predict(self, columns: Sequence[Column], handle_unknown: str) -> np.ndarray:
        """Return predictions of shape (n_samples, n_outputs)."""
        inputs = self.encoding.encode(columns, handle_unknown)
        return self.scale.restore(_forward(self.predictor, inputs))

    def transform(self, columns: Sequence[Column], handle_unknown: str) -> np.ndarray:
        """Return vectors in place of levels; other columns pass unchanged."""
        codes = self.encoding.encode(columns, handle_unknown).codes.T
        pairs = zip(self.predictor.tables, codes, strict=True)
        vectors = (table[rows] for table, rows in pairs)
        roles = zip(columns, self.encoding.is_categorical, strict=True)
        blocks = [
            next(vectors) if is_categorical else column.to_float()[:, np.newaxis]
            for column, is_categorical in roles
        ]
        return np.hstack(blocks, dtype=np.float64)


def _forward(predictor: Predictor, inputs: Encoded) -> np.ndarray:
    """Evaluate a network: the standard one by numpy, the user's own by Keras."""
    if predictor.builder is None:
        weights = Weights.from_keras(predictor.arrays, len(predictor.tables))
        return forward(weights, predictor.architecture.activations, inputs)
    from skembed._network import keras_forward  # imports TensorFlow

    return keras_forward(predictor, inputs)
