"""Areas, colours and the counts of the legend are in bounds."""

import numpy as np
import pytest

from skembed.displays._discs import color_limits, disc_areas, round_counts


def test_colours_are_not_stretched_by_the_rarest_effects():
    effects = np.append(np.linspace(-1, 1, 999), 100.0)
    low, high = color_limits(effects)
    assert -1 <= low < -0.9
    assert 0.9 < high <= 1
    assert color_limits(effects[-3:]) == (effects[-3], 100)


def test_areas_stay_in_bounds():
    for n_levels in (1, 100, 10_000):
        counts = np.random.default_rng(0).geometric(0.01, n_levels)
        areas = disc_areas(counts, counts)
        assert areas.min() >= 4
        assert areas.max() <= 420


@pytest.mark.parametrize(
    ("counts", "chosen"),
    [
        ([2, 30, 382], [2, 20, 200]),
        ([204, 895], [500]),
        ([300, 400], [300]),
        ([1, 10**6], [1, 1000, 10**6]),
        ([0.25, 0.9], [0.5]),
    ],
    ids=repr,
)
def test_counts_in_the_legend_are_round(counts, chosen):
    assert round_counts(np.array(counts)).tolist() == chosen
