"""The mixed model of an embedding estimator alone (``n_networks=0``)."""

from __future__ import annotations

from functools import partial

from benchmarks.contenders import Contender, skembed

CONTENDER = Contender(
    "skembed-linear",
    "skembed, linear",
    partial(skembed.make, n_networks=0),
    is_ours=True,
)
