"""The results of races as plain text."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pandas as pd

from benchmarks.markdown import between_markers
from benchmarks.plain_text import UNKNOWN, aligned
from benchmarks.speed.race import Contestant, Race
from benchmarks.wording import not_measured

SECONDS_HEADER = (
    "race",
    "rival",
    "rival CPU",
    "our CPU",
    "ratio",
    "rival wall",
    "our wall",
    "ratio",
    "asked",
)
MEASURES = (
    "cpu_seconds",
    "wall_seconds",
    "baseline_cpu_seconds",
    "baseline_wall_seconds",
    "peak_megabytes",
    "R2",
)
QUALITY_HEADER = ("race", "rival", "rival MB", "our MB", "rival R2", "our R2")


@dataclass(frozen=True)
class Result:
    """What a contestant needs, in the median of its laps, and how good it is."""

    cpu: float
    wall: float
    peak_megabytes: float
    r2: float | None


@dataclass(frozen=True, eq=False)
class Row:
    """A rival against us; None for who was not measured."""

    race: Race
    rival: Contestant
    theirs: Result | None
    ours: Result | None


def rows_of(race: Race, cells: pd.DataFrame) -> list[Row]:
    """Return a row for each rival of a race.

    Parameters
    ----------
    race : Race
        The race.
    cells : DataFrame
        Lines of the file of results, of one size.
    """
    of_race = cells[cells["table"] == race.name]
    ours = _result(of_race, race.ours)
    return [Row(race, r, _result(of_race, r), ours) for r in race.rivals]


def _result(cells: pd.DataFrame, contestant: Contestant) -> Result | None:
    laps = cells[cells["contender"] == contestant.name]
    if not len(laps):
        return None
    medians = laps.reindex(columns=MEASURES).median()
    return Result(
        medians["cpu_seconds"] - medians["baseline_cpu_seconds"],
        medians["wall_seconds"] - medians["baseline_wall_seconds"],
        medians["peak_megabytes"],
        None if pd.isna(medians["R2"]) else medians["R2"],
    )


def format_report(rows: list[Row], failures: pd.DataFrame) -> str:
    """Return a table of seconds, a table of memory and R2, and what is missing."""
    seconds = _as_it_is(_table(SECONDS_HEADER, rows, _seconds_cells))
    quality = _as_it_is(_table(QUALITY_HEADER, rows, _quality_cells))
    shown = between_markers("speed overview", seconds)
    return "\n\n".join([shown, quality, *not_measured(failures)])


def _as_it_is(text: str) -> str:
    return f"```text\n{text}\n```"


def _table(
    header: Sequence[str], rows: list[Row], cells_of: Callable[[Row], list[str]]
) -> str:
    """Name a race in its first row only."""
    lines = [list(header)]
    for i, row in enumerate(rows):
        goes_on = i > 0 and rows[i - 1].race is row.race
        name = "" if goes_on else row.race.name
        lines.append([name, row.rival.name, *cells_of(row)])
    return aligned(lines)


def _seconds_cells(row: Row) -> list[str]:
    theirs, ours = row.theirs, row.ours
    return [
        *_compared(theirs and theirs.cpu, ours and ours.cpu),
        *_compared(theirs and theirs.wall, ours and ours.wall),
        row.rival.asked,
    ]


def _compared(theirs: float | None, ours: float | None) -> list[str]:
    seconds = [_seconds(theirs), _seconds(ours)]
    # what is left after subtracting a baseline may be noise
    is_known = theirs is not None and ours is not None and ours > 0
    return [*seconds, _three_digits(theirs / ours) if is_known else UNKNOWN]


def _quality_cells(row: Row) -> list[str]:
    results = [row.theirs, row.ours]
    megabytes = [UNKNOWN if r is None else f"{r.peak_megabytes:,.0f}" for r in results]
    r2 = [UNKNOWN if r is None or r.r2 is None else f"{r.r2:.4f}" for r in results]
    return [*megabytes, *r2]


def _seconds(seconds: float | None) -> str:
    if seconds is None:
        return UNKNOWN
    size = abs(seconds)
    if size >= 1:
        return f"{_three_digits(seconds)} s"
    if size >= 1e-3:
        return f"{_three_digits(seconds * 1e3)} ms"
    return f"{_three_digits(seconds * 1e6)} us"


def _three_digits(number: float) -> str:
    decimals = 2 if abs(number) < 9.995 else 1 if abs(number) < 99.95 else 0
    return f"{number:,.{decimals}f}"
