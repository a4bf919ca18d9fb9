"""Health inspections of restaurants, by name, year and weekend."""

from __future__ import annotations

import pandas as pd

from benchmarks.packages import folder_of
from benchmarks.problem import Problem
from benchmarks.problems import Declaration, Options
from benchmarks.problems._files import problem_of


def load(options: Options) -> Problem:
    """Read the inspections, each once."""
    folder = folder_of("causaldata") / "restaurant_inspections"
    inspections = pd.read_csv(folder / "restaurant_data.csv").drop_duplicates()
    categorical = ["business_name", "Year", "Weekend"]
    target = "inspection_score"
    return problem_of("restaurants", inspections, target, categorical, options)


PROBLEMS = (
    Declaration(
        "restaurants",
        "scores of health inspections of restaurants, at most 100",
        load,
        measure="R2",
    ),
)
