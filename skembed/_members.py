"""One network of a blend: trained on the rows outside of a fold, applied by numpy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from skembed._architecture import Architecture, read_activations, read_hidden_units
from skembed._encoding import Encoded
from skembed._likelihood import Likelihood
from skembed._parts import parts_of
from skembed._predictor import Predictor
from skembed._sample import Sample
from skembed._schedule import Schedule, make_schedule
from skembed._target import TargetScale
from skembed._tensorflow import load_tensorflow
from skembed._weights import Weights, draw_weights, forward

ROWS_AT_ONCE = 65_536
LEAST_SCALE = 1e-3  # of a feature; what varies less is not blown up
LAST_KERNEL = 0.05  # of its usual size: a correction starts near zero
STEPS_PER_EPOCH = 16
AUTO_BATCH = (16, 512)
MULTIPLE = 8  # of rows in a batch: for each number TensorFlow keeps code of its own
EPOCHS = 12
LEARNING_RATE = 0.006  # before it is annealed
DECAY_PER_ALPHA = 0.2


@dataclass(frozen=True, eq=False)
class Member:
    """A trained network.

    Attributes
    ----------
    center, scale : ndarray of shape (n_features,)
        What the features are standardised by.
    unit : float
        The standard deviation of what the network was trained on.
    network : Predictor
        Its weights.
    """

    center: np.ndarray
    scale: np.ndarray
    unit: float
    network: Predictor

    def output(self, inputs: Encoded) -> np.ndarray:
        """Return the correction of every row, in units of the standardised target."""
        weights = Weights.from_keras(self.network.arrays, 0)
        activations = self.network.architecture.activations
        scaled = (inputs.quantities - self.center) / self.scale
        read = Encoded(inputs.codes, scaled)
        return self.unit * forward(weights, activations, read)[:, 0]


def train_member(
    sample: Sample,
    training: np.ndarray,
    validation: np.ndarray | None,
    params: Mapping[str, Any],
    scale: TargetScale,
    likelihood: Likelihood,
    rng: np.random.Generator,
) -> tuple[Member, dict[str, list[float]]]:
    """Train a network on some rows of a sample.

    Parameters
    ----------
    sample : Sample
        What the network is to read, with the target to predict from it.
    training : ndarray of int
        Rows to train on.
    validation : ndarray of int or None
        Rows to stop training by.
    params : mapping
        The estimator's parameters.
    scale : TargetScale
        In which losses are reported.
    likelihood : Likelihood
        What outcomes are drawn from.
    rng : numpy.random.Generator
        The only source of randomness.

    Returns
    -------
    member : Member
        The trained network.
    history : dict of list of float
        Losses by epoch.
    """
    load_tensorflow()
    from skembed._training import train

    center, spread = _feature_scale(sample, training)
    residual, weight = sample.target[training, 0], sample.weight[training]
    squares = weight @ residual**2 + sample.squares[training].sum()
    unit = likelihood.unit(squares / weight.sum())
    part = _part(sample, training, center, spread, unit)
    held_out = None
    if validation is not None:
        held_out = _part(sample, validation, center, spread, unit)
    member = Member(center, spread, unit, _start(sample, params, rng))
    schedule = _schedule(part, {**params, "loss": likelihood.loss}, scale, unit)
    network, history = train(member.network, schedule, part, held_out, rng)
    return replace(member, network=network), history


def _feature_scale(sample: Sample, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    parts = [rows[part] for part in parts_of(len(rows), ROWS_AT_ONCE)]
    features, weight = sample.inputs.quantities, sample.weight
    total = weight[rows].sum()
    center = sum(weight[part] @ features[part] for part in parts) / total
    squares = sum(weight[part] @ (features[part] - center) ** 2 for part in parts)
    return center, np.maximum(np.sqrt(squares / total), LEAST_SCALE)


def _part(
    sample: Sample,
    rows: np.ndarray,
    center: np.ndarray,
    spread: np.ndarray,
    unit: float,
) -> Sample:
    """Return rows of a sample, features and target standardised."""
    codes, features = sample.inputs.codes, sample.inputs.quantities
    scaled = np.empty((len(rows), features.shape[1]), dtype=np.float32)
    for part in parts_of(len(rows), ROWS_AT_ONCE):
        scaled[part] = (features[rows[part]] - center) / spread
    return Sample(
        inputs=Encoded(codes[rows], scaled),
        target=sample.target[rows] / unit,
        count=sample.count[rows],
        weight=sample.weight[rows],
        squares=sample.squares[rows] / unit**2,
    )


def _start(
    sample: Sample, params: Mapping[str, Any], rng: np.random.Generator
) -> Predictor:
    units = read_hidden_units(params["hidden_units"])
    architecture = Architecture(
        table_rows=(),
        embedding_dims=(),
        n_quantities=sample.inputs.quantities.shape[1],
        hidden_units=units,
        activations=read_activations(params["activation"], len(units)),
        n_outputs=1,
    )
    drawn = draw_weights(architecture, rng)
    *kernels, last = drawn.kernels
    weights = Weights((), (*kernels, LAST_KERNEL * last), drawn.biases)
    return Predictor(architecture, tuple(weights.to_keras()), ())


def _schedule(
    training: Sample,
    params: Mapping[str, Any],
    scale: TargetScale,
    unit: float,
) -> Schedule:
    is_default = params["optimizer"] == "adam"
    chosen = dict(params)
    if is_default and chosen["learning_rate"] is None:
        chosen["learning_rate"] = LEARNING_RATE
    if chosen["epochs"] == "auto":
        chosen["epochs"] = EPOCHS
    if params["verbose"] == 1:  # a line for each network, and none for its epochs
        chosen["verbose"] = 0
    schedule = make_schedule(training, scale, chosen)
    schedule = replace(
        schedule, loss_unit=schedule.loss_unit * unit**2, alpha=0.0, is_annealed=True
    )
    if params["batch_size"] == "auto":
        wanted = np.clip(len(training.inputs) / STEPS_PER_EPOCH, *AUTO_BATCH)
        size = int(np.ceil(wanted / MULTIPLE) * MULTIPLE)
        steps = int(np.ceil(len(training.inputs) / size))
        schedule = replace(schedule, batch_size=size, steps_per_epoch=steps)
    if is_default:
        decay = DECAY_PER_ALPHA * params["alpha"]
        adamw = {"class_name": "adamw", "config": {"weight_decay": decay}}
        return replace(schedule, optimizer=adamw)
    return schedule
