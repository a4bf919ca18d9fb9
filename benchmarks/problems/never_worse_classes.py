"""Classes of all kinds, on none of which skembed is to be worse than logistic."""

from __future__ import annotations

from dataclasses import dataclass

from benchmarks.measures import CLASSES
from benchmarks.problems._sweep import Truth, sweep


@dataclass(frozen=True)
class Classes(Truth):
    """What varies among the tables, as `make_classes` calls it."""

    n_classes: int = 2
    intercept: float = 0.0

    @property
    def target(self) -> str:
        """How many classes there are, and whether all but the first are rare."""
        shift = f", log-odds {self.intercept:+g}" if self.intercept else ""
        return f"{self.n_classes} classes{shift}"


# rows to train on, and the truth: 2 to 200 rows a level, even and uneven levels, even
# and rare classes, one to ten columns, sums and products
TABLES = (
    (500, Classes((20,))),
    (500, Classes((200,))),
    (500, Classes((10,), n_classes=3)),
    (500, Classes((50, 10), n_quantities=2, intercept=-2.0)),
    (500, Classes((10,) * 10, n_quantities=3)),
    (1_000, Classes((300, 5), zipf=1.2, effect_scale=0.3)),
    (1_000, Classes((30, 30), effect_scale=0.3, interaction_scale=2.0)),
    (1_000, Classes((50,), n_classes=5, n_quantities=2)),
    (2_000, Classes((1_000,), zipf=0.6)),
    (2_000, Classes((40, 20, 10), zipf=0.8, n_quantities=5, intercept=-3.0)),
    (2_000, Classes((50,), n_quantities=1, slope_scale=1.0)),
    (2_000, Classes((100, 100), interaction_scale=1.0, n_classes=3)),
    (5_000, Classes((2_000, 50), effect_scale=2.0)),
    (5_000, Classes((100, 50), effect_scale=0.0, n_quantities=2)),
    (5_000, Classes((100, 50), interaction_scale=0.5, zipf=1.0)),
    (5_000, Classes((60,) * 5, interaction_scale=2.0)),
    (5_000, Classes((200, 25), n_classes=4, intercept=-1.5)),
    (10_000, Classes((50, 50), effect_scale=0.2)),
    (10_000, Classes((5_000, 100), zipf=1.2, intercept=-2.0)),
    (10_000, Classes((200, 200), effect_scale=0.5, interaction_scale=1.5)),
    (20_000, Classes((30,) * 10, zipf=0.5, n_quantities=10)),
    (20_000, Classes((3_000, 300, 30), n_classes=3)),
    (20_000, Classes((1_000, 100), n_quantities=2, slope_scale=1.0)),
    (20_000, Classes((500, 100), interaction_scale=1.0, zipf=1.0, intercept=-4.0)),
)

PROBLEMS = sweep("never_worse_classes", CLASSES.ratio, TABLES)
