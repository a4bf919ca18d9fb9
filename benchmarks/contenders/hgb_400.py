"""scikit-learn's gradient boosting, four times as long as it comes."""

from __future__ import annotations

from functools import partial

from benchmarks.contenders import Contender, hgb

CONTENDER = Contender(
    "hgb-400",
    "HGB, categorical, 400 iterations",
    partial(hgb.make, max_iter=400),
    problems=("air_time",),
)
