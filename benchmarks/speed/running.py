"""Running a race: its contestants in turns, so that a busy moment strikes them all."""

from __future__ import annotations

from collections.abc import Callable

from tqdm import tqdm

from benchmarks.own_process import NotMeasuredError
from benchmarks.progress import step
from benchmarks.results_file import Cell, ResultsFile
from benchmarks.speed.clock import Lap
from benchmarks.speed.race import Contestant, Race
from benchmarks.speed.worker import Ending, Worker

BENCHMARK = "speed"


def run_race(
    race: Race, n_laps: int, is_quick: bool, file: ResultsFile, bar: tqdm
) -> None:
    """Run a race.

    Parameters
    ----------
    race : Race
        Its contestants prepare at the same time, then run one after the other.
    n_laps : int
        How often each runs.
    is_quick : bool
        Whether on few rows.
    file : ResultsFile
        Gets the laps of each contestant, or why there are none, once all have arrived.
    bar : tqdm
        Gets `n_steps` steps.
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
    finally:
        for lane in lanes:
            lane.stop()
    for lane in lanes:
        lane.write(cells_of(race, lane.name, n_laps, is_quick), file)


def cells_of(race: Race, contestant: str, n_laps: int, is_quick: bool) -> list[Cell]:
    """Return the laps of a contestant."""
    names = "quick" if is_quick else "full", race.name, contestant
    return [Cell(BENCHMARK, *names, lap) for lap in range(n_laps)]


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
        self._ending: Ending | None = None
        self._fallen: str | None = None

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

    def write(self, cells: list[Cell], file: ResultsFile) -> None:
        """Write what was measured, or why nothing was."""
        if self._fallen is not None or self._ending is None:
            file.append_failure(cells[0], self._fallen or "it did not finish")
            return
        for cell, lap in zip(cells, self._laps, strict=True):
            file.append(cell, _measures_of(lap, self._ending))

    def _end(self) -> None:
        self._ending = self._worker.finish()

    def _unless_fallen(self, act: Callable[[], None]) -> None:
        if self._fallen is not None:
            return
        try:
            act()
        except NotMeasuredError as error:
            self._fallen = str(error)


def _measures_of(lap: Lap, ending: Ending) -> dict[str, float]:
    measures = {
        "cpu_seconds": lap.run.cpu,
        "wall_seconds": lap.run.wall,
        "baseline_cpu_seconds": lap.baseline.cpu,
        "baseline_wall_seconds": lap.baseline.wall,
        "peak_megabytes": ending.peak_megabytes,
    }
    return measures if ending.r2 is None else {**measures, "R2": ending.r2}
