"""The target: read, checked, and standardised for training."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.utils import check_array

from skembed._scale import LARGEST, learn_scale


@dataclass(frozen=True, eq=False)
class TargetScale:
    """The mean and the scale of every output.

    Attributes
    ----------
    mean, scale : ndarray of shape (n_outputs,)
        In units of the target. A constant output has scale 1.
    """

    mean: np.ndarray
    scale: np.ndarray

    def standardize(self, target: np.ndarray) -> np.ndarray:
        """Return a target of shape (n_samples, n_outputs) in standard units."""
        return (target - self.mean) / self.scale

    def restore(self, standard: np.ndarray) -> np.ndarray:
        """Return standard units as units of the target."""
        return standard * self.scale + self.mean


def read_target(y: Any) -> np.ndarray:
    """Return the target as floats of shape (n_samples,) or (n_samples, n_outputs).

    Raises
    ------
    ValueError
        If it is missing, not numeric, not finite, or of more than two dimensions.
    """
    if y is None:
        raise ValueError(
            "EmbeddingRegressor requires y to be passed, but the target y is None."
        )
    target = check_array(y, ensure_2d=False, dtype=np.float64, input_name="y")
    if max(target.max(), -target.min()) > LARGEST:
        raise ValueError(f"y holds numbers beyond {LARGEST:g}: change its unit.")
    return target


def learn_target_scale(
    target: np.ndarray, weight: np.ndarray | None = None
) -> TargetScale:
    """Learn the weighted mean and standard deviation of each output.

    Parameters
    ----------
    target : ndarray of shape (n_samples, n_outputs)
        In any units.
    weight : ndarray of shape (n_samples,), default=None
        How often each row counts; None counts each once.

    Returns
    -------
    TargetScale
        For training.
    """
    return TargetScale(*learn_scale(target, weight))
