"""EmbeddingRegressor's network alone, as it comes (``model="network"``)."""

from __future__ import annotations

from functools import partial

from benchmarks.contenders import Contender, skembed
from benchmarks.measures import NUMBERS

CONTENDER = Contender(
    "skembed-network",
    "skembed, network",
    partial(skembed.make, model="network"),
    tasks=(NUMBERS,),
    is_ours=True,
)
