"""Earnings of former students, by school, state, degree and year."""

from __future__ import annotations

import numpy as np
import pandas as pd

from benchmarks.packages import folder_of
from benchmarks.problem import Problem
from benchmarks.problems import Declaration, Options
from benchmarks.problems._files import problem_of

CATEGORICAL = ["unitid", "state_abbr", "pred_degree_awarded_ipeds", "year"]
COUNTS = ["count_not_working", "count_working"]


def load(options: Options) -> Problem:
    """Read the cohorts whose earnings are known; some counts are not."""
    cohorts = pd.read_stata(folder_of("causaldata") / "scorecard" / "scorecard.dta")
    cohorts = cohorts[cohorts["earnings_med"] > 0]
    table = cohorts[CATEGORICAL].join(np.log1p(cohorts[COUNTS]))
    table["earnings"] = np.log(cohorts["earnings_med"])
    return problem_of("scorecard", table, "earnings", CATEGORICAL, options)


PROBLEMS = (
    Declaration(
        "scorecard",
        "log of median earnings of schools' former students",
        load,
        measure="R2",
    ),
)
