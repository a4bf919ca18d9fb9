"""What is fitted: tables and networks of several sizes."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from skembed import EmbeddingRegressor

SEED = 0
N_COLUMNS = 3
N_QUANTITIES = 2
N_DIMS = 16
QUICK_ROWS = 2_000


@dataclass(frozen=True)
class Job:
    """A network to fit to a table of three columns and two quantities.

    Attributes
    ----------
    name : str
        As the command line calls it.
    n_rows, n_levels : int
        Of the table, and of each column.
    hidden_units : tuple of int
        Of the network.
    batch_size, n_epochs : int
        How it is trained.
    """

    name: str
    n_rows: int
    n_levels: int
    hidden_units: tuple[int, ...]
    batch_size: int
    n_epochs: int

    @property
    def n_steps(self) -> int:
        """How many steps training takes."""
        return self.n_epochs * -(-self.n_rows // self.batch_size)

    def quick(self) -> Job:
        """Return the same on few rows."""
        return replace(self, n_rows=QUICK_ROWS, n_epochs=2)

    def table(self) -> tuple[pd.DataFrame, np.ndarray]:
        """Draw levels, quantities and outcomes."""
        rng = np.random.default_rng(SEED)
        codes = rng.integers(self.n_levels, size=(self.n_rows, N_COLUMNS))
        X = pd.DataFrame(codes, columns=[f"level_{j}" for j in range(N_COLUMNS)])
        for j in range(N_QUANTITIES):
            X[f"quantity_{j}"] = rng.normal(size=self.n_rows)
        effects = rng.normal(size=self.n_levels)
        return X, effects[codes[:, 0]] + rng.normal(size=self.n_rows)

    def model(self) -> EmbeddingRegressor:
        """Return what is to be fitted."""
        return EmbeddingRegressor(
            model="network",
            embedding_dim=N_DIMS,
            hidden_units=self.hidden_units,
            batch_size=self.batch_size,
            epochs=self.n_epochs,
            random_state=SEED,
        )


WARM_UP = Job("warm-up", 200, 5, (4,), 50, 2)
JOBS = (
    Job("small network", 100_000, 1_000, (64, 32), 1_024, 10),
    Job("many steps", 200_000, 1_000, (64, 32), 1_024, 60),
    Job("large batches", 300_000, 1_000, (256, 128), 16_384, 30),
    Job("wide layers", 300_000, 1_000, (1_024, 512), 16_384, 20),
    Job("long tables", 300_000, 100_000, (256, 128), 16_384, 30),
)
