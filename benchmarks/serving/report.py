"""The cells of a run as Markdown."""

from __future__ import annotations

import pandas as pd

from benchmarks.contenders import Contender
from benchmarks.markdown import between_markers, rounded, table, three_digits
from benchmarks.measures import TASKS
from benchmarks.problems import Declaration
from benchmarks.provenance import provenance
from benchmarks.serving.summary import BASELINE, glance, heavy_imports, medians

BASELINE_LABEL = "Python, pandas, scikit-learn alone"
HEADER = [
    "contender",
    "one row, ms",
    "95%, ms",
    "rows per s",
    "cores",
    "cold start, s",
    "of it loading, s",
    "file, MB",
    "memory, MB",
    "at most, MB",
    "imports",
]
FOOTNOTE = f"""\
Medians of {{}}, the contenders in turns, each in a new process that has what
pickle wrote of a model. Libraries use as many threads as they like.

- one row: to predict a table of one row, the median of up to 200 different ones or of
  two seconds; 95%: what 19 of 20 stay below. The first prediction is not among them.
- rows per s: of {{}} test rows at once, drawn with replacement; cores: CPU seconds
  of all threads by seconds of the clock, meanwhile; below one, others kept it waiting.
- cold start: from the start of Python to the first prediction, of one row; loading: the
  part of it that imports libraries and unpickles the model.
- file: what pickle wrote; cloudpickle, where a contender's name says so.
- memory: the most that the process had held after it served rows one by one; at most:
  with the test rows, and those predicted at once.
- imports: which of TensorFlow and torch were loaded after all that.
- {BASELINE_LABEL}: predicts the mean, or shares of
  classes: what a process costs that has these libraries. Who does without one of them
  can need less."""


def format_report(
    cells: pd.DataFrame,
    failures: pd.DataFrame,
    problems: list[Declaration],
    contenders: list[Contender],
) -> str:
    """Return sentences, a table for each problem, what failed and what columns mean.

    Parameters
    ----------
    cells, failures : DataFrame
        What the file of results holds, of one size.
    problems : list of Declaration
        Those to report, if there are cells; numbers come before classes.
    contenders : list of Contender
        For their labels.
    """
    by_name = {contender.name: contender for contender in contenders}
    known = cells[cells["contender"].isin(by_name)]
    measured = set(known["table"])
    present = [p for t in TASKS for p in problems if p.task == t and p.name in measured]
    parts = [_part(known, problem, by_name) for problem in present]
    first = "\n\n".join([*_glances(known, present, by_name), *parts[:1]])
    blocks = [
        "# Serving",
        provenance(known, "serving"),
        between_markers("serving overview", first) if first else "",
        *parts[1:],
        _failures(failures),
        _footnote(known),
    ]
    return "\n\n".join(filter(None, blocks))


def _glances(
    cells: pd.DataFrame, problems: list[Declaration], contenders: dict[str, Contender]
) -> list[str]:
    return [
        glance(
            medians(cells[cells["table"] == problem.name]),
            problem.name,
            problem.task,
            contenders,
        )
        for problem in problems
    ]


def _part(
    cells: pd.DataFrame, problem: Declaration, contenders: dict[str, Contender]
) -> str:
    """Return a table, the fastest first, below what it is about."""
    found = medians(cells[cells["table"] == problem.name])
    n_train = int(found["n_train"].iloc[0])
    about = f"{problem.name}: {problem.note}; trained on {n_train:,} rows."
    labels = {n: contenders[n].label_for(problem.task) for n in found.index}
    labels[BASELINE] = BASELINE_LABEL
    lines = [_line(labels[name], row) for name, row in found.iterrows()]
    return "\n\n".join([about, table(HEADER, lines)])


def _line(label: str, found: pd.Series) -> list[str]:
    return [
        f"{label} (cloudpickle)" if found["needs_cloudpickle"] else label,
        three_digits(found["row_seconds"] * 1e3),
        three_digits(found["slow_row_seconds"] * 1e3),
        rounded(float(f"{found['rows_per_second']:.3g}"), 0),
        rounded(found["cores"], 1),
        rounded(found["cold_seconds"], 2),
        rounded(found["loading_seconds"], 2),
        three_digits(found["file_megabytes"]),
        rounded(found["megabytes"], 0),
        rounded(found["batch_megabytes"], 0),
        heavy_imports(found),
    ]


def _failures(failures: pd.DataFrame) -> str:
    lines = [
        f"- {failure.table}, {failure.contender}: {failure.note}"
        for failure in failures.itertuples()
    ]
    return "\n".join(["Not measured:", "", *lines]) if lines else ""


def _footnote(cells: pd.DataFrame) -> str:
    if cells.empty:
        return ""
    n_laps = cells["seed"].nunique()
    n_rows = int(cells["n_batch_rows"].max())
    starts = "one start" if n_laps == 1 else f"{n_laps} starts"
    return FOOTNOTE.format(starts, f"{n_rows:,}")
