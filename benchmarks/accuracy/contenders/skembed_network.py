"""EmbeddingRegressor's network alone."""

from __future__ import annotations

from functools import partial

from benchmarks.accuracy.contenders import Contender, skembed

CONTENDER = Contender(
    "skembed-network",
    "skembed, network",
    partial(skembed.make, model="network"),
    is_ours=True,
)
