"""Running benchmarks one after the other, and writing what they found."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from importlib import import_module
from types import ModuleType
from typing import Any

from benchmarks import BENCHMARKS
from benchmarks.choosing import UnknownNameError
from benchmarks.page import write_page
from benchmarks.request import Request
from benchmarks.results_file import ResultsFile

PAGE = "report.html"


def run(names: Sequence[str], request: Request) -> None:
    """Measure what is missing, and write a report of each benchmark, and their page.

    Parameters
    ----------
    names : sequence of str
        The benchmarks.
    request : Request
        What is asked of them. One that has nothing of the tables or contenders that
        are named is left out.

    Raises
    ------
    UnknownNameError
        If nothing of any of the benchmarks has a name.
    """
    commands = {name: import_module(f"benchmarks.{name}.command") for name in names}
    requests = {name: _known_to(c, request) for name, c in commands.items()}
    _check(request.tables, [c.table_names() for c in commands.values()], "table")
    known = [c.contender_names() for c in commands.values()]
    _check(request.contenders, known, "contender")
    request.out.mkdir(parents=True, exist_ok=True)
    file = ResultsFile(request.out)
    for name, command in commands.items():
        asked = requests[name]
        if asked is not None:
            command.measure(asked, file)
            report = command.report(asked, file)
            path = request.out / f"{name}.md"
            path.write_text(f"{report}\n", encoding="utf-8")
            print(report)
    written = [request.out / f"{name}.md" for name in BENCHMARKS]
    write_page([path for path in written if path.exists()], request.out / PAGE)


def _check(names: Iterable[str], known: list[set[str]], kind: str) -> None:
    for name in names:
        if not any(name in of_one for of_one in known):
            listed = "\n  ".join(sorted(set().union(*known)))
            raise UnknownNameError(
                f"no {kind} is called {name!r}; there are\n  {listed}"
            )


def _known_to(command: ModuleType, request: Request) -> Request | None:
    """Leave out the names that a benchmark does not have; None if it has none."""
    tables = [n for n in request.tables if n in command.table_names()]
    contenders = [n for n in request.contenders if n in command.contender_names()]
    if _has_nothing(request.tables, tables) or _has_nothing(
        request.contenders, contenders
    ):
        return None
    return replace(request, tables=tuple(tables), contenders=tuple(contenders))


def _has_nothing(asked: Sequence[Any], known: Sequence[Any]) -> bool:
    return bool(asked) and not known
