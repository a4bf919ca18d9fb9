"""What a run costs: seconds of the processor and seconds of waiting."""

from __future__ import annotations

import gc
import resource
from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter, process_time
from typing import Any

from benchmarks.speed.race import Work


@dataclass(frozen=True)
class Seconds:
    """Seconds of the processor, summed over threads and children, and of the wall."""

    cpu: float
    wall: float


@dataclass(frozen=True)
class Lap:
    """One timed run, by unit of work; a work without baseline has one of no seconds."""

    run: Seconds
    baseline: Seconds


def time_lap(work: Work) -> Lap:
    """Run the work once, and its baseline."""
    none = Seconds(0.0, 0.0)
    baseline = _timed(work.baseline, work.n_units) if work.baseline else none
    if work.reset is not None:
        work.reset()
    return Lap(_timed(work.run, work.n_units), baseline)


def _timed(call: Callable[[], Any], n_units: int) -> Seconds:
    gc.collect()  # or the garbage of one contestant's last run costs it the next
    cpu, wall = _cpu_seconds(), perf_counter()
    call()
    cpu, wall = _cpu_seconds() - cpu, perf_counter() - wall
    return Seconds(cpu / n_units, wall / n_units)


def _cpu_seconds() -> float:
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return process_time() + children.ru_utime + children.ru_stime
