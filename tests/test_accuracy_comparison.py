"""Differences on the same folds have honest intervals, and ranks are Demsar's."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import chi2, rankdata

from benchmarks.accuracy.comparison import (
    LOSS,
    TIE,
    WIN,
    Comparison,
    Tally,
    compare,
    compare_on_tables,
    half_interval,
    tally,
    typical_difference,
)
from benchmarks.accuracy.ranking import critical_difference, losses_by_table, rank


def make_cells(losses, table="a", n_seeds=1, n_train=80, n_test=20):
    """Make cells of {contender: losses by fold}, the same for all seeds."""
    return pd.DataFrame(
        [
            {
                "table": table,
                "contender": contender,
                "seed": seed,
                "fold": fold,
                "loss": loss,
                "n_train": n_train,
                "n_test": n_test,
            }
            for contender, of_folds in losses.items()
            for fold, loss in enumerate(of_folds)
            for seed in range(n_seeds)
        ]
    )


def comparison(lower, upper, difference=0.0):
    return Comparison("a", "skembed", "rival", difference, lower, upper, 5)


# paired differences


def test_the_interval_is_that_of_nadeau_and_bengio():
    # variance 0.01, times 1/3 + 20/80; the quantile of t with 2 degrees of freedom
    expected = 4.302653 * np.sqrt(0.01 * (1 / 3 + 1 / 4))
    assert half_interval(np.array([0.1, 0.2, 0.3]), 0.25) == pytest.approx(expected)
    cells = make_cells({"skembed": [1, 2, 4], "rival": [1.1, 2.4, 5.2]})
    found = compare(cells, "skembed", "rival")
    assert found.difference == pytest.approx(0.2)
    assert found.lower == pytest.approx(0.2 - expected)
    assert found.upper == pytest.approx(0.2 + expected)
    assert (found.table, found.other, found.n_folds) == ("a", "rival", 3)


def test_the_interval_covers_the_truth_where_folds_are_independent():
    rng = np.random.default_rng(0)
    draws = rng.normal(size=(4_000, 5))
    naive = [abs(d.mean()) < half_interval(d, 0.0) for d in draws]
    assert np.mean(naive) == pytest.approx(0.95, abs=0.01)


def test_differences_do_not_see_what_folds_have_in_common():
    ours = np.array([1.0, 50.0, 3.0, 700.0, 2.0])
    found = compare(
        make_cells({"skembed": ours, "rival": 1.1 * ours}), "skembed", "rival"
    )
    assert found.difference == pytest.approx(0.1)
    assert found.upper - found.lower == pytest.approx(0, abs=1e-9)
    assert found.verdict == WIN


def test_seeds_are_averaged_before_losses_are_compared():
    ours = make_cells({"skembed": [1.0, 1.0]}, n_seeds=2)
    ours["loss"] = [1.0, 3.0, 4.0, 4.0]
    cells = pd.concat([ours, make_cells({"rival": [3.0, 6.0]})])
    assert compare(cells, "skembed", "rival").difference == 0.5


def test_only_folds_count_that_both_were_measured_on():
    cells = make_cells({"skembed": [1.0, 2.0, 9.0], "rival": [2.0, 4.0]})
    found = compare(cells, "skembed", "rival")
    assert (found.difference, found.n_folds) == (1, 2)
    assert compare(cells, "skembed", "nobody") is None
    assert compare(cells.query("contender == 'rival'"), "skembed", "rival") is None


def test_one_fold_has_no_interval_and_is_no_win():
    found = compare(make_cells({"skembed": [1.0], "rival": [9.0]}), "skembed", "rival")
    assert found.difference == 8
    assert np.isnan(found.lower)
    assert np.isnan(found.upper)
    assert found.verdict == TIE


def test_verdicts_are_by_the_whole_interval():
    verdicts = [
        comparison(*ends).verdict for ends in [(0.1, 0.2), (-0.1, 0.2), (-0.2, -0.1)]
    ]
    assert verdicts == [WIN, TIE, LOSS]
    ends = [(0.1, 0.2), (0.3, 0.4), (-0.1, 0.1), (-2.0, -1.0)]
    counts = tally(comparison(*of_one) for of_one in ends)
    assert counts == Tally(wins=2, ties=1, losses=1)
    assert counts.total == 4


def test_a_table_that_one_was_not_measured_on_is_left_out():
    cells = pd.concat(
        [
            make_cells({"skembed": [1, 1], "x": [2, 2], "y": [3, 3]}, table="a"),
            make_cells({"skembed": [1, 1], "y": [4, 4]}, table="b"),
            make_cells({"skembed": [1, 1], "x": [5, 5]}, table="c"),
        ]
    )
    found = compare_on_tables(cells, ["b", "a", "none"], "skembed", ["x", "y"])
    assert [(c.table, c.other, c.difference) for c in found] == [
        ("b", "y", 3),
        ("a", "x", 1),
        ("a", "y", 2),
    ]


def test_the_typical_difference_is_a_geometric_mean():
    found = [comparison(0, 0, difference) for difference in (1.0, -0.5, 7.0)]
    assert typical_difference(found) == pytest.approx(1)  # of ratios 2, 1/2 and 8
    assert np.isnan(typical_difference([]))


# ranks


@pytest.mark.parametrize(
    ("n_contenders", "quantile"),
    [(2, 1.960), (3, 2.343), (4, 2.569), (5, 2.728), (10, 3.164)],
)
def test_critical_differences_are_those_of_demsar(n_contenders, quantile):
    n_tables = 14
    expected = quantile * np.sqrt(n_contenders * (n_contenders + 1) / (6 * n_tables))
    found = critical_difference(n_contenders, n_tables)
    assert found == pytest.approx(expected, rel=5e-4)


def test_the_example_of_demsar():
    assert critical_difference(4, 14) == pytest.approx(1.25, abs=0.005)


def test_mean_ranks_and_friedmans_test():
    rng = np.random.default_rng(0)
    losses = pd.DataFrame(rng.uniform(1, 9, (12, 4)) + np.arange(4), columns=[*"dcba"])
    ranks = np.mean([rankdata(row) for row in losses.to_numpy()], axis=0)
    found = rank(losses)
    assert found.mean_ranks.is_monotonic_increasing
    np.testing.assert_allclose(found.mean_ranks[[*"dcba"]], ranks)
    statistic = 12 * 12 / (4 * 5) * (np.sum(ranks**2) - 4 * 5**2 / 4)
    assert found.p_value == pytest.approx(chi2.sf(statistic, 3))
    assert found.n_tables == 12
    assert found.critical_difference == critical_difference(4, 12)


def test_losses_that_look_the_same_share_a_rank():
    losses = pd.DataFrame(
        {"a": [1.00001, 20.0], "b": [1.00002, 10.0], "c": [0.5, 30.0]}
    )
    assert rank(losses).mean_ranks.to_dict() == {"b": 1.75, "c": 2.0, "a": 2.25}


def test_who_is_not_on_all_tables_is_left_out_by_name():
    losses = pd.DataFrame(
        {
            "a": [1.0, 1.0],
            "gone": [0.5, np.nan],
            "b": [2.0, 3.0],
            "c": [3.0, 2.0],
        }
    )
    found = rank(losses)
    assert found.left_out == ["gone"]
    assert found.mean_ranks["a"] == 1
    assert rank(losses[["a", "b", "gone"]]) is None
    assert rank(losses[:1]) is None


def test_groups_are_the_largest_that_are_not_told_apart():
    # a, b and c have ranks 1, 2, 3 on all tables; d and e share the last places
    losses = pd.DataFrame({"a": 1.0, "b": 2.0, "c": 3.0, "d": 4.0, "e": 4.0}, range(20))
    found = rank(losses)
    assert 1 < found.critical_difference < 1.5
    assert found.alike == [["a", "b"], ["b", "c"], ["d", "e"]]
    assert found.mean_ranks["d"] == 4.5
    far = rank(losses[["a", "b", "c"]].sample(400, replace=True, ignore_index=True))
    assert far.alike == []


def test_losses_of_tables_are_of_all_folds_that_ours_has():
    cells = pd.concat(
        [
            make_cells({"skembed": [1, 3], "x": [2, 4], "y": [5]}, table="a"),
            make_cells({"skembed": [2], "x": [4, 100], "y": [6]}, table="b"),
            make_cells({"x": [1]}, table="c"),
        ]
    )
    found = losses_by_table(cells, ["b", "a", "c"], "skembed", ["x", "y"])
    expected = pd.DataFrame(
        {"skembed": [2.0, 2.0], "x": [4.0, 3.0], "y": [6.0, np.nan]}, index=["b", "a"]
    )
    pd.testing.assert_frame_equal(found, expected, check_names=False)
