"""What ``python -m benchmarks geometry`` found, in Markdown."""

from __future__ import annotations

import numpy as np
import pandas as pd

from benchmarks.geometry.fidelity import (
    AGREEMENT,
    CEILING,
    METRICS,
    N_NEAREST,
    OURS,
    RIVALS,
)
from benchmarks.geometry.problems import CASES, Case
from benchmarks.geometry.scale import QUESTIONS, Question
from benchmarks.markdown import UNKNOWN, between_markers, rounded, table
from benchmarks.provenance import provenance

FIDELITY = f"""\
150 levels. Ceiling: the rank correlation (Spearman's, over all pairs of levels) of true
gaps with the distances that posterior means of the true model have on the same rows,
its median over seeds. By metric: the correlation of our distances less that ceiling,
the median over seeds and the worst of them. Nearest agree: the share of each level's
{N_NEAREST} nearest that another seed of the estimator finds, too, the median and the
worst."""
OTHERS = """\
The same correlations less the ceiling, in the median over seeds, of Euclidean distances
between what others make of levels, and how many of the nearest another seed finds."""
SCALE = "Vectors of 32 dimensions without structure; medians of runs in turns."
DESTINATIONS = """\
{:,.0f} flights from New York by destination, origin and date. Rank correlation of
distances between destinations' vectors with those on the globe: {:.3f}. Longitude and
latitude, read off the first axes by a linear map fitted to all other airports: R2
{:.3f} and {:.3f}."""


def format_report(cells: pd.DataFrame) -> str:
    """Return what was measured of each kind.

    Parameters
    ----------
    cells : DataFrame
        Lines of the file of results, of one size.
    """
    measured = set(cells["table"])
    cases = [case for case in CASES if case.name in measured]
    questions = [question for question in QUESTIONS if question.name in measured]
    parts = [provenance(cells, "geometry")]
    if cases:
        fidelity = between_markers("geometry fidelity", _fidelity(cells, cases))
        parts += ["## Fidelity", FIDELITY, fidelity]
        others = between_markers("geometry others", _others(cells, cases))
        parts += ["## Others", OTHERS, others]
    if questions:
        parts += ["## Scale", SCALE, _scale(cells, questions)]
    if "destinations" in measured:
        parts += ["## Destinations", _destinations(cells)]
        parts += ["![Airports as they are and as air times put them](destinations.png)"]
    return "\n\n".join(parts)


def _fidelity(cells: pd.DataFrame, cases: list[Case]) -> str:
    header = ["table", "seeds", "ceiling"]
    for metric in METRICS:
        header += [metric, "worst"]
    header += ["nearest agree", "worst"]
    lines = []
    for case in cases:
        ours = _by_seed(cells, case, OURS.name)
        ceiling = _by_seed(cells, case, CEILING.name)["euclidean"]
        line = [case.label, str(len(ours)), rounded(ceiling.median(), 3)]
        for metric in METRICS:
            line += _median_and_worst(ours[metric] - ceiling, "+.3f")
        lines.append(line + _median_and_worst(ours[AGREEMENT], ".2f"))
    return table(header, lines)


def _others(cells: pd.DataFrame, cases: list[Case]) -> str:
    header, lines = ["table", OURS.label, "nearest agree"], []
    for rival in RIVALS:
        header += [rival.label, "nearest agree"]
    for case in cases:
        ceiling = _by_seed(cells, case, CEILING.name)["euclidean"]
        line = [case.label]
        for contender in (OURS, *RIVALS):
            found = _by_seed(cells, case, contender.name)
            line.append(_median_and_worst(found["euclidean"] - ceiling, "+.3f")[0])
            line.append(_median_and_worst(found[AGREEMENT], ".2f")[0])
        lines.append(line)
    return table(header, lines)


def _by_seed(cells: pd.DataFrame, case: Case, contender: str) -> pd.DataFrame:
    """Return what was measured of a contender; nothing if it was left out."""
    rows = (cells["table"] == case.name) & (cells["contender"] == contender)
    return cells[rows].set_index("seed").reindex(columns=[*METRICS, AGREEMENT])


def _median_and_worst(values: pd.Series, how: str) -> list[str]:
    known = values.dropna()
    if not len(known):
        return [UNKNOWN, UNKNOWN]
    return [format(number, how) for number in (np.median(known), known.min())]


def _scale(cells: pd.DataFrame, questions: list[Question]) -> str:
    header = ["what", "rival", "rival s", "our s", "ratio", "asked"]
    lines = []
    for question in questions:
        (row,) = cells[cells["table"] == question.name].to_dict("records")
        theirs, ours = row["rival_seconds"], row["our_seconds"]
        numbers = [f"{number:.3g}" for number in (theirs, ours, ours / theirs)]
        what = question.label.format(row["n_levels"])
        lines.append([what, question.rival, *numbers, question.asked])
    return table(header, lines, n_left=2)


def _destinations(cells: pd.DataFrame) -> str:
    (row,) = cells[cells["table"] == "destinations"].to_dict("records")
    names = "n_flights", "rank_correlation", "R2 of longitude", "R2 of latitude"
    return DESTINATIONS.format(*(row[name] for name in names))
