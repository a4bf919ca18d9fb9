"""Running a race: its contestants in turns, so that a busy moment strikes them all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from typing import TypeAlias

from tqdm import tqdm

from benchmarks.progress import step
from benchmarks.speed.clock import Lap, Seconds
from benchmarks.speed.race import Contestant, Race
from benchmarks.speed.worker import Ending, NotMeasuredError, Worker


@dataclass(frozen=True)
class Result:
    """What a contestant needs, in the median of its laps, and how good it is."""

    seconds: Seconds
    peak_megabytes: float
    r2: float | None


@dataclass(frozen=True)
class Failure:
    """Why a contestant was not measured."""

    reason: str


Results: TypeAlias = dict[str, Result | Failure]


def run_race(race: Race, n_laps: int, is_quick: bool, bar: tqdm) -> Results:
    """Run a race.

    Parameters
    ----------
    race : Race
        Its contestants prepare at the same time, then run one after the other.
    n_laps : int
        How often each runs.
    is_quick : bool
        Whether on few rows.
    bar : tqdm
        Gets `n_steps` steps.

    Returns
    -------
    dict of Result or Failure
        By the contestants' names.
    """
    lanes = [Lane(contestant, is_quick) for contestant in race.contestants]
    try:
        for lane in lanes:
            with step(bar, f"{race.name}: {lane.name} prepares"):
                lane.wait_until_ready()
        for i in range(n_laps):
            for lane in lanes if i % 2 == 0 else reversed(lanes):
                with step(bar, f"{race.name}: {lane.name}"):
                    lane.run()
        for lane in lanes:
            lane.finish()
        return {lane.name: lane.result() for lane in lanes}
    finally:
        for lane in lanes:
            lane.stop()


def n_steps(race: Race, n_laps: int) -> int:
    """Return how many steps `run_race` shows."""
    return len(race.contestants) * (1 + n_laps)


class Lane:
    """A contestant during a race, who may fall: then the others run on.

    Parameters
    ----------
    contestant : Contestant
        It starts to prepare at once.
    is_quick : bool
        Whether to take few rows.
    """

    def __init__(self, contestant: Contestant, is_quick: bool) -> None:
        self.name = contestant.name
        self._worker = Worker(contestant, is_quick)
        self._laps: list[Lap] = []
        self._outcome: Ending | Failure | None = None

    def wait_until_ready(self) -> None:
        """Wait until its data are made and it is warm."""
        self._unless_fallen(self._worker.wait_until_ready)

    def run(self) -> None:
        """Run a lap."""
        self._unless_fallen(lambda: self._laps.append(self._worker.lap()))

    def finish(self) -> None:
        """Ask for what is known after the last lap."""
        self._unless_fallen(self._end)

    def stop(self) -> None:
        """End its process."""
        self._worker.stop()

    def result(self) -> Result | Failure:
        """Return what was measured, or why nothing was."""
        if not isinstance(self._outcome, Ending):
            return self._outcome or Failure("it did not finish")
        seconds = Seconds(
            cpu=_median(self._laps, lambda seconds: seconds.cpu),
            wall=_median(self._laps, lambda seconds: seconds.wall),
        )
        return Result(seconds, self._outcome.peak_megabytes, self._outcome.r2)

    def _end(self) -> None:
        self._outcome = self._worker.finish()

    def _unless_fallen(self, act: Callable[[], None]) -> None:
        if self._outcome is not None:
            return
        try:
            act()
        except NotMeasuredError as error:
            self._outcome = Failure(str(error))


def _median(laps: list[Lap], clock: Callable[[Seconds], float]) -> float:
    runs = median(clock(lap.run) for lap in laps)
    return runs - median(clock(lap.baseline) for lap in laps)
