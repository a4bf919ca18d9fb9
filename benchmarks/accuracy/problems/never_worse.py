"""Tables of all kinds, on none of which skembed is to be worse than ridge."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import partial

import numpy as np

from benchmarks.accuracy.folds import n_rows
from benchmarks.accuracy.generated import RATIO, SEED
from benchmarks.accuracy.problems import Declaration, Options
from benchmarks.problems import Problem
from skembed.datasets import make_effects

N_TEST_ROWS = 20_000


@dataclass(frozen=True)
class Truth:
    """What varies among the tables, as `make_effects` calls it."""

    n_levels: tuple[int, ...]
    effect_scale: float = 1.0
    interaction_scale: float = 0.0
    zipf: float = 0.0
    n_quantities: int = 0
    slope_scale: float = 0.0
    noise: float = 1.0


# rows to train on, and the truth: few and many rows a level, even and uneven levels,
# one to ten columns, sums and products
TABLES = (
    (500, Truth((20,))),
    (500, Truth((200,))),
    (500, Truth((50, 10), n_quantities=2)),
    (500, Truth((100, 100), interaction_scale=0.5)),
    (500, Truth((10,) * 10, n_quantities=3)),
    (1_000, Truth((300, 5), zipf=1.2, noise=3.0)),
    (1_000, Truth((30, 30), effect_scale=0.3, interaction_scale=1.0)),
    (2_000, Truth((1_000,), zipf=0.6)),
    (2_000, Truth((40, 20, 10), zipf=0.8, n_quantities=5)),
    (2_000, Truth((50,), n_quantities=1, slope_scale=0.5)),
    (5_000, Truth((2_000, 50), noise=2.0)),
    (5_000, Truth((100, 50), effect_scale=0.0, n_quantities=2)),
    (5_000, Truth((100, 50), interaction_scale=0.3, zipf=1.0)),
    (5_000, Truth((60,) * 5, interaction_scale=1.0)),
    (10_000, Truth((10,), noise=5.0)),
    (10_000, Truth((5_000, 100), zipf=1.2)),
    (10_000, Truth((200, 200), effect_scale=0.5, interaction_scale=0.7)),
    (10_000, Truth((30,) * 10, zipf=0.5, n_quantities=10)),
    (20_000, Truth((3_000, 300, 30), noise=0.3)),
    (20_000, Truth((500, 20), interaction_scale=0.5, zipf=1.2, n_quantities=3)),
    (20_000, Truth((1_000, 10), n_quantities=2, slope_scale=1.0)),
    (50_000, Truth((10_000, 1_000), zipf=0.8, noise=2.0)),
    (100_000, Truth((100, 50), n_quantities=4)),
    (100_000, Truth((2_000, 500), interaction_scale=0.7, zipf=1.0)),
)


def load(name: str, n_train: int, truth: Truth, options: Options) -> Problem:
    """Generate training rows, and as many test rows of the same truth as it takes."""
    n_train, n_test = n_rows(n_train, options), n_rows(N_TEST_ROWS, options)
    X, y, mean = make_effects(
        n_train + n_test, **asdict(truth), return_mean=True, random_state=SEED
    )
    train, test = np.split(np.arange(len(X)), [n_train])
    n_columns = len(truth.n_levels)
    return Problem(
        name=name,
        X=X,
        y=y,
        categorical=X.columns[:n_columns].tolist(),
        quantities=X.columns[n_columns:].tolist(),
        splits=[(train, test)],
        true_means=mean,
    )


def _note(truth: Truth) -> str:
    """Say what is unlike the other tables."""
    parts = [f"{_times(truth.n_levels)} levels", f"effects {truth.effect_scale:g}"]
    others = {
        "interactions": truth.interaction_scale,
        "zipf": truth.zipf,
        "quantities": truth.n_quantities,
        "slopes": truth.slope_scale,
    }
    parts += [f"{name} {size:g}" for name, size in others.items() if size]
    return ", ".join([*parts, f"noise {truth.noise:g}"])


def _times(n_levels: tuple[int, ...]) -> str:
    if len(n_levels) > 3 and len(set(n_levels)) == 1:
        return f"{len(n_levels)} times {n_levels[0]:,}"
    return " x ".join(f"{n:,}" for n in n_levels)


def _declare(number: int, n_train: int, truth: Truth) -> Declaration:
    name = f"never_worse:{number:02d}"
    return Declaration(
        name,
        _note(truth),
        partial(load, name, n_train, truth),
        measure=RATIO,
        contenders=("ridge", "skembed"),
        is_sweep=True,
    )


PROBLEMS = tuple(_declare(i, *table) for i, table in enumerate(TABLES, start=1))
