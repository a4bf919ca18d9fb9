"""Losses on rows of rare and of frequent levels of the largest column."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from benchmarks.accuracy.featured import OURS, RIVALS, SKEMBED
from benchmarks.accuracy.measured import Measured, is_generated
from benchmarks.accuracy.pictures.looks import look_of
from benchmarks.accuracy.pictures.scales import show_ratios
from benchmarks.accuracy.rows_per_level import BANDS, count_name, loss_name
from benchmarks.accuracy.summary import YARDSTICK
from benchmarks.pictures.style import new_figures

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

DRAWN = (*(name for name in RIVALS if name != YARDSTICK), SKEMBED)
LEAST_ROWS = 200  # to be tested on, over all folds, for a table to count in a band


def draw(measured: Measured) -> Figure | None:
    """Draw a line for each contender over the training rows of a level.

    Parameters
    ----------
    measured : Measured
        What the report is of.

    Returns
    -------
    Figure or None
        None if there is nobody to draw, or nothing to compare them with.
    """
    real = [p.name for p in measured.open_problems if not is_generated(p)]
    generated = [p.name for p in measured.open_problems if is_generated(p)]
    panels = {
        title: ratios
        for title, tables in {"Real data": real, "Generated data": generated}.items()
        if not (ratios := ratios_by_band(measured.rows_of(tables))).empty
    }
    if not panels:
        return None
    figure, parts = new_figures(1 + 5.2 * len(panels), 5.2, *panels)
    for axes, ratios in zip(parts, panels.values(), strict=True):
        _draw_panel(axes, ratios, measured)
    parts[0].set_ylabel(f"loss / that of {measured.label(YARDSTICK)} (log scale)")
    handles = {label: h for axes in parts for h, label in _legend(axes)}
    figure.legend(
        handles.values(),
        handles,
        loc="outside lower center",
        ncols=4,
        fontsize=10,
    )
    return figure


def ratios_by_band(cells: pd.DataFrame) -> pd.DataFrame:
    """Return each contender's loss by the yardstick's in each band.

    Parameters
    ----------
    cells : DataFrame
        Those of the tables to average over, geometrically.

    Returns
    -------
    DataFrame
        A row for each band of enough rows that skembed and the yardstick were measured
        on. A column for each contender, NaN where it was not measured on all tables of
        the band, and "tables": how many there are.
    """
    names = [name for name in (YARDSTICK, *DRAWN) if name in set(cells["contender"])]
    if not {YARDSTICK, SKEMBED} <= set(names):
        return pd.DataFrame()
    rows = {}
    for band in BANDS:
        losses = _losses(cells, band).reindex(columns=names)
        losses = losses.dropna(subset=[YARDSTICK, SKEMBED])
        if not losses.empty:
            logs = np.log(losses.div(losses[YARDSTICK], axis="index"))
            ratios = np.exp(logs.mean(skipna=False)).drop(YARDSTICK)
            rows[band] = {**ratios, "tables": len(losses)}
    return pd.DataFrame.from_dict(rows, orient="index")


def _losses(cells: pd.DataFrame, band: str) -> pd.DataFrame:
    """Return losses of a band by table and contender, on tables of enough rows."""
    loss, count = loss_name(band), count_name(band)
    if loss not in cells:
        return pd.DataFrame()
    rows = cells.dropna(subset=[loss])
    n_rows = rows.groupby(["table", "contender", "seed"])[count].sum()
    largest = n_rows.groupby("table").max()
    rows = rows[rows["table"].isin(largest.index[largest >= LEAST_ROWS])]
    rows = rows.assign(weighted=rows[loss] * rows[count])
    sums = rows.groupby(["table", "contender"])[["weighted", count]].sum()
    return (sums["weighted"] / sums[count]).unstack()


def _draw_panel(axes: Axes, ratios: pd.DataFrame, measured: Measured) -> None:
    positions = np.arange(len(ratios))
    lines = ratios.drop(columns="tables").dropna(axis="columns", how="all")
    axes.axhline(1, color=look_of(YARDSTICK).colour, linewidth=1)
    for name, values in lines.items():
        look = look_of(name)
        axes.plot(
            positions,
            values,
            color=look.colour,
            marker=look.marker,
            markeredgecolor="white",
            markersize=7,
            linewidth=2.6 if name in OURS else 1.3,
            zorder=4 if name in OURS else 3,
            label=measured.label(name),
        )
    labels = [
        f"{band}\n({n:.0f} table{'s' if n > 1 else ''})"
        for band, n in ratios["tables"].items()
    ]
    axes.set_xticks(positions, labels, fontsize=9)
    values = lines.to_numpy()
    show_ratios(axes.yaxis, min(np.nanmin(values), 0.95), max(np.nanmax(values), 1.05))
    axes.grid(axis="y")
    axes.set_xlabel("training rows of the level")


def _legend(axes: Axes) -> list[tuple[object, str]]:
    return list(zip(*axes.get_legend_handles_labels(), strict=True))
