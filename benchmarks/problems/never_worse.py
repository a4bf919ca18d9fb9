"""Tables of all kinds, on none of which skembed is to be worse than ridge."""

from __future__ import annotations

from dataclasses import dataclass

from benchmarks.measures import NUMBERS
from benchmarks.problems._sweep import Truth, sweep


@dataclass(frozen=True)
class Numbers(Truth):
    """What varies among the tables, as `make_effects` calls it."""

    noise: float = 1.0

    @property
    def target(self) -> str:
        """How large the noise is."""
        return f"noise {self.noise:g}"


# rows to train on, and the truth: few and many rows a level, even and uneven levels,
# one to ten columns, sums and products
TABLES = (
    (500, Numbers((20,))),
    (500, Numbers((200,))),
    (500, Numbers((50, 10), n_quantities=2)),
    (500, Numbers((100, 100), interaction_scale=0.5)),
    (500, Numbers((10,) * 10, n_quantities=3)),
    (1_000, Numbers((300, 5), zipf=1.2, noise=3.0)),
    (1_000, Numbers((30, 30), effect_scale=0.3, interaction_scale=1.0)),
    (2_000, Numbers((1_000,), zipf=0.6)),
    (2_000, Numbers((40, 20, 10), zipf=0.8, n_quantities=5)),
    (2_000, Numbers((50,), n_quantities=1, slope_scale=0.5)),
    (5_000, Numbers((2_000, 50), noise=2.0)),
    (5_000, Numbers((100, 50), effect_scale=0.0, n_quantities=2)),
    (5_000, Numbers((100, 50), interaction_scale=0.3, zipf=1.0)),
    (5_000, Numbers((60,) * 5, interaction_scale=1.0)),
    (10_000, Numbers((10,), noise=5.0)),
    (10_000, Numbers((5_000, 100), zipf=1.2)),
    (10_000, Numbers((200, 200), effect_scale=0.5, interaction_scale=0.7)),
    (10_000, Numbers((30,) * 10, zipf=0.5, n_quantities=10)),
    (20_000, Numbers((3_000, 300, 30), noise=0.3)),
    (20_000, Numbers((500, 20), interaction_scale=0.5, zipf=1.2, n_quantities=3)),
    (20_000, Numbers((1_000, 10), n_quantities=2, slope_scale=1.0)),
    (50_000, Numbers((10_000, 1_000), zipf=0.8, noise=2.0)),
    (100_000, Numbers((100, 50), n_quantities=4)),
    (100_000, Numbers((2_000, 500), interaction_scale=0.7, zipf=1.0)),
)

PROBLEMS = sweep("never_worse", NUMBERS.ratio, TABLES)
