"""What ``python -m benchmarks speed`` does: races, one after the other, two tables."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version

from benchmarks.progress import progress_bar
from benchmarks.speed.race import Race
from benchmarks.speed.races import all_races
from benchmarks.speed.report import format_report, rows_of
from benchmarks.speed.running import n_steps, run_race

PACKAGES = (
    "skembed",
    "scikit-learn",
    "numpy",
    "pandas",
    "pyarrow",
    "keras",
    "tensorflow",
    "scikeras",
    "torch",
)

FOOTNOTE = """\
CPU: seconds of the processor, summed over threads and child processes; wall: seconds
by the clock; both medians of {laps}. The contestants of a race take turns, each
in a process of its own that has done the like before, not counted; "fresh process" and
"import" start Python anew for each run.
ratio: the rival's seconds / ours; asked: what it is to be at least.
Per epoch: a fit of four epochs less a fit of one, by three; of PyTorch three epochs.
import: what it adds to pandas and scikit-learn.
step: one of Adam for 1,024 rows, on the vectors of their levels or on the whole table.
NumPy and SciPy compute on one thread, but for "fresh process", where they are left as
they come; TensorFlow and PyTorch on as many threads as there are cores.
MB: the most memory that a process has held, with its libraries, its data and the fit
before a prediction or a transform.
R2: of held-out rows; of the grid search, the best candidate's mean over the folds."""


class UnknownRaceError(ValueError):
    """A race was asked for that there is not."""


def run(names: Sequence[str], n_laps: int, is_quick: bool) -> None:
    """Run races and print what they took.

    Parameters
    ----------
    names : sequence of str
        Parts of the names of the races to run; all of them if it is empty.
    n_laps : int
        How often each contestant runs.
    is_quick : bool
        Whether to take few rows.

    Raises
    ------
    UnknownRaceError
        If a name is no race's.
    """
    races = _chosen(names)
    rows = []
    with progress_bar(sum(n_steps(race, n_laps) for race in races)) as bar:
        for race in races:
            rows += rows_of(race, run_race(race, n_laps, is_quick, bar))
    print(format_report(rows))
    print()
    print(FOOTNOTE.format(laps="1 run" if n_laps == 1 else f"{n_laps} runs"))
    print(_surroundings())


def _chosen(names: Sequence[str]) -> list[Race]:
    races = all_races()
    for name in names:
        if not any(_is_called(race, name) for race in races):
            known = "\n  ".join(race.name for race in races)
            raise UnknownRaceError(f"no race is called {name!r}; there are\n  {known}")
    return [r for r in races if not names or any(_is_called(r, n) for n in names)]


def _is_called(race: Race, name: str) -> bool:
    return name.lower() in race.name.lower()


def _surroundings() -> str:
    """Say on what was measured."""
    found = [f"Python {platform.python_version()}"]
    for package in PACKAGES:
        try:
            found.append(f"{package} {version(package)}")
        except PackageNotFoundError:
            found.append(f"no {package}")
    return f"{os.cpu_count()} cores; {', '.join(found)}"
