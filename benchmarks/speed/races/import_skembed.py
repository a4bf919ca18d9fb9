"""What an import adds for somebody who uses pandas and scikit-learn anyway."""

from __future__ import annotations

from functools import partial

from benchmarks.speed.fresh_process import run_fresh
from benchmarks.speed.race import Contestant, Race, Work, nothing, repeated

ANYWAY = """
import pandas
from sklearn.linear_model import LinearRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder
"""
N_IMPORTS = 5  # of ours, which is short beside what is subtracted from it


def prepare_ours(is_quick: bool) -> Work:
    return _import("skembed", 1 if is_quick else N_IMPORTS)


def prepare_tensorflow(_is_quick: bool) -> Work:
    return _import("tensorflow", 1)


def _import(package: str, n_imports: int) -> Work:
    run = partial(run_fresh, f"{ANYWAY}\nimport {package}")
    return Work(
        run=repeated(run, n_imports),
        baseline=repeated(partial(run_fresh, ANYWAY), n_imports),
        n_units=n_imports,
        warm_up=nothing,
    )


RACES = (
    Race(
        "import",
        Contestant("import skembed", prepare_ours),
        (Contestant("import tensorflow", prepare_tensorflow, "we <= 50 ms"),),
    ),
)
