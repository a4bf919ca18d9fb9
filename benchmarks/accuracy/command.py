"""What ``python -m benchmarks accuracy`` does."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import pandas as pd

from benchmarks.accuracy.cells import CellFile
from benchmarks.accuracy.reliability import ReliabilityFile, pooled
from benchmarks.accuracy.report import format_report
from benchmarks.accuracy.running import Plan, run_missing, warm_up
from benchmarks.contenders import Contender, all_contenders
from benchmarks.measures import CLASSES
from benchmarks.pictures.reliability import draw
from benchmarks.pictures.style import in_style
from benchmarks.problems import Declaration, Options, all_problems
from benchmarks.problems.classes import LATE
from benchmarks.progress import progress_bar, step
from benchmarks.tensorflow_loading import load_tensorflow

DRAWN = ("skembed", "ridge", "lightgbm", "catboost")


class UnknownNameError(ValueError):
    """A table or a contender was asked for that there is not."""


def run(
    tables: Sequence[str],
    contenders: Sequence[str],
    options: Options,
    n_seeds: int,
    out: Path,
) -> None:
    """Measure what is not in the file of cells yet, print and write the report.

    Parameters
    ----------
    tables, contenders : sequence of str
        Names; all of them if empty.
    options : Options
        Where tables are, and how much of them is taken.
    n_seeds : int
        How many seeds ours run with.
    out : Path
        The folder of ``accuracy.csv``, ``reliability.csv``, ``accuracy.md`` and
        ``reliability.png``.

    Raises
    ------
    UnknownNameError
        If a name is no table's or no contender's.
    """
    problems = chosen_problems(tables)
    chosen = chosen_contenders(contenders)
    for remark in [*_left_out(problems, options), *_not_installed(chosen)]:
        print(remark)
    plans = _plans(problems, chosen, options, n_seeds)
    file = CellFile(out / "accuracy.csv")
    reliability = ReliabilityFile(out / "reliability.csv")
    failures = _run(plans, file, reliability)
    size = "quick" if options.is_quick else "full"
    cells = file.read()
    cells = cells[cells["size"] == size]
    bins = reliability.read()
    _draw(bins[(bins["size"] == size) & (bins["problem"] == LATE)], out)
    report = format_report(cells, all_problems(), all_contenders())
    (out / "accuracy.md").write_text(f"# Accuracy\n\n{report}\n", encoding="utf-8")
    print(report)
    for failure in failures:
        print(failure)


def _run(plans: list[Plan], file: CellFile, reliability: ReliabilityFile) -> list[str]:
    done = file.done()
    missing = [
        (contender, plan.problem.task)
        for plan in plans
        for contender, _ in plan.missing(done)
    ]
    if not missing:
        return []
    waiting = list(dict.fromkeys(missing))
    with progress_bar(1 + len(waiting) + len(missing)) as bar:
        with step(bar, "loading"):
            if any(contender.is_ours for contender, _ in waiting):
                load_tensorflow()
        warm_up(waiting, bar)
        return run_missing(plans, file, reliability, bar)


def _draw(bins: pd.DataFrame, out: Path) -> None:
    """Draw how reliable the probabilities of late flights are, if there are any."""
    labels = {c.name: c.label_for(CLASSES) for c in all_contenders()}
    measured = set(bins["contender"])
    curves = {
        labels[name]: pooled(bins[bins["contender"] == name])
        for name in DRAWN
        if name in measured
    }
    if curves:
        with in_style():
            draw(curves).savefig(out / "reliability.png")


def chosen_problems(names: Sequence[str]) -> list[Declaration]:
    """Return the problems of these names or families, all if there are none."""
    known = all_problems()
    _check(names, {n for p in known for n in (p.name, p.family)}, "table")
    return [p for p in known if not names or {p.name, p.family} & set(names)]


def chosen_contenders(names: Sequence[str]) -> list[Contender]:
    """Return the contenders of these names, all if there are none."""
    known = all_contenders()
    _check(names, {c.name for c in known}, "contender")
    return [c for c in known if not names or c.name in names]


def _check(names: Iterable[str], known: set[str], kind: str) -> None:
    for name in names:
        if name not in known:
            listed = "\n  ".join(sorted(known))
            raise UnknownNameError(
                f"no {kind} is called {name!r}; there are\n  {listed}"
            )


def _plans(
    problems: list[Declaration],
    contenders: list[Contender],
    options: Options,
    n_seeds: int,
) -> list[Plan]:
    plans = []
    for problem in problems:
        if problem.needs_data and options.data is None:
            continue
        entered = [
            contender
            for contender in contenders
            if not contender.is_missing and contender.takes_part_in(problem)
        ]
        plans.append(Plan(problem, entered, options, n_seeds))
    return plans


def _left_out(problems: list[Declaration], options: Options) -> list[str]:
    return [
        f"{problem.name}: left out, give the folder of its table by --data"
        for problem in problems
        if problem.needs_data and options.data is None
    ]


def _not_installed(contenders: list[Contender]) -> list[str]:
    return [
        f'{c.label}: left out, to install it: pip install "skembed[rivals]"'
        for c in contenders
        if c.is_missing
    ]
