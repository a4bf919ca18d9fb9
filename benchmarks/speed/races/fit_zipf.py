"""An epoch of training on columns of up to 100,000 levels, most of them rare."""

from __future__ import annotations

from collections.abc import Callable

from benchmarks.speed.data import zipf
from benchmarks.speed.race import SEED, Contestant, Race, Work
from benchmarks.speed.rivals.network_sizes import HIDDEN_UNITS
from skembed import EmbeddingRegressor

BATCH_SIZE = 10_000
N_EPOCHS = 3  # more than in the baseline, which has one


def prepare_ours(is_quick: bool) -> Work:
    data = zipf.load(is_quick)
    frame = data.frame

    def fit(n_epochs: int) -> None:
        EmbeddingRegressor(
            model="network",
            hidden_units=HIDDEN_UNITS,
            epochs=n_epochs,
            batch_size=BATCH_SIZE,
            categorical_features=data.categorical,
            random_state=SEED,
        ).fit(frame, data.y)

    return _per_epoch(fit)


def prepare_keras(is_quick: bool) -> Work:
    from benchmarks.speed.rivals.plain_keras import build_by_column

    data = zipf.load(is_quick)
    model = build_by_column(zipf.N_LEVELS, zipf.N_QUANTITIES)
    inputs = [*data.codes.astype("int32").T.copy(), data.quantities]

    def fit(n_epochs: int) -> None:
        model.fit(inputs, data.y, batch_size=BATCH_SIZE, epochs=n_epochs, verbose=0)

    return _per_epoch(fit)


def _per_epoch(fit: Callable[[int], None]) -> Work:
    """Subtract a fit of one epoch: what it does besides goes with it."""
    return Work(
        run=lambda: fit(1 + N_EPOCHS),
        baseline=lambda: fit(1),
        n_units=N_EPOCHS,
        warm_up=lambda: fit(1),
    )


def prepare_pytorch(is_quick: bool) -> Work:
    from benchmarks.speed.rivals.pytorch_loop import Trainer

    trainer = Trainer(zipf.N_LEVELS, zipf.load(is_quick), BATCH_SIZE)
    return Work(
        run=lambda: trainer.fit(N_EPOCHS),
        n_units=N_EPOCHS,
        warm_up=lambda: trainer.fit(1),
    )


RACES = (
    Race(
        "Zipf table, per epoch",
        Contestant("EmbeddingRegressor", prepare_ours),
        (
            Contestant("Keras by hand", prepare_keras, asked="1.5"),
            Contestant("PyTorch loop", prepare_pytorch, asked="0.9"),
        ),
    ),
)
