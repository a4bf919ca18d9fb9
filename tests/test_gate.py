import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import LinearConstraint, minimize

from skembed._gate import believable_shares

SEEDS = pytest.mark.parametrize("seed", range(3))


def generated(seed, n_rows=500, n_corrections=2, truth=(0.5, 0.2), noise=1.0):
    rng = np.random.default_rng(seed)
    own, common = rng.normal(size=(n_rows, n_corrections)), rng.normal(size=(n_rows, 1))
    corrections = own + 0.5 * common
    error = corrections @ np.array(truth) + rng.normal(0, noise, n_rows)
    return error, corrections, rng.integers(1, 5, n_rows).astype(float)


def loss_of(shares, error, corrections, weight, ambiguity=0.0):
    """What the ensembles would leave: each has its ambiguity less than a network."""
    left = error - corrections @ shares
    return weight @ left**2 / weight.sum() - np.sum(ambiguity * np.square(shares))


def best_on_a_grid(error, corrections, weight, ambiguity):
    steps = np.linspace(0, 1, 101)
    grid = [np.array([a, b]) for a in steps for b in steps if a + b <= 1 + 1e-9]
    mean = np.average(error**2, weights=weight)
    products = weight[:, np.newaxis] * corrections / weight.sum()
    inner, gram = products.T @ error, products.T @ corrections - np.diag(ambiguity)
    return min(grid, key=lambda s: mean - 2 * s @ inner + s @ gram @ s)


TRUTHS = pytest.mark.parametrize(
    "truth", [(0.5, 0.2), (0.9, 0.9), (-0.3, 0.4), (-0.5, -0.5), (2.0, 0.0)], ids=str
)


@SEEDS
@TRUTHS
@pytest.mark.parametrize("ambiguity", [(0.0, 0.0), (0.3, 0.1)], ids=str)
def test_shares_are_the_best_that_add_up_to_no_more_than_one(seed, truth, ambiguity):
    read = generated(seed, truth=truth)
    ambiguity = np.array(ambiguity)
    shares = believable_shares(*read, ambiguity)
    expected = best_on_a_grid(*read, ambiguity)
    np.testing.assert_allclose(shares, expected, atol=0.011)
    assert loss_of(shares, *read, ambiguity) <= loss_of(expected, *read, ambiguity)


@SEEDS
@pytest.mark.parametrize("truth", [(0.2, 0.1, 0.3), (0.8, -0.2, 0.7)], ids=str)
def test_shares_of_three_are_where_a_search_ends(seed, truth):
    read = generated(seed, n_corrections=3, truth=truth)
    shares = believable_shares(*read, np.zeros(3))
    found = minimize(
        loss_of,
        np.full(3, 0.2),
        read,
        method="SLSQP",
        bounds=[(0, 1)] * 3,
        constraints=LinearConstraint(np.ones(3), ub=1),
        options={"ftol": 1e-12},
    )
    np.testing.assert_allclose(shares, found.x, atol=1e-4)


@settings(deadline=None, max_examples=50)
@given(st.integers(0, 10**6), st.integers(1, 4), st.floats(0, 5), st.floats(0, 3))
def test_shares_are_an_average(seed, n_corrections, noise, ambiguity):
    truth = np.random.default_rng(seed).normal(size=n_corrections)
    read = generated(seed, 30, n_corrections, truth, noise)
    shares = believable_shares(*read, np.full(n_corrections, ambiguity))
    assert (shares >= 0).all()
    assert shares.sum() <= 1 + 1e-4


@SEEDS
def test_a_weight_counts_as_repeated_rows_do(seed):
    error, corrections, weight = generated(seed)
    rows = np.repeat(np.arange(len(error)), weight.astype(int))
    ambiguity = np.array([0.1, 0.2])
    np.testing.assert_allclose(
        believable_shares(error, corrections, weight, ambiguity),
        believable_shares(
            error[rows], corrections[rows], np.ones(len(rows)), ambiguity
        ),
        atol=1e-9,
    )


@SEEDS
def test_noise_is_not_believed(seed):
    rng = np.random.default_rng(seed)
    error, corrections = rng.normal(size=5000), rng.normal(size=(5000, 2))
    shares = believable_shares(error, corrections, np.ones(5000), np.zeros(2))
    # each is the mean of 5000 products, or zero
    assert shares.max() < 4 / np.sqrt(5000)


@SEEDS
def test_a_perfect_correction_is_believed(seed):
    rng = np.random.default_rng(seed)
    error = rng.normal(size=300)
    corrections = np.column_stack([rng.normal(size=300), error])
    shares = believable_shares(error, corrections, np.ones(300), np.zeros(2))
    np.testing.assert_allclose(shares, [0, 1], atol=1e-5)


@SEEDS
def test_a_correction_in_the_wrong_direction_is_not_believed(seed):
    error, corrections, weight = generated(seed, truth=(1.0, 0.0))
    shares = believable_shares(error, -corrections[:, :1], weight, np.zeros(1))
    assert shares.tolist() == [0]


@SEEDS
@pytest.mark.parametrize("ambiguity", [0.0, 0.2, 0.5, 50.0])
def test_what_networks_differ_by_raises_the_share(seed, ambiguity):
    """The mean product with the error, over the mean square of the average."""
    error, corrections, weight = generated(seed, truth=(0.2, 0.0))
    only = corrections[:, 0] / np.sqrt(
        np.average(corrections[:, 0] ** 2, weights=weight)
    )
    share = believable_shares(error, only[:, np.newaxis], weight, np.array([ambiguity]))
    # of the mean square, 1 for each network, at least a tenth is believed to be common
    expected = np.average(error * only, weights=weight) / (1 - min(ambiguity, 0.9))
    np.testing.assert_allclose(share, min(max(expected, 0), 1), atol=1e-5)


@SEEDS
def test_the_average_of_networks_gets_the_share_that_is_best_for_it(seed):
    """Each row is judged by one of several networks that all err in their own way."""
    rng = np.random.default_rng(seed)
    signal, n_networks, n_rows = rng.normal(size=50_000), 5, 50_000
    outputs = 0.7 * signal + rng.normal(0, 0.8, (n_networks, n_rows))
    error = 0.4 * signal + rng.normal(size=n_rows)
    judge = rng.integers(n_networks, size=n_rows)
    judged = outputs[judge, np.arange(n_rows)]
    ambiguity = outputs.var(axis=0).mean()
    read = judged[:, np.newaxis], np.ones(n_rows), np.array([ambiguity])
    average = outputs.mean(axis=0)
    best = (average @ error) / (average @ average)
    assert believable_shares(error, *read)[0] == pytest.approx(best, abs=0.03)


def least_squares(error, corrections, weight, ambiguity):
    """Where a search for the best shares ends, started from several places."""
    scale = np.sqrt(np.average(corrections**2, axis=0, weights=weight))
    n = len(scale)

    def loss(shares):
        return loss_of(shares, error, corrections, weight, ambiguity)

    starts = [np.full(n, 0.5 / n), *(0.9 * np.eye(n) + 0.1 / n)]
    return min(
        (
            minimize(
                loss,
                start,
                method="SLSQP",
                bounds=[(0, 1)] * n,
                constraints=LinearConstraint(np.ones(n), ub=1),
                options={"ftol": 1e-15, "maxiter": 500},
            ).x
            for start in starts
        ),
        key=loss,
    )


@SEEDS
@pytest.mark.parametrize("size", [1e-3, 0.02, 0.2], ids=str)
@pytest.mark.parametrize("truth", [(0.5, 0.4), (0.3, 0.7), (0.0, 0.9)], ids=str)
def test_a_small_correction_beside_a_large_one_has_its_share(seed, size, truth):
    error, corrections, weight = generated(seed, truth=(0.0, 0.0), noise=0.0)
    corrections = corrections * [1.0, size]
    noise = np.random.default_rng(seed + 10).normal(size=len(error))
    error = corrections @ np.array(truth) + 0.01 * size * noise
    shares = believable_shares(error, corrections, weight, np.zeros(2))
    # nothing but the noise keeps shares from the truth, which adds up to 1 at most
    np.testing.assert_allclose(shares, truth, atol=0.005)


@SEEDS
@pytest.mark.parametrize("truth", [(0.3, 0.4), (0.8, 0.1), (0.9, -0.4)], ids=str)
@pytest.mark.parametrize("own", [0.3, 0.05], ids=str)
@pytest.mark.parametrize("part", [0.0, 0.5], ids=str)
def test_corrections_that_are_much_alike_have_the_best_shares(seed, truth, own, part):
    """Some of what they differ by may be due to the networks."""
    rng = np.random.default_rng(seed)
    common = rng.normal(size=(2000, 1))
    corrections = common + own * rng.normal(size=(2000, 2))
    error = corrections @ np.array(truth) + rng.normal(0, 0.1, 2000)
    weight = rng.integers(1, 5, 2000).astype(float)
    ambiguity = np.full(2, part * own**2)
    read = error, corrections, weight, ambiguity
    shares, expected = believable_shares(*read), least_squares(*read)
    assert loss_of(shares, *read) <= loss_of(expected, *read) + 1e-7
    np.testing.assert_allclose(shares, expected, atol=1e-3 / own)


@SEEDS
@pytest.mark.parametrize("unit", [1e-6, 1e6])
def test_the_unit_is_of_no_account(seed, unit):
    error, corrections, weight = generated(seed)
    ambiguity = np.array([0.3, 0.1])
    expected = believable_shares(error, corrections, weight, ambiguity)
    shares = believable_shares(
        unit * error, unit * corrections, 7 * weight, unit**2 * ambiguity
    )
    np.testing.assert_allclose(shares, expected, atol=1e-4)


@SEEDS
def test_where_networks_differ_by_all_that_they_say_it_is_not_all_believed(seed):
    """In no direction is the mean square of what they have in common negative."""
    error, corrections, weight = generated(seed, truth=(0.4, 0.2))
    alike = np.column_stack([corrections[:, 0], corrections[:, 0] + 0.1 * error])
    shares = believable_shares(error, alike, weight, np.full(2, 5.0))
    gram = (weight[:, np.newaxis] * alike).T @ alike / weight.sum()
    part = 0.9 / np.linalg.eigvals(np.linalg.solve(gram, 5 * np.eye(2))).real.max()
    assert part < 1
    expected = best_on_a_grid(error, alike, weight, np.full(2, 5 * part))
    np.testing.assert_allclose(shares, expected, atol=0.011)


def test_corrections_that_are_all_zero_do_not_fail():
    shares = believable_shares(np.ones(9), np.zeros((9, 2)), np.ones(9), np.zeros(2))
    assert (shares >= 0).all()


@SEEDS
def test_equal_corrections_share_what_one_would_have(seed):
    error, corrections, weight = generated(seed, truth=(0.5, 0.0))
    one = corrections[:, :1]
    alone = believable_shares(error, one, weight, np.zeros(1))
    both = believable_shares(error, np.hstack([one, one]), weight, np.zeros(2))
    assert both.sum() == pytest.approx(alone[0], rel=0.1)
