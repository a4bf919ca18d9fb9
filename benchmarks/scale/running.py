"""Running one way on one table."""

from __future__ import annotations

from time import perf_counter

from benchmarks.own_process import peak_megabytes
from benchmarks.scale.sizes import Size
from benchmarks.scale.ways import Way

BENCHMARK = "scale"


def run_way(way: Way, size: Size) -> dict[str, float]:
    """Return the seconds that it takes, and the most megabytes that are held."""
    with way.prepare(size) as work:
        before = perf_counter()
        work()
        seconds = perf_counter() - before
    return {"seconds": seconds, "peak_megabytes": peak_megabytes()}
