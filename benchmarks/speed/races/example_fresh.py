"""The motivating example in a process of its own, from the imports to the fit."""

from __future__ import annotations

from functools import partial

from benchmarks.example import tokens
from benchmarks.speed.fresh_process import run_fresh
from benchmarks.speed.race import SEED, Contestant, Race, Work, nothing

OURS = """
import sys
import pandas as pd
from benchmarks.example.contenders import example_network

data = pd.read_csv(sys.stdin)
example_network.make(["token"], [], 0).fit(data[["token"]], data["outcome"])
"""

KERAS = """
import sys
import pandas as pd
from benchmarks.speed.rivals.plain_keras import fit_example

data = pd.read_csv(sys.stdin)
fit_example(data["token"], data["outcome"])
"""


def prepare(_is_quick: bool, code: str) -> Work:
    problem = tokens.load(SEED)
    csv = problem.X.assign(outcome=problem.y).to_csv(index=False)
    return Work(partial(run_fresh, code, csv), warm_up=nothing)


RACES = (
    Race(
        "example, fresh process",
        Contestant("EmbeddingRegressor", partial(prepare, code=OURS)),
        (Contestant("Keras by hand", partial(prepare, code=KERAS), asked="2"),),
    ),
)
