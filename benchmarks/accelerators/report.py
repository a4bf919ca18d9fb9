"""Seconds on the processor and where it was chosen, as Markdown."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from benchmarks.accelerators.jobs import N_COLUMNS, N_DIMS, N_QUANTITIES, Job
from benchmarks.accelerators.running import BENCHMARK, CHOSEN, PROCESSOR
from benchmarks.markdown import between_markers, table, three_digits
from benchmarks.provenance import provenance
from benchmarks.wording import counted, not_measured

HEADER = [
    "network",
    "trained on",
    "rows",
    "levels",
    "units",
    "batch",
    "steps",
    "processor s",
    "chosen s",
    "ratio",
]
FOOTNOTE = f"""\
Medians of {{}}, each in a process of its own that has fitted something small before;
what is compiled for the network counts. The table has {N_COLUMNS} columns of so many
levels each, whose vectors have {N_DIMS} numbers, and {N_QUANTITIES} quantities.
Trained on: what was chosen; fused is compiled by XLA."""


def format_report(
    jobs: Sequence[Job], cells: pd.DataFrame, failures: pd.DataFrame
) -> str:
    """Return a line for each network that was fitted.

    Parameters
    ----------
    jobs : sequence of Job
        What there was to fit.
    cells, failures : DataFrame
        What the file of results holds, of one size.
    """
    about = provenance(cells, BENCHMARK)
    if cells.empty:
        return "\n\n".join(["# Accelerators", about, *not_measured(failures)])
    medians = cells.groupby(["table", "contender"]).median(numeric_only=True)
    lines = [_line(job, medians) for job in jobs if job.name in set(cells["table"])]
    shown = between_markers("accelerators overview", table(HEADER, lines, n_left=2))
    laps = counted(cells["seed"].nunique(), "fit")
    parts = ["# Accelerators", about, shown, *not_measured(failures)]
    return "\n\n".join([*parts, FOOTNOTE.format(laps)])


def _line(job: Job, medians: pd.DataFrame) -> list[str]:
    def of(contender: str, measure: str) -> float:
        return float(medians[measure].get((job.name, contender), float("nan")))

    processor, chosen = (of(who, "fit_seconds") for who in (PROCESSOR, CHOSEN))
    return [
        job.name,
        _place(of(CHOSEN, "on_gpu") == 1, of(CHOSEN, "is_fused") == 1),
        f"{job.n_rows:,}",
        f"{job.n_levels:,}",
        ", ".join(f"{units:,}" for units in job.hidden_units),
        f"{job.batch_size:,}",
        f"{job.n_steps:,}",
        three_digits(processor),
        three_digits(chosen),
        three_digits(processor / chosen),
    ]


def _place(is_on_gpu: bool, is_fused: bool) -> str:
    if not is_on_gpu:
        return "processor"
    return "GPU, fused" if is_fused else "GPU"
