"""What a contestant's process does, and the contestant as seen from outside."""

from __future__ import annotations

from dataclasses import dataclass

from threadpoolctl import threadpool_limits

from benchmarks.own_process import OwnProcess, peak_megabytes
from benchmarks.speed.clock import Lap, time_lap
from benchmarks.speed.race import Contestant, Prepare, Work


@dataclass(frozen=True)
class Ending:
    """What is known of a contestant after its last lap."""

    peak_megabytes: float
    r2: float | None


class Worker:
    """A contestant in a process of its own.

    Parameters
    ----------
    contestant : Contestant
        It starts to prepare at once.
    is_quick : bool
        Whether to take few rows.
    """

    def __init__(self, contestant: Contestant, is_quick: bool) -> None:
        self._process = OwnProcess()
        self._process.ask(_prepare, contestant.prepare, is_quick)

    def wait_until_ready(self) -> None:
        """Wait until its data are made and it is warm."""
        self._process.answer()

    def lap(self) -> Lap:
        """Have it run once."""
        self._process.ask(_lap)
        return self._process.answer()

    def finish(self) -> Ending:
        """Have it report its memory and its score."""
        self._process.ask(_finish)
        return self._process.answer()

    def stop(self) -> None:
        """End the process, whatever it is doing."""
        self._process.stop()


_prepared: list[Work] = []


def _prepare(prepare: Prepare, is_quick: bool) -> None:
    work = prepare(is_quick)
    (work.warm_up or work.run)()
    _prepared.append(work)


def _lap() -> Lap:
    (work,) = _prepared
    # threads of BLAS that wait for each other on a busy machine ruin the seconds
    with threadpool_limits(limits=1, user_api="blas"):
        return time_lap(work)


def _finish() -> Ending:
    (work,) = _prepared
    peak = peak_megabytes()
    return Ending(peak, float(work.score()) if work.score else None)
