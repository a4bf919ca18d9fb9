"""Levels that predict by their order, and levels that predict each on its own."""

import numpy as np
import pytest

from skembed._level_order import compare_with_order

N_SEEDS = 100


def compare(values, y, rng, weight=None):
    codes = np.unique(values, return_inverse=True)[1]
    is_first = rng.random(len(y)) < 0.5
    weight = np.ones(len(y)) if weight is None else weight
    return compare_with_order(codes, y.reshape(len(y), -1), weight, is_first)


def over_seeds(draw):
    found = []
    for seed in range(N_SEEDS):
        rng = np.random.default_rng(seed)
        found.append(compare(*draw(rng), rng))
    return found


def noise(scale):
    def draw(rng):
        values = rng.integers(60, size=1_500)
        return values, scale(values) * rng.standard_t(3, len(values))

    return draw


@pytest.mark.parametrize(
    "draw",
    [noise(lambda values: 1.0), noise(lambda values: values**2)],
    ids=["equal variances", "variances that grow"],
)
def test_level_order_of_noise_is_standard_normal(draw):
    found = over_seeds(draw)
    for name in ("smooth_z", "rough_z"):
        z = np.array([getattr(order, name) for order in found])
        assert abs(z.mean()) < 0.4
        assert 0.7 < z.std() < 1.2
        assert z.max() < 3.5


def test_level_order_of_random_effects_is_rough():
    def draw(rng):
        values = rng.integers(100, size=2_000)
        return values, rng.normal(size=100)[values] + rng.normal(size=2_000)

    found = over_seeds(draw)
    assert max(order.smooth_z for order in found) < 3.5
    assert np.mean([order.rough for order in found]) == pytest.approx(1, abs=0.05)
    assert np.mean([order.smooth for order in found]) == pytest.approx(0, abs=0.05)


def test_level_order_of_a_line_is_smooth():
    def draw(rng):
        values = rng.integers(100, size=2_000)
        return values, np.sqrt(12) * values / 100 + rng.normal(size=2_000)

    found = over_seeds(draw)
    assert min(order.smooth_z for order in found) > 4
    assert np.mean([order.smooth for order in found]) == pytest.approx(1, abs=0.05)
    assert np.mean([order.rough for order in found]) == pytest.approx(0, abs=0.05)


def test_level_order_adds_up_over_outputs():
    rng = np.random.default_rng(0)
    values = rng.integers(100, size=2_000)
    y = np.column_stack([values / 100, rng.normal(size=(2, 100))[:, values].T])
    is_first = rng.random(2_000) < 0.5
    codes, weight = np.unique(values, return_inverse=True)[1], np.ones(2_000)
    whole = compare_with_order(codes, y, weight, is_first)
    parts = [compare_with_order(codes, y[:, [k]], weight, is_first) for k in range(3)]
    assert whole.smooth == pytest.approx(sum(part.smooth for part in parts))
    assert whole.rough == pytest.approx(sum(part.rough for part in parts))


def test_level_order_of_levels_of_one_row_has_no_rough_part():
    rng = np.random.default_rng(0)
    order = compare(np.arange(500), rng.normal(size=500), rng)
    assert (order.rough, order.rough_z) == (0, 0)


def test_level_order_of_a_constant_target_is_zero():
    rng = np.random.default_rng(0)
    order = compare(rng.integers(50, size=500), np.ones(500), rng)
    assert (order.smooth, order.rough, order.smooth_z, order.rough_z) == (0, 0, 0, 0)


def test_level_order_counts_weights_as_rows():
    rng = np.random.default_rng(0)
    values, y = rng.integers(50, size=900), rng.normal(size=900)
    weight = rng.integers(1, 4, size=900)
    is_first = rng.random(900) < 0.5
    codes, y = np.unique(values, return_inverse=True)[1], y[:, np.newaxis]
    weighted = compare_with_order(codes, y, weight.astype(float), is_first)
    repeated = compare_with_order(
        *(np.repeat(a, weight, axis=0) for a in (codes, y, np.ones(900), is_first))
    )
    for name in ("smooth", "rough", "smooth_z", "rough_z"):
        assert getattr(weighted, name) == pytest.approx(getattr(repeated, name))
