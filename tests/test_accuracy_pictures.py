"""Pictures show the numbers of the report, with names that can be read."""

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from matplotlib.text import Text
from sklearn.calibration import calibration_curve

from benchmarks.accuracy.measured import gather
from benchmarks.accuracy.pictures import (
    PICTURES,
    accuracy_by_time,
    draw_all,
    error_by_table,
    ranks,
    reliability,
    rows_per_level,
)
from benchmarks.accuracy.pictures.scales import ticks_between
from benchmarks.accuracy.reliability import bins_of, measures_by_bin, pooled
from benchmarks.accuracy.report import CAPTIONS
from benchmarks.accuracy.rows_per_level import count_name, loss_name
from benchmarks.contenders import all_contenders
from benchmarks.pictures.style import BLUE, in_style
from benchmarks.problems import all_problems

TABLES = ("restaurants", "spotify", "classes:late", "curves", "slopes")
# loss and CPU seconds by skembed's
RIVALS = {
    "ridge": (1.6, 0.01),
    "target-hgb": (1.4, 0.1),
    "hgb": (1.3, 0.2),
    "lightgbm": (1.25, 0.2),
    "catboost": (1.25, 1.9),
    "skembed-quick": (1.01, 0.6),
    "skembed-linear": (1.02, 0.5),
    "skembed": (1.0, 1.0),
    "mean": (5.0, 0.001),
}
BANDS = ("1-2", "300+")
FOLDS = np.array([1.0, 1.3, 0.7])


def make_cells(names=tuple(RIVALS), tables=TABLES):
    rng = np.random.default_rng(0)
    rows = []
    for table in tables:
        for name in names:
            ratio, seconds = RIVALS[name]
            for fold, level in enumerate(FOLDS):
                # rivals lose nothing on rows of frequent levels
                of_bands = {
                    loss_name("1-2"): level * ratio,
                    loss_name("300+"): level,
                    count_name("1-2"): 100.0,
                    count_name("300+"): 900.0,
                }
                rows.append(
                    {
                        "table": table,
                        "contender": name,
                        "seed": 0,
                        "fold": fold,
                        "n_train": 80.0,
                        "n_test": 40.0,
                        "loss": level * ratio,
                        "fit_cpu_seconds": 10 * seconds,
                        "peak_megabytes": 300.0,
                        **of_bands,
                        **(late_bins(rng) if table == "classes:late" else {}),
                    }
                )
    return pd.DataFrame(rows)


def late_bins(rng):
    p = rng.uniform(0, 1, 500)
    y = pd.Series((rng.uniform(size=500) < p).astype(int))
    return measures_by_bin(y, np.column_stack([1 - p, p]))


def found(cells=None):
    cells = make_cells() if cells is None else cells
    return gather(cells, all_problems(), all_contenders())


def drawn(draw, measured):
    """Draw as reports do, so that texts have their places."""
    with in_style():
        figure = draw(measured)
        figure.canvas.draw()
    return figure


def texts_of(figure):
    """Return what is seen: matplotlib has labels of ticks past the end of an axis."""
    unseen = {
        label
        for axes in figure.axes
        for axis in (axes.xaxis, axes.yaxis)
        for tick in axis.get_major_ticks()
        for label in (tick.label1, tick.label2)
        if not axes.axison or not is_between(tick.get_loc(), axis.get_view_interval())
    }
    texts = figure.findobj(Text)
    return [t for t in texts if t.get_text().strip() and t not in unseen]


def is_between(number, ends):
    return min(ends) <= number <= max(ends)


def assert_readable(figure):
    """No text covers another one or leaves the picture."""
    boxes = {text: text.get_window_extent() for text in texts_of(figure)}
    frame = figure.bbox
    for text, box in boxes.items():
        is_inside = box.x0 >= -1 and box.x1 <= frame.x1 + 1
        is_inside &= box.y0 >= -1 and box.y1 <= frame.y1 + 1
        assert is_inside, text.get_text()
    for one, other in combinations(boxes, 2):
        shared = boxes[one].intersection(boxes[one], boxes[other])
        covered = 0 if shared is None else min(shared.width, shared.height)
        assert covered < 2, (one.get_text(), other.get_text())


def words_of(figure):
    return {text.get_text() for text in texts_of(figure)}


# all


def test_every_picture_is_written_and_has_a_caption(tmp_path):
    names = draw_all(found(), tmp_path)
    assert names == list(PICTURES) == list(CAPTIONS)
    for name in names:
        assert (tmp_path / f"{name}.png").stat().st_size > 10_000


def test_what_there_are_no_figures_for_is_not_drawn(tmp_path):
    alone = make_cells(names=("skembed",), tables=("curves",))
    assert draw_all(found(alone), tmp_path) == []
    without = make_cells(names=("ridge", "hgb"), tables=("curves", "slopes"))
    assert draw_all(found(without), tmp_path) == []
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", PICTURES)
def test_texts_can_be_read(name):
    assert_readable(drawn(PICTURES[name], found()))


# error by table


def test_rivals_are_where_their_losses_are():
    figure = drawn(error_by_table.draw, found())
    (axes,) = figure.axes
    labels = [text.get_text() for text in axes.get_yticklabels()]
    assert labels == ["classes:late", "restaurants", "spotify", "curves", "slopes"]
    handles, names = axes.get_legend_handles_labels()
    assert names == [
        "one-hot + tuned ridge",
        "TargetEncoder + HGB",
        "HGB, categorical",
        "LightGBM",
        "CatBoost",
    ]
    for handle, name in zip(handles, ("ridge", "target-hgb"), strict=False):
        np.testing.assert_allclose(handle[0].get_xdata(), RIVALS[name][0])
        rows = handle[0].get_ydata().astype(float)
        assert sorted(rows.round()) == list(range(5))
    assert {"real data", "generated"} <= words_of(figure)
    assert axes.get_xscale() == "log"
    markers = [handle[0].get_marker() for handle in handles]
    assert len(set(markers)) == 5


def test_intervals_are_those_of_the_differences():
    cells = make_cells(names=("skembed", "ridge"), tables=("curves",))
    cells.loc[cells["contender"] == "ridge", "loss"] = FOLDS * [1.1, 1.2, 1.3]
    (axes,) = drawn(error_by_table.draw, found(cells)).axes
    (handle,), _ = axes.get_legend_handles_labels()
    ((left, _), (right, _)) = handle[2][0].get_segments()[0]
    half = 4.302653 * np.sqrt(0.01 * (1 / 3 + 40 / 80))
    assert left == pytest.approx(1.2 - half, rel=1e-5)
    assert right == pytest.approx(1.2 + half, rel=1e-5)


def test_a_wide_interval_does_not_hide_the_points():
    cells = make_cells(names=("skembed", "ridge"), tables=("curves", "slopes"))
    is_wild = (cells["contender"] == "ridge") & (cells["table"] == "curves")
    cells.loc[is_wild, "loss"] *= [0.1, 1, 3]
    (axes,) = drawn(error_by_table.draw, found(cells)).axes
    low, high = axes.get_xlim()
    assert 0.3 < low < 1 < 2.2 < high < 6


# ranks


def test_ranks_name_everyone_with_the_rank():
    figure = drawn(ranks.draw, found())
    words = words_of(figure)
    assert "Mean ranks of losses over 5 tables (1 is best)" in words
    expected = {"skembed  1.0", "skembed, quick  2.0", "skembed, linear  3.0"}
    assert expected | {"8.0  one-hot + tuned ridge", "6.0  HGB, categorical"} <= words
    assert {"LightGBM  4.5", "4.5  LightGBM"} & words  # it shares a place
    assert not any(word.endswith("mean") for word in words)
    ours = [t for t in texts_of(figure) if "skembed" in t.get_text()]
    assert {text.get_color() for text in ours} == {BLUE}


def test_the_critical_difference_is_drawn_to_scale():
    measured = found()
    figure = drawn(ranks.draw, measured)
    ranking = ranks.ranking_of(measured)
    lengths = [
        np.ptp(segment[:, 0])
        for lines in figure.axes[0].collections
        for segment in lines.get_segments()
    ]
    assert any(np.isclose(lengths, ranking.critical_difference))
    assert f"critical difference {ranking.critical_difference:.1f}" in words_of(figure)
    bars = [lines for lines in figure.axes[0].collections if lines.get_linewidth() == 4]
    assert len(bars) == len(ranking.alike)


# accuracy by time


def test_points_are_losses_and_seconds_by_skembeds():
    figure = drawn(accuracy_by_time.draw, found())
    (axes,) = figure.axes
    points = sorted(tuple(p) for c in axes.collections for p in c.get_offsets())
    expected = sorted((s, loss) for n, (loss, s) in RIVALS.items() if n != "mean")
    np.testing.assert_allclose(points, expected)
    names = {text.get_text(): text for text in axes.texts}
    assert len(names) == len(expected)
    assert names["skembed, quick"].get_color() == BLUE != names["CatBoost"].get_color()


def test_who_is_on_few_tables_has_no_point():
    cells = make_cells()
    is_gone = (cells["contender"] == "hgb") & ~cells["table"].isin(["curves", "slopes"])
    (axes,) = drawn(accuracy_by_time.draw, found(cells[~is_gone])).axes
    named = [text.get_text() for text in axes.texts]
    assert "CatBoost" in named
    assert "HGB, categorical" not in named


def test_names_of_points_close_together_do_not_cover_each_other():
    cells = make_cells()
    cells["fit_cpu_seconds"] = 10.0
    is_other = ~cells["contender"].isin(["skembed", "mean"])
    cells.loc[is_other, "loss"] = np.tile(FOLDS, is_other.sum() // 3) * 1.2
    cells.loc[cells["contender"] == "ridge", "loss"] *= 1.3
    cells.loc[cells["contender"] == "skembed-quick", "fit_cpu_seconds"] = 4.0
    cells.loc[cells["contender"] == "skembed-linear", "fit_cpu_seconds"] = 2.0
    cells.loc[cells["contender"] == "catboost", "fit_cpu_seconds"] = 9.0
    assert_readable(drawn(accuracy_by_time.draw, found(cells)))


# rows per level


def test_losses_by_band_are_by_those_of_ridge():
    ratios = rows_per_level.ratios_by_band(make_cells())
    assert ratios.index.tolist() == list(BANDS)
    assert ratios["tables"].tolist() == [5, 5]
    assert ratios.loc["1-2", "skembed"] == pytest.approx(1 / 1.6)
    assert ratios.loc["1-2", "hgb"] == pytest.approx(1.3 / 1.6)
    np.testing.assert_allclose(ratios.loc["300+"].drop("tables"), 1)


def test_means_over_tables_are_geometric_and_of_the_same_tables():
    cells = make_cells(names=("ridge", "skembed", "hgb"), tables=("curves", "slopes"))
    is_ours = (cells["contender"] == "skembed") & (cells["table"] == "slopes")
    cells.loc[is_ours, loss_name("300+")] *= 4
    is_gone = (cells["contender"] == "hgb") & (cells["table"] == "slopes")
    ratios = rows_per_level.ratios_by_band(cells[~is_gone])
    assert ratios.loc["300+", "skembed"] == pytest.approx(2)
    assert ratios["hgb"].isna().all()


def test_folds_weigh_what_their_rows_weigh():
    cells = make_cells(names=("ridge", "skembed"), tables=("curves",))
    is_ours = cells["contender"] == "skembed"
    cells.loc[is_ours, loss_name("300+")] = [1.0, 2.0, 3.0]
    cells.loc[~is_ours, loss_name("300+")] = 1.0
    cells[count_name("300+")] = [100.0, 100.0, 800.0] * 2
    ratios = rows_per_level.ratios_by_band(cells)
    assert ratios.loc["300+", "skembed"] == pytest.approx(2.7)


def test_few_rows_are_not_shown():
    cells = make_cells()
    cells[count_name("1-2")] = 20.0
    assert rows_per_level.ratios_by_band(cells).index.tolist() == ["300+"]


def test_real_and_generated_tables_have_a_panel_each():
    figure = drawn(rows_per_level.draw, found())
    assert [axes.get_title("left") for axes in figure.axes] == [
        "Real data",
        "Generated data",
    ]
    ticks = [text.get_text() for text in figure.axes[0].get_xticklabels()]
    assert ticks == ["1-2\n(3 tables)", "300+\n(3 tables)"]
    lines = {line.get_label(): line.get_ydata() for line in figure.axes[1].lines}
    assert "one-hot + tuned ridge" not in lines  # it is the line at 1
    np.testing.assert_allclose(lines["CatBoost"], [1.25 / 1.6, 1])


def test_who_is_on_no_panel_is_not_in_the_legend():
    cells = make_cells()
    is_gone = (cells["contender"] == "hgb") & cells["table"].isin(["spotify", "slopes"])
    figure = drawn(rows_per_level.draw, found(cells[~is_gone]))
    named = [text.get_text() for text in figure.legends[0].get_texts()]
    assert "CatBoost" in named
    assert "HGB, categorical" not in named


# scales


@pytest.mark.parametrize("ends", [(0.96, 1.04), (0.5, 7.0), (0.009, 110.0)])
def test_ticks_are_apart_and_1_is_one_of_them(ends):
    ticks = ticks_between(*ends)
    assert 1 in ticks
    assert 3 <= len(ticks) <= 14
    assert ends[0] <= ticks[0]
    assert ticks[-1] <= ends[1]
    gaps = np.diff(np.log(ticks)) / np.log(ends[1] / ends[0])
    assert gaps.min() >= 0.07


# reliability


def test_bins_are_those_of_a_calibration_curve():
    rng = np.random.default_rng(0)
    p = rng.beta(1, 3, 457)
    y = pd.Series((rng.uniform(size=457) < p).astype(int), index=range(7, 464))
    bins = bins_of(y, np.column_stack([1 - p, p]))
    share, predicted = calibration_curve(y, p, n_bins=10, strategy="quantile")
    np.testing.assert_allclose(bins["share"], share)
    np.testing.assert_allclose(bins["predicted"], predicted)
    assert bins["count"].sum() == 457
    assert np.ptp(bins["count"]) <= 1


def test_bins_are_of_two_classes_only():
    y = pd.Series([0, 1, 2])
    assert bins_of(y, np.full((3, 3), 1 / 3)).empty
    assert bins_of(y, np.zeros(3)).empty
    assert measures_by_bin(y, np.zeros(3)) == {}
    assert pooled(make_cells(tables=("curves",))).empty


def test_runs_are_pooled_by_their_rows():
    cells = pd.DataFrame(
        {
            "predicted of bin 0": [0.1, 0.4],
            "share of bin 0": [0.0, 0.6],
            "count of bin 0": [10, 20],
            "predicted of bin 1": [0.9, np.nan],
            "share of bin 1": [1.0, np.nan],
            "count of bin 1": [5, np.nan],
        }
    )
    means = pooled(cells)
    np.testing.assert_allclose(means["predicted"], [0.3, 0.9])
    np.testing.assert_allclose(means["share"], [0.4, 1.0])
    assert means["count"].tolist() == [30, 5]


def test_the_picture_says_how_far_off_each_is():
    curves = {
        name: pd.DataFrame(
            {"predicted": [0.1, 0.5], "share": [0.1 + gap, 0.5], "count": [30, 10]}
        )
        for name, gap in {"a": 0.0, "b": 0.04}.items()
    }
    panels = reliability.draw_curves(curves).axes
    assert [axes.get_title() for axes in panels] == ["a", "b"]
    assert "0.0 percentage" in panels[0].texts[0].get_text()
    assert "3.0 percentage" in panels[1].texts[0].get_text()
    for axes in panels:
        assert axes.get_xlim() == axes.get_ylim() == pytest.approx((0, 0.6))


def test_probabilities_of_late_flights_are_drawn_by_contender():
    panels = drawn(reliability.draw, found()).axes
    assert [axes.get_title("left") for axes in panels] == [
        "skembed",
        "one-hot + tuned logistic",
        "LightGBM",
        "CatBoost",
    ]
    assert reliability.draw(found(make_cells(tables=("curves",)))) is None
