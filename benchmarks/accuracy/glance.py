"""The report's answer to whether skembed is worth it: losses as plainly as wins."""

from __future__ import annotations

import numpy as np

from benchmarks.accuracy.comparison import (
    LOSS,
    Comparison,
    Tally,
    compare_on_tables,
    tally,
    typical_difference,
)
from benchmarks.accuracy.costs import Cost, costs_of
from benchmarks.accuracy.featured import RIVALS, SKEMBED
from benchmarks.accuracy.measured import Measured, is_generated
from benchmarks.accuracy.ranking import Ranking, losses_by_table, rank
from benchmarks.markdown import UNKNOWN, between_markers, decimals_of, rounded, table
from benchmarks.wording import counted, interval, listed, percent, span

EXPLANATION = """\
Wins / ties / losses: tables on which the 95% interval of the paired difference on the
same folds is wholly above zero, holds zero, or is wholly below. Loss, CPU s: how much
larger the contender's loss (MSE or log loss) is than skembed's, the geometric mean over
tables, and its CPU seconds of a fit as a multiple of skembed's, the median. Peak MB:
the most memory its process held, libraries and table included, the median. All over
the tables on which both were measured; on tables of classes, ridge stands for logistic
regression."""


def format_glance(measured: Measured) -> str:
    """Return sentences, a tally, and every table on which a rival is ahead.

    It is empty unless skembed and a rival were measured on the same tables.

    Parameters
    ----------
    measured : Measured
        What the report is of.
    """
    if not rivals_of(measured, SKEMBED):
        return ""
    parts = [
        _sentences(measured),
        _tally_table(measured),
        EXPLANATION,
        *_where_rivals_lead(measured),
    ]
    return between_markers("accuracy glance", "\n\n".join(parts))


def rivals_of(measured: Measured, ours: str) -> list[Comparison]:
    """Compare all rivals with one of ours on all open tables."""
    tables, rivals = measured.open_tables, measured.rivals
    return compare_on_tables(measured.open_cells, tables, ours, rivals)


def ranking_of(measured: Measured) -> Ranking | None:
    """Rank ours and those that compete with them, if skembed is among them."""
    if SKEMBED not in measured.ours:
        return None
    others = [name for name in measured.ours if name != SKEMBED]
    others += measured.competitors
    tables = measured.open_tables
    return rank(losses_by_table(measured.open_cells, tables, SKEMBED, others))


def _sentences(measured: Measured) -> str:
    comparisons = [
        comparison
        for comparison in rivals_of(measured, SKEMBED)
        if comparison.other in measured.competitors
    ]
    costs = costs_of(measured)
    sentences = [
        *_against_the_best(comparisons, measured),
        *_against_the_closest(comparisons, measured),
        *_what_fits_cost(costs, measured),
        *_who_ranks_first(measured),
    ]
    return "\n".join(f"- {sentence}" for sentence in sentences)


def _against_the_best(comparisons: list[Comparison], measured: Measured) -> list[str]:
    """Compare with the rival of each table that turned out to be its best."""
    best: dict[str, Comparison] = {}
    for comparison in comparisons:
        so_far = best.setdefault(comparison.table, comparison)
        if comparison.difference < so_far.difference:
            best[comparison.table] = comparison
    if not best:
        return []
    generated = {p.name for p in measured.open_problems if is_generated(p)}
    kinds = {
        "of real data": [c for name, c in best.items() if name not in generated],
        "of generated data": [c for name, c in best.items() if name in generated],
    }
    halves = [
        f"{_verdicts(tally(of_kind))} of {counted(len(of_kind), 'table')} {kind}"
        for kind, of_kind in kinds.items()
        if of_kind
    ]
    return [
        "Against the best rival of each table, which is known only afterwards, skembed "
        f"{listed(halves)}."
    ]


def _verdicts(counts: Tally) -> str:
    return f"wins {counts.wins}, ties {counts.ties} and loses {counts.losses}"


def _against_the_closest(
    comparisons: list[Comparison], measured: Measured
) -> list[str]:
    """Compare with the rival of the smallest losses, of those on most tables."""
    by_rival = _by_rival(comparisons)
    if not by_rival:
        return []
    most = max(len(of_rival) for of_rival in by_rival.values())
    typical = {
        name: typical_difference(of_rival)
        for name, of_rival in by_rival.items()
        if len(of_rival) == most
    }
    closest = min(typical, key=typical.__getitem__)
    size = percent(abs(typical[closest]), is_signed=False)
    than = "larger" if typical[closest] > 0 else "smaller"
    return [
        f"Of the rivals on most tables, {measured.label(closest)} has the smallest "
        f"losses: typically {size} {than} than those of skembed, which "
        f"{_verdicts(tally(by_rival[closest]))} of {most} tables."
    ]


def _by_rival(comparisons: list[Comparison]) -> dict[str, list[Comparison]]:
    found: dict[str, list[Comparison]] = {}
    for comparison in comparisons:
        found.setdefault(comparison.other, []).append(comparison)
    return found


def _what_fits_cost(costs: dict[str, Cost], measured: Measured) -> list[str]:
    ours = costs[SKEMBED]
    featured = sorted(
        (costs[name].relative_cpu_seconds, measured.label(name))
        for name in RIVALS
        if name in costs
    )
    times = "; ".join(f"{label} {1 / ratio:.2g}" for ratio, label in featured)
    compared = f" In multiples of others': {times}." if times else ""
    megabytes = [costs[n].peak_megabytes for n in measured.competitors if n in costs]
    theirs = f"; those of rivals {_from_to(megabytes)} MB" if megabytes else ""
    return [
        f"A fit of skembed takes {rounded(ours.cpu_seconds, 1)} CPU seconds (median "
        f"over tables).{compared}",
        f"Its process held {rounded(ours.peak_megabytes, 0)} MB at most (median over "
        f"tables){theirs}.",
    ]


def _from_to(numbers: list[float]) -> str:
    return span(round(number) for number in numbers)


def _who_ranks_first(measured: Measured) -> list[str]:
    ranking = ranking_of(measured)
    if ranking is None:
        return []
    ranks = [
        f"{measured.label(name)} {mean:.1f}"
        for name, mean in ranking.mean_ranks.items()
    ]
    words = [
        f"Mean ranks over {ranking.n_tables} tables: {'; '.join(ranks)}. Those that "
        f"differ by less than {ranking.critical_difference:.1f} are not told apart "
        f"(Nemenyi, 5%; that all are alike: p {_p(ranking.p_value)}, Friedman)."
    ]
    if ranking.left_out:
        left_out = "; ".join(map(measured.label, ranking.left_out))
        words.append(f"Not ranked, being not on all tables: {left_out}.")
    return words


def _p(value: float) -> str:
    return "< 0.001" if value < 0.001 else f"= {value:.2g}"


def _tally_table(measured: Measured) -> str:
    """Give each rival a line, then each of our settings."""
    ours = measured.ours[::-1]
    by_setting = {name: _by_rival(rivals_of(measured, name)) for name in ours}
    with_skembed = compare_on_tables(
        measured.open_cells,
        measured.open_tables,
        SKEMBED,
        [*measured.rivals, *ours],
    )
    by_name = _by_rival(with_skembed)
    costs = costs_of(measured)
    typical = {name: typical_difference(found) for name, found in by_name.items()}
    order = sorted(by_name, key=lambda name: (name in ours, typical[name]))
    header = ["contender", "tables"]
    header += [f"{measured.label(name)}: wins / ties / losses" for name in ours]
    header += ["loss", "CPU s", "peak MB"]
    lines = [
        [
            measured.label(name),
            str(len(by_name[name])),
            *(_counts(by_setting[setting].get(name)) for setting in ours),
            percent(typical[name]),
            _multiple(costs[name].relative_cpu_seconds),
            rounded(costs[name].peak_megabytes, 0),
        ]
        for name in order
    ]
    return table(header, lines)


def _multiple(ratio: float) -> str:
    return f"{rounded(ratio, decimals_of(ratio, 2))} x"


def _counts(comparisons: list[Comparison] | None) -> str:
    if comparisons is None:
        return UNKNOWN
    counts = tally(comparisons)
    return f"{counts.wins} / {counts.ties} / {counts.losses}"


def _where_rivals_lead(measured: Measured) -> list[str]:
    """List every table on which a rival's loss is smaller for certain."""
    ahead = [c for c in rivals_of(measured, SKEMBED) if c.verdict == LOSS]
    if not ahead:
        return ["Tables on which a rival is ahead of skembed for certain: none."]
    lines = [
        [
            comparison.table,
            measured.label(comparison.other),
            percent(comparison.difference),
            interval(comparison.lower, comparison.upper),
        ]
        for comparison in sorted(ahead, key=_by_table_and_size)
    ]
    n_tables = len(np.unique([comparison.table for comparison in ahead]))
    header = ["table", "rival ahead of skembed", "its loss", "95% interval"]
    return [
        f"Tables on which a rival is ahead of skembed for certain: {n_tables} of "
        f"{len(measured.open_tables)}.",
        table(header, lines, n_left=2),
    ]


def _by_table_and_size(comparison: Comparison) -> tuple[str, float]:
    return comparison.table, comparison.difference
