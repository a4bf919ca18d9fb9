"""The results of races as plain text."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from benchmarks.plain_text import UNKNOWN, aligned
from benchmarks.speed.race import Contestant, Race
from benchmarks.speed.running import Failure, Result, Results

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
QUALITY_HEADER = ("race", "rival", "rival MB", "our MB", "rival R2", "our R2")


@dataclass(frozen=True, eq=False)
class Row:
    """A rival against us."""

    race: Race
    rival: Contestant
    theirs: Result | Failure
    ours: Result | Failure


def rows_of(race: Race, results: Results) -> list[Row]:
    """Return a row for each rival of a race."""
    ours = results[race.ours.name]
    return [Row(race, rival, results[rival.name], ours) for rival in race.rivals]


def format_report(rows: list[Row]) -> str:
    """Return a table of seconds, a table of memory and R2, and what is missing."""
    tables = [
        _table(SECONDS_HEADER, rows, _seconds_cells),
        _table(QUALITY_HEADER, rows, _quality_cells),
    ]
    return "\n\n".join([*tables, *_failures(rows)])


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
        *_compared(_clock(theirs, "cpu"), _clock(ours, "cpu")),
        *_compared(_clock(theirs, "wall"), _clock(ours, "wall")),
        row.rival.asked,
    ]


def _clock(result: Result | Failure, name: str) -> float | None:
    return None if isinstance(result, Failure) else getattr(result.seconds, name)


def _compared(theirs: float | None, ours: float | None) -> list[str]:
    seconds = [_seconds(theirs), _seconds(ours)]
    # what is left after subtracting a baseline may be noise
    is_known = theirs is not None and ours is not None and ours > 0
    return [*seconds, _three_digits(theirs / ours) if is_known else UNKNOWN]


def _quality_cells(row: Row) -> list[str]:
    results = [row.theirs, row.ours]
    megabytes = [
        UNKNOWN if isinstance(r, Failure) else f"{r.peak_megabytes:,.0f}"
        for r in results
    ]
    r2 = [
        UNKNOWN if isinstance(r, Failure) or r.r2 is None else f"{r.r2:.4f}"
        for r in results
    ]
    return [*megabytes, *r2]


def _failures(rows: list[Row]) -> list[str]:
    """Say why contestants were not measured, of each once."""
    entries = [
        (row.race.name, contestant.name, result)
        for row in rows
        for contestant, result in ((row.rival, row.theirs), (row.race.ours, row.ours))
    ]
    lines = [
        f"{race}, {name}: not measured: {result.reason.strip()}"
        for race, name, result in entries
        if isinstance(result, Failure)
    ]
    return list(dict.fromkeys(lines))


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
