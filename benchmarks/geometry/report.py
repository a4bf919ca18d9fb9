"""What ``python -m benchmarks geometry`` found, in Markdown."""

from __future__ import annotations

import numpy as np

from benchmarks.geometry.destinations import Destinations
from benchmarks.geometry.fidelity import METRICS, N_NEAREST, Fidelity
from benchmarks.geometry.problems import Case
from benchmarks.markdown import table

FIDELITY = f"""\
150 levels. Ceiling: the rank correlation (Spearman's, over all pairs of levels) of true
gaps with the distances that posterior means of the true model have on the same rows,
its median over seeds. By metric: the correlation of our distances less that ceiling,
the median over seeds and the worst of them. Last: the share of each level's {N_NEAREST}
nearest that another seed of the estimator finds, too, the median and the worst."""

SCALE = "Vectors of 32 dimensions without structure; medians of runs in turns."


def fidelity_table(found: dict[Case, list[Fidelity]]) -> str:
    """Return a row for each kind of table."""
    header = ["table", "seeds", "ceiling"]
    for metric in METRICS:
        header += [metric, "worst"]
    return table(
        [*header, "nearest agree", "worst"],
        [
            [case.name, f"{len(of_case)}", *_numbers(of_case)]
            for case, of_case in found.items()
        ],
    )


def _numbers(found: list[Fidelity]) -> list[str]:
    ceilings = np.array([f.ceiling for f in found])
    cells = [f"{np.median(ceilings):.3f}"]
    for metric in METRICS:
        above = np.array([f.of_metric[metric] for f in found]) - ceilings
        cells += [f"{np.median(above):+.3f}", f"{above.min():+.3f}"]
    agreement = np.array([f.agreement for f in found])
    return [*cells, f"{np.median(agreement):.2f}", f"{agreement.min():.2f}"]


def scale_table(rows: list[dict[str, object]]) -> str:
    """Return a row for each question."""
    return table(list(rows[0]), [[_written(v) for v in row.values()] for row in rows])


def _written(value: object) -> str:
    return f"{value:.3g}" if isinstance(value, float) else str(value)


def destinations_text(found: Destinations) -> str:
    """Say how well air times know the world."""
    return (
        f"{found.n_flights:,} flights from New York by destination, origin and date. "
        f"Rank correlation of distances between destinations' vectors with those on "
        f"the globe: {found.rank_correlation:.3f}. Longitude and latitude, read off "
        f"the first axes by a linear map fitted to all other airports: R2 "
        f"{found.r2['longitude']:.3f} and {found.r2['latitude']:.3f}."
    )
