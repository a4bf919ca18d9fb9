"""What each parameter of the estimators may be, as scikit-learn declares it."""

from __future__ import annotations

from numbers import Integral, Real
from typing import Any

from skembed._activations import ACTIVATIONS
from skembed._schedule import KERAS_LOSSES, OPTIMIZERS
from skembed._sklearn import HasMethods, Interval, RealNotInt, StrOptions

LOSS: dict[str, list[Any]] = {"loss": [StrOptions(set(KERAS_LOSSES)), callable]}
CLASS_WEIGHT: dict[str, list[Any]] = {
    "class_weight": [dict, StrOptions({"balanced"}), None]
}

PARAMETERS: dict[str, list[Any]] = {
    "embedding_dim": [
        StrOptions({"auto"}),
        Interval(Integral, 1, None, closed="left"),
        dict,
    ],
    "hidden_units": ["array-like", Interval(Integral, 1, None, closed="left")],
    "activation": [StrOptions(set(ACTIVATIONS)), "array-like"],
    "optimizer": [StrOptions(set(OPTIMIZERS)), HasMethods("get_config")],
    "learning_rate": [Interval(Real, 0, None, closed="neither"), None],
    "alpha": [Interval(Real, 0, None, closed="left")],
    "epochs": [StrOptions({"auto"}), Interval(Integral, 1, None, closed="left")],
    "batch_size": [StrOptions({"auto"}), Interval(Integral, 1, None, closed="left")],
    "early_stopping": ["boolean"],
    "validation_fraction": [Interval(Real, 0, 1, closed="neither")],
    "n_iter_no_change": [Interval(Integral, 1, None, closed="left")],
    "tol": [Interval(Real, 0, None, closed="left")],
    "categorical_features": [StrOptions({"auto", "all"}), "array-like"],
    "min_frequency": [
        Interval(Integral, 1, None, closed="left"),
        Interval(RealNotInt, 0, 1, closed="neither"),
        None,
    ],
    "max_categories": [Interval(Integral, 1, None, closed="left"), None],
    "handle_unknown": [StrOptions({"average", "error", "warn"})],
    "model": [StrOptions({"auto", "blend", "network"}), callable],
    "n_networks": [Interval(Integral, 0, None, closed="left")],
    "callbacks": [list, tuple, HasMethods("on_epoch_end"), None],
    "warm_start": ["boolean"],
    "random_state": ["random_state"],
    "verbose": ["verbose"],
}

OF_ENCODER = (
    "embedding_dim",
    "categorical_features",
    "min_frequency",
    "max_categories",
    "handle_unknown",
    "n_networks",
    "random_state",
)
ENCODER: dict[str, list[Any]] = {
    **{name: PARAMETERS[name] for name in OF_ENCODER},
    "target_type": [StrOptions({"auto", "continuous", "binary", "multiclass"})],
    "cv": ["cv_object"],
    "output": [StrOptions({"embedding", "prediction"})],
}
