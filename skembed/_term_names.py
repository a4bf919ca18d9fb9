"""The terms of a mixed model in words, for the lines that ``verbose`` prints."""

from __future__ import annotations

from skembed._bilinear import Bilinear, Factors
from skembed._mixed_model import MixedModel
from skembed._stages import Report
from skembed._terms import Term


def describe_columns(mixed: MixedModel, report: Report, *, is_common: bool) -> str:
    """Return the features of a model without interactions, and how many levels."""
    if not report.is_printed:
        return ""
    n_columns = len(report.columns)
    levels = [
        f"{name} ({term.n_cells:,} levels)"
        for name, term in zip(report.columns, mixed.terms[:n_columns], strict=True)
    ]
    variances = ", of a common variance" if is_common else ""
    effects = f"effects of {', '.join(levels)}{variances}" if levels else "no effects"
    return f"{effects}; {_counted(len(report.numbers), 'numeric input')}"


def describe_interactions(model: Bilinear, report: Report) -> str:
    """Return what a model has besides its columns, or "none"."""
    if not report.is_printed:
        return ""
    terms = model.mixed.terms[len(report.columns) :]
    found = [_term_name(term, report) for term in terms]
    found += [_factors_name(factors, report) for factors in model.factors]
    return "; ".join(found) or "none"


def _term_name(term: Term, report: Report) -> str:
    levels = _crossed(term.columns, report)
    if term.quantity is not None:
        return f"slopes of {report.numbers[term.quantity]} by {levels}"
    if term.pieces is not None:
        return f"curves of {report.numbers[term.pieces.quantity]} by {levels}"
    return levels


def _factors_name(factors: Factors, report: Report) -> str:
    n_dims = _counted(factors.left.shape[1], "dimension")
    return f"{_crossed(factors.columns, report)} by vectors of {n_dims}"


def _crossed(columns: tuple[int, ...], report: Report) -> str:
    return " x ".join(report.columns[column] for column in columns)


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
