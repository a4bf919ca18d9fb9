"""A process for each contestant, which works when it is told to.

Contestants that shared a process would share its memory, and the threads that one
leaves behind would count as the other's seconds.
"""

from __future__ import annotations

import traceback
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any

from threadpoolctl import threadpool_limits

from benchmarks.speed.clock import Lap, peak_megabytes, time_lap
from benchmarks.speed.race import Contestant, Prepare
from benchmarks.tensorflow_loading import silent_stderr

_processes = get_context("spawn")


@dataclass(frozen=True)
class Ending:
    """What is known of a contestant after its last lap."""

    peak_megabytes: float
    r2: float | None


class NotMeasuredError(Exception):
    """A contestant could not take part, or did not arrive."""


class Worker:
    """A contestant's process, as seen from outside.

    Parameters
    ----------
    contestant : Contestant
        It starts to prepare at once.
    is_quick : bool
        Whether to take few rows.
    """

    def __init__(self, contestant: Contestant, is_quick: bool) -> None:
        self._connection, theirs = _processes.Pipe()
        self._process = _processes.Process(
            target=_serve, args=(contestant.prepare, is_quick, theirs), daemon=True
        )
        self._process.start()
        theirs.close()  # or a process that was killed would be waited for

    def wait_until_ready(self) -> None:
        """Wait until its data are made and it is warm."""
        self._ask()

    def lap(self) -> Lap:
        """Have it run once."""
        return self._ask("lap")

    def finish(self) -> Ending:
        """Have it report its memory and its score."""
        return self._ask("finish")

    def stop(self) -> None:
        """End the process, whatever it is doing."""
        self._process.kill()
        self._process.join()
        self._connection.close()

    def _ask(self, question: str | None = None) -> Any:
        try:
            if question is not None:
                self._connection.send(question)
            answer = self._connection.recv()
        except (EOFError, OSError):
            raise NotMeasuredError("its process was killed") from None
        if isinstance(answer, NotMeasuredError):
            raise answer
        return answer


def _serve(prepare: Prepare, is_quick: bool, connection: Connection) -> None:
    with silent_stderr():
        try:
            _work(prepare, is_quick, connection)
        except Exception as error:  # one contestant's failure is not the others'
            connection.send(NotMeasuredError(_reason(error)))


def _reason(error: Exception) -> str:
    if isinstance(error, ModuleNotFoundError) and "." not in str(error.name):
        return f"pip install {error.name}"
    return "".join(traceback.format_exception(error))


def _work(prepare: Prepare, is_quick: bool, connection: Connection) -> None:
    work = prepare(is_quick)
    (work.warm_up or work.run)()
    connection.send("ready")
    # threads of BLAS that wait for each other on a busy machine ruin the seconds
    with threadpool_limits(limits=1, user_api="blas"):
        while connection.recv() == "lap":
            connection.send(time_lap(work))
        peak = peak_megabytes()
        connection.send(Ending(peak, float(work.score()) if work.score else None))
