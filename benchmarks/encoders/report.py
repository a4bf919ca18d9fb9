"""The cells of a run as Markdown: paired differences over the seeds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from benchmarks.encoders.models import LABELS
from benchmarks.encoders.overview import format_overview
from benchmarks.encoders.tables import Table
from benchmarks.markdown import UNKNOWN, between_markers, rounded, table
from benchmarks.provenance import provenance

DECIMALS = 3
TIMED = {"skembed": "EmbeddingEncoder", "target": "TargetEncoder"}


@dataclass(frozen=True)
class Question:
    """What is asked of a family of tables.

    Attributes
    ----------
    family, title, about : str
        Of which, and what.
    against : str
        The way to encode that others are compared with.
    label : str
        What its scores are called.
    others : dict of str to str
        What the differences of the others are called, by their names.
    sign : {1, -1}
        Whether differences are those of the others to it, or its own to them.
    """

    family: str
    title: str
    about: str
    against: str
    label: str
    others: dict[str, str]
    sign: int


QUESTIONS = (
    Question(
        "noise",
        "A column of nothing",
        """\
What a model loses or gains if a column of levels without any effect is encoded beside
the others, over the same rows.""",
        "without",
        "without it",
        {
            "skembed": "EmbeddingEncoder",
            "plain": "cv=None",
            "target": "TargetEncoder",
        },
        1,
    ),
    Question(
        "truth",
        "Generated effects",
        """\
What out-of-fold numbers gain or lose against those of one fit that has seen its rows
(cv=None), and against TargetEncoder.""",
        "skembed",
        "EmbeddingEncoder",
        {"plain": "over cv=None", "target": "over TargetEncoder"},
        -1,
    ),
    Question(
        "real",
        "Real tables",
        "The same on rows that are drawn from real tables.",
        "skembed",
        "EmbeddingEncoder",
        {"plain": "over cv=None", "target": "over TargetEncoder"},
        -1,
    ),
)
FOOTNOTE = """\
R2 of test rows (late: the share of the log loss of the classes' frequencies that is
explained), means over seeds, each of which draws the table and its test rows anew. ±:
standard error of the mean of paired differences. CPU s: of ``fit_transform``, all
threads together."""


def format_report(cells: pd.DataFrame, tables: list[Table]) -> str:
    """Return an overview, then a table for each family.

    Parameters
    ----------
    cells : DataFrame
        Lines of the file of cells, of one size.
    tables : list of Table
        Those to report, if there are cells.
    """
    overview = format_overview(cells, _measured(tables, cells, "truth", "real"))
    parts = [provenance(cells, "encoders --data FOLDER")]
    parts += [between_markers("encoders overview", overview)]
    for question in QUESTIONS:
        present = _measured(tables, cells, question.family)
        if present:
            parts += [f"## {question.title}", question.about]
            parts += [_notes(present), _answers(cells, present, question)]
    return "\n\n".join([*parts, FOOTNOTE])


def _measured(tables: list[Table], cells: pd.DataFrame, *families: str) -> list[Table]:
    measured = set(cells["table"])
    return [t for t in tables if t.family in families and t.name in measured]


def _notes(tables: list[Table]) -> str:
    return "\n".join(f"- {each.name}: {each.note}" for each in tables)


def _answers(cells: pd.DataFrame, tables: list[Table], question: Question) -> str:
    header = ["table", "model", "seeds", question.label]
    for label in question.others.values():
        header += [label, "±"]
    header += [f"CPU s: {label}" for label in TIMED.values()]
    lines = []
    for each in tables:
        rows = cells[cells["table"] == each.name]
        seconds = rows.groupby("contender")["encode_cpu_seconds"].mean()
        for model, label in LABELS.items():
            scores = rows.pivot_table(index="seed", columns="contender", values=model)
            line = [each.name, label, str(len(scores)), _mean(scores, question.against)]
            for way in question.others:
                line += _difference(scores, way, question)
            lines.append(line + [_seconds(seconds, way) for way in TIMED])
    return table(header, lines, n_left=2)


def _seconds(seconds: pd.Series, way: str) -> str:
    return rounded(seconds[way], 2) if way in seconds else UNKNOWN


def _mean(scores: pd.DataFrame, way: str) -> str:
    return rounded(scores[way].mean(), DECIMALS) if way in scores else UNKNOWN


def _difference(scores: pd.DataFrame, way: str, question: Question) -> list[str]:
    mean, error = paired(scores, way, question.against)
    signed = UNKNOWN if np.isnan(mean) else f"{question.sign * mean:+.{DECIMALS}f}"
    return [signed, rounded(error, DECIMALS)]


def paired(scores: pd.DataFrame, way: str, yardstick: str) -> tuple[float, float]:
    """Return the mean of the paired differences to a yardstick, and its error.

    Parameters
    ----------
    scores : DataFrame
        A row for each seed, a column for each way.
    way, yardstick : str
        Columns of it.

    Returns
    -------
    mean, error : float
        NaN where there is nothing to compare, or no two seeds.
    """
    both = scores.reindex(columns=[way, yardstick]).dropna()
    differences = both[way] - both[yardstick]
    if not len(differences):
        return float("nan"), float("nan")
    return float(differences.mean()), float(np.asarray(differences.sem()))
