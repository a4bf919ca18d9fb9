"""What ``python -m benchmarks geometry`` does."""

from __future__ import annotations

from pathlib import Path

from benchmarks.geometry import destinations, example_map, scale
from benchmarks.geometry.fidelity import measure
from benchmarks.geometry.problems import CASES
from benchmarks.geometry.report import (
    FIDELITY,
    SCALE,
    destinations_text,
    fidelity_table,
    scale_table,
)
from benchmarks.pictures.style import in_style
from benchmarks.progress import progress_bar, step
from benchmarks.tensorflow_loading import load_tensorflow

QUICK_CASES = 5


def run(n_seeds: int, out: Path, *, is_quick: bool) -> None:
    """Measure, print and write the report, and draw two maps.

    Parameters
    ----------
    n_seeds : int
        How many tables of each kind are drawn.
    out : Path
        The folder of ``geometry.md``, ``map.png`` and ``destinations.png``.
    is_quick : bool
        Whether to take fewer kinds of tables, levels and flights.
    """
    out.mkdir(parents=True, exist_ok=True)
    cases = CASES[:QUICK_CASES] if is_quick else CASES
    shrink = 20 if is_quick else 1
    with progress_bar(len(cases) * n_seeds + 5) as bar:
        with step(bar, "loading"):
            load_tensorflow()
        with step(bar, "a map"):
            example_map.draw().savefig(out / "map.png", dpi=160)
        with step(bar, "destinations"):
            found = destinations.find(is_quick=is_quick)
            with in_style():
                destinations.draw(found).savefig(out / "destinations.png")
        with step(bar, "one query"):
            rows = [scale.one_query(1_000_000 // shrink)]
        with step(bar, "all neighbours"):
            rows.append(scale.all_neighbors(100_000 // shrink))
        fidelity = {}
        for case in cases:
            fidelity[case] = []
            for seed in range(n_seeds):
                with step(bar, f"{case.name}: seed {seed}"):
                    fidelity[case].append(measure(case, seed))
    parts = [
        "# Geometry",
        "## Fidelity",
        FIDELITY,
        fidelity_table(fidelity),
        "## Scale",
        SCALE,
        scale_table(rows),
        "## Destinations",
        destinations_text(found),
    ]
    report = "\n\n".join(parts)
    (out / "geometry.md").write_text(f"{report}\n", encoding="utf-8")
    print(report)
