"""The encoder of category-embedding, seeded. Importing this loads TensorFlow."""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.tensorflow_loading import load_tensorflow

load_tensorflow()

import keras  # noqa: E402 - TensorFlow first, without its chatter
from category_embedding import CategoryEmbedding  # noqa: E402 - TensorFlow first, without its chatter


class SeededEmbedding(CategoryEmbedding):
    """The encoder; its own seed leaves Keras's draws to chance."""

    def fit(self, X: Any, y: Any) -> SeededEmbedding:
        """Fit its network to the standardised target."""
        keras.utils.set_random_seed(self.random_state)
        y = np.asarray(y, dtype=np.float64)
        return super().fit(X, (y - y.mean()) / y.std())
