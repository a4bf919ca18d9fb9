"""An embedding estimator in its quick setting (``n_networks=1``)."""

from __future__ import annotations

from functools import partial

from benchmarks.contenders import Contender, skembed

CONTENDER = Contender(
    "skembed-quick",
    "skembed, quick",
    partial(skembed.make, n_networks=1),
    is_ours=True,
)
