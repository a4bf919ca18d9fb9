"""EmbeddingRegressor's sum of effects alone."""

from __future__ import annotations

from functools import partial

from benchmarks.accuracy.contenders import Contender, skembed

CONTENDER = Contender(
    "skembed-linear",
    "skembed, linear",
    partial(skembed.make, model="linear"),
    is_ours=True,
)
