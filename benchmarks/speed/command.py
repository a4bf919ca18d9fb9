"""What ``python -m benchmarks speed`` does: races, one after the other, two tables."""

from __future__ import annotations

from dataclasses import replace

from benchmarks.choosing import chosen, names_of
from benchmarks.progress import progress_bar
from benchmarks.provenance import provenance
from benchmarks.request import Request
from benchmarks.results_file import Cell, ResultsFile
from benchmarks.speed.race import Race
from benchmarks.speed.races import all_races
from benchmarks.speed.report import format_report, rows_of
from benchmarks.speed.running import BENCHMARK, cells_of, n_steps, run_race
from benchmarks.wording import counted

N_LAPS = 5
QUICK_RACES = ("learn 1,000 levels", "predict one row")

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


def table_names() -> set[str]:
    """Return the names that the command line knows: those of races."""
    return names_of(all_races())


def contender_names() -> set[str]:
    """Return the names that the command line knows."""
    return names_of(c for race in all_races() for c in race.contestants)


def measure(request: Request, file: ResultsFile) -> None:
    """Run the races of which a lap is not in the file of results yet.

    A quick run takes few of them, if none are named.
    """
    is_quick, n_laps = request.options.is_quick, request.seeds(N_LAPS)
    names = request.names(QUICK_RACES)
    races = [_with(race, request.contenders) for race in chosen(all_races(), names)]
    done = file.done()
    waiting = [race for race in races if not _is_run(race, n_laps, is_quick, done)]
    if waiting:
        with progress_bar(sum(n_steps(race, n_laps) for race in waiting)) as bar:
            for race in waiting:
                run_race(race, n_laps, is_quick, file, bar)


def report(request: Request, file: ResultsFile) -> str:
    """Return what the file of results says of speed, in Markdown."""
    size = request.options.size
    cells, failures = file.cells(BENCHMARK, size), file.failures(BENCHMARK, size)
    measured = {*cells["table"], *failures["table"]}
    races = [race for race in all_races() if race.name in measured]
    rows = [row for race in races for row in rows_of(race, cells)]
    n_laps = cells.groupby(["table", "contender"]).size().max()
    footnote = FOOTNOTE.format(laps=counted(n_laps, "run"))
    about = provenance(cells, BENCHMARK)
    return "\n\n".join(["# Speed", about, format_report(rows, failures), footnote])


def _with(race: Race, names: tuple[str, ...]) -> Race:
    """Leave out rivals that are not named; ours always runs."""
    return replace(race, rivals=tuple(chosen(race.rivals, names)))


def _is_run(race: Race, n_laps: int, is_quick: bool, done: set[Cell]) -> bool:
    """Say whether each contestant has laps, or has failed."""
    return all(
        done & set(cells_of(race, contestant.name, n_laps, is_quick))
        for contestant in race.contestants
    )
