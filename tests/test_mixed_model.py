"""The mixed model, against statsmodels and the likelihood itself."""

import numpy as np
import pytest
import statsmodels.api as sm
from scipy.optimize import minimize

from skembed import _mixed_model
from skembed._encoding import Encoded
from skembed._folds import deal_into_folds
from skembed._leave_fold_out import fit_without_folds
from skembed._mixed_model import fit_mixed_model
from skembed._ramps import learn_ramps
from skembed._sample import make_sample, merge_equal_inputs
from skembed._terms import learn_term

SEEDS = pytest.mark.parametrize("seed", range(2))


@pytest.fixture
def searched_to_the_end(monkeypatch):
    """Exact traces, equations without error to speak of, and no early end."""
    monkeypatch.setattr(
        _mixed_model, "_random_signs", lambda n: np.sqrt(max(n, 1)) * np.eye(n)
    )
    monkeypatch.setattr(_mixed_model, "SETTLED", 1e-9)
    monkeypatch.setattr(_mixed_model, "TOLERANCE", 1e-10)


def sample_of(codes, target, quantities=None, weight=None):
    if quantities is None:
        quantities = np.zeros((len(codes), 0))
    target = (target - target.mean()) / (target.std() or 1)
    inputs = Encoded(codes.astype(np.int32), quantities)
    return make_sample(inputs, target[:, np.newaxis], weight)


def terms_of(sample, slopes=()):
    """A term for each column, and slopes given as (column, quantity)."""
    n_codes = sample.inputs.codes.max(axis=0, initial=0) + 2
    wanted = [(column, None) for column in range(sample.inputs.codes.shape[1])]
    return [
        learn_term(sample.inputs, (column,), (int(n_codes[column]),), quantity)[0]
        for column, quantity in [*wanted, *slopes]
    ]


def fitted(sample, n_rounds=8, slopes=()):
    ramps = learn_ramps(sample.inputs.quantities, sample.weight)
    return fit_mixed_model(ramps, terms_of(sample, slopes), sample, n_rounds)


def predict(model, inputs):
    return model.predict(model.locate(inputs))


def drawn(seed, n_levels, n_samples=500, scale=0.7, noise=1.0):
    """Codes, every one of which occurs, and a target of random effects."""
    rng = np.random.default_rng(seed)
    columns = [rng.permutation(np.arange(n_samples) % n) for n in n_levels]
    target = rng.normal(0, noise, n_samples)
    for codes, n in zip(columns, n_levels, strict=True):
        target += rng.normal(0, scale, n)[codes]
    return np.column_stack(columns), target


def uneven(seed, n_levels=40, n_samples=600):
    """Levels of one column, half of the rows of the first few."""
    rng = np.random.default_rng(seed)
    often = 1 / np.arange(1, n_levels + 1)
    drawn_codes = rng.choice(n_levels, n_samples - n_levels, p=often / often.sum())
    codes = np.append(np.arange(n_levels), drawn_codes)
    return codes, rng.normal(size=n_samples) + rng.normal(0, 0.7, n_levels)[codes]


def of_statsmodels(sample, fixed):
    codes = sample.inputs.codes[:, 0]
    result = sm.MixedLM(sample.target[:, 0], fixed, groups=codes).fit(reml=True)
    effects = [effect.iloc[0] for effect in result.random_effects.values()]
    return result, np.array(effects)


@SEEDS
@pytest.mark.parametrize("n_levels", [5, 40])
def test_one_column_is_the_random_intercept_of_statsmodels(
    seed, n_levels, searched_to_the_end
):
    codes, target = uneven(seed, n_levels)
    sample = sample_of(codes[:, np.newaxis], target)
    model = fitted(sample, n_rounds=2000)
    expected, effects = of_statsmodels(sample, np.ones((len(target), 1)))
    assert model.mean == pytest.approx(expected.fe_params[0], abs=1e-4)
    assert model.noise == pytest.approx(expected.scale, rel=1e-4)
    penalty = expected.scale / expected.cov_re[0, 0]
    assert model.penalties[0] == pytest.approx(penalty, rel=2e-3)
    np.testing.assert_allclose(model.effects(0), effects, atol=1e-3)


@SEEDS
def test_a_clear_slope_is_the_fixed_one_of_statsmodels(seed, searched_to_the_end):
    codes, target = uneven(seed)
    binary = np.random.default_rng(seed).choice([-1.0, 1.0], len(codes))
    sample = sample_of(codes[:, np.newaxis], target + binary, binary[:, np.newaxis])
    model = fitted(sample, n_rounds=2000)
    line = model.ramps.apply(sample.inputs.quantities).toarray()
    assert line.shape[1] == 1
    fixed = np.hstack([np.ones((len(target), 1)), line])
    expected, effects = of_statsmodels(sample, fixed)
    assert model.coefficients[0] == pytest.approx(expected.fe_params[1], rel=0.005)
    assert model.noise == pytest.approx(expected.scale, rel=0.005)
    penalty = expected.scale / expected.cov_re[0, 0]
    assert model.penalties[1] == pytest.approx(penalty, rel=0.02)
    np.testing.assert_allclose(model.effects(0), effects, atol=0.01)


def restricted_likelihood(log_variances, target, fixed, kernels):
    """Minus twice the logarithm, but for a constant."""
    noise, *variances = np.exp(log_variances)
    covariance = noise * np.eye(len(target))
    for variance, kernel in zip(variances, kernels, strict=True):
        covariance += variance * kernel
    inverse = np.linalg.inv(covariance)
    information = fixed.T @ inverse @ fixed
    error = target - fixed @ np.linalg.solve(information, fixed.T @ inverse @ target)
    determinants = [np.linalg.slogdet(m)[1] for m in (covariance, information)]
    return sum(determinants) + error @ inverse @ error


def most_likely_penalties(target, fixed, designs):
    start = np.log(np.full(1 + len(designs), 0.3))
    read = target, fixed, [design @ design.T for design in designs]
    options = {"xatol": 1e-4, "fatol": 1e-7}
    found = minimize(restricted_likelihood, start, read, "Nelder-Mead", options=options)
    noise, *variances = np.exp(found.x)
    return noise, noise / np.array(variances)


def one_hot(codes):
    return np.eye(codes.max() + 1)[codes]


def nested(seed):
    """30 groups of 3 levels each, of 3 rows each."""
    rng = np.random.default_rng(seed)
    level = rng.permutation(np.arange(270) % 90)
    effects = rng.normal(0, 0.8, 30)[level // 3] + rng.normal(0, 0.8, 90)[level]
    return np.column_stack([level // 3, level]), effects + rng.normal(size=270)


TABLES = {
    "crossed": lambda seed: drawn(seed, (40, 25), 250),
    "few levels": lambda seed: drawn(seed, (5, 4), 200, scale=1.5),
    "nested": nested,
}


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
@SEEDS
def test_penalties_are_at_the_maximum_of_the_restricted_likelihood(
    table, seed, searched_to_the_end
):
    sample = sample_of(*table(seed))
    model = fitted(sample, n_rounds=500)
    designs = [one_hot(codes) for codes in sample.inputs.codes.T]
    fixed = np.ones((len(sample.target), 1))
    noise, penalties = most_likely_penalties(sample.target[:, 0], fixed, designs)
    assert model.noise == pytest.approx(noise, rel=1e-3)
    np.testing.assert_allclose(model.penalties, penalties, rtol=5e-3)
    mean = generalised_mean(sample, designs, model.penalties)
    assert model.mean == pytest.approx(mean, abs=1e-6)


@SEEDS
def test_a_common_variance_is_at_the_maximum_of_the_likelihood(
    seed, searched_to_the_end
):
    sample = sample_of(*drawn(seed, (40, 25), 250))
    ramps = learn_ramps(sample.inputs.quantities, sample.weight)
    model = fit_mixed_model(ramps, terms_of(sample), sample, 500, is_common=True)
    both = np.hstack([one_hot(codes) for codes in sample.inputs.codes.T])
    fixed = np.ones((len(sample.target), 1))
    noise, penalties = most_likely_penalties(sample.target[:, 0], fixed, [both])
    assert model.noise == pytest.approx(noise, rel=1e-3)
    np.testing.assert_allclose(model.penalties, np.repeat(penalties, 2), rtol=5e-3)


def test_slopes_have_no_part_in_a_common_variance():
    rng = np.random.default_rng(0)
    sample = sample_of(*drawn(0, (40, 25)), quantities=rng.normal(size=(500, 1)))
    ramps = learn_ramps(sample.inputs.quantities, sample.weight)
    terms = terms_of(sample, [(0, 0)])
    model = fit_mixed_model(ramps, terms, sample, 8, is_common=True)
    first, second, slope = model.penalties[-3:]
    assert first == second
    assert slope > 10 * first


@SEEDS
def test_effects_of_each_column_add_up_to_zero(seed):
    """Or else the mean of three levels and that of the model can drift apart."""
    rng = np.random.default_rng(seed)
    codes, target = drawn(seed, (3, 40), 2_000, scale=0.05)
    sample = sample_of(codes, target, rng.normal(size=(2_000, 1)))
    model = fitted(sample, slopes=[(1, 0)])
    for term in range(2):
        assert abs(model.effects(term).sum()) < 1e-12
    assert abs(model.effects(2).sum()) > 1e-6  # slopes do not


def generalised_mean(sample, designs, penalties):
    """Of generalised least squares, for a variance of the noise of 1."""
    covariance = np.diag(1 / sample.weight)
    for design, penalty in zip(designs, penalties, strict=True):
        covariance += design @ design.T / penalty
    told = np.linalg.solve(covariance, np.ones(len(covariance)))
    return told @ sample.target[:, 0] / told.sum()


@SEEDS
def test_the_mean_is_that_of_generalised_least_squares(seed, searched_to_the_end):
    """After any number of rounds, and with weights."""
    codes, target = uneven(seed, 30, 300)
    other = np.random.default_rng(seed).integers(0, 4, 300)
    weight = np.random.default_rng(seed).integers(1, 9, 300).astype(float)
    both = np.column_stack([codes, other])
    sample = sample_of(both, target + 3 * (codes == 0) + other, weight=weight)
    designs = [one_hot(column) for column in sample.inputs.codes.T]
    for n_rounds in (1, 8):
        model = fitted(sample, n_rounds)
        mean = generalised_mean(sample, designs, model.penalties)
        assert model.mean == pytest.approx(mean, abs=1e-8)


def test_a_level_of_most_rows_does_not_draw_the_mean_to_itself():
    """One of 20,000 rows and effect 3 beside 199 of 100 rows."""
    rng = np.random.default_rng(0)
    effects = np.append(3.0, rng.normal(size=199))
    codes = np.repeat(np.arange(200), [20_000, *[100] * 199])
    target = effects[codes] + rng.normal(size=len(codes))
    inputs = Encoded(codes[:, np.newaxis].astype(np.int32), np.zeros((len(codes), 0)))
    center, unit = target.mean(), target.std()
    rows = make_sample(inputs, ((target - center) / unit)[:, np.newaxis], None)
    cells = merge_equal_inputs(rows)
    model = fitted(cells)
    # of a level, the variance is that of effects and of the mean of its rows
    spread = 1 / model.penalties[0] + 1 / cells.weight
    mean = np.average(cells.target[:, 0], weights=1 / spread)
    assert model.mean == pytest.approx(mean, abs=0.005)
    # about 0, the mean of the levels, where that of the rows is 1.5
    assert abs(center + unit * model.mean) < 0.15
    np.testing.assert_allclose(
        center + unit * predict(model, cells.inputs), effects, atol=0.4
    )


@SEEDS
def test_slopes_have_a_penalty_of_their_own(seed, searched_to_the_end):
    codes, target = drawn(seed, (40,), 250)
    rng = np.random.default_rng(seed)
    binary = rng.choice([-1.0, 1.0], 250)
    slope = 2 + rng.normal(0, 1.5, 40)[codes[:, 0]]
    sample = sample_of(codes, target + slope * binary, binary[:, np.newaxis])
    model = fitted(sample, n_rounds=1000, slopes=[(0, 0)])
    levels = one_hot(codes[:, 0])
    designs = [levels, binary[:, np.newaxis] * levels]
    fixed = np.column_stack([np.ones(250), binary])
    _, penalties = most_likely_penalties(sample.target[:, 0], fixed, designs)
    np.testing.assert_allclose(model.penalties[1:], penalties, rtol=0.03)


@SEEDS
def test_a_few_rounds_and_probes_come_close(seed):
    sample = sample_of(*drawn(seed, (60, 40), 2000))
    few = fitted(sample)
    designs = [one_hot(codes) for codes in sample.inputs.codes.T]
    matrix = np.hstack([np.ones((2000, 1)), *designs])
    truth = np.repeat([0, 1 / 0.49, 1 / 0.49], [1, 60, 40])
    rhs = matrix.T @ sample.target[:, 0]
    best = matrix @ np.linalg.solve(matrix.T @ matrix + np.diag(truth), rhs)
    off = np.mean((predict(few, sample.inputs) - best) ** 2)
    assert off < 0.002 * few.noise


@pytest.mark.parametrize("n_levels", [(30, 20), (800, 20)])
def test_cells_with_counts_and_squares_are_as_good_as_rows(n_levels):
    codes, target = drawn(0, n_levels, 2000)
    quantities = np.random.default_rng(0).integers(-6, 7, (2000, 2)) / 4
    sample = sample_of(codes, target, quantities)
    twice = np.concatenate([np.arange(2000), np.arange(1000), np.arange(1000)])
    rows = make_sample(sample.inputs.take(twice), sample.target[twice], None)
    rows.target[2000:] += 0.3
    cells = merge_equal_inputs(rows)
    assert len(cells.inputs) <= 2000
    of_rows, of_cells = fitted(rows), fitted(cells)
    for name in ("mean", "coefficients", "penalties", "noise"):
        first, second = getattr(of_rows, name), getattr(of_cells, name)
        np.testing.assert_allclose(second, first, rtol=1e-8, atol=1e-8)


def test_a_weight_counts_as_repeated_rows_do():
    codes, target = drawn(0, (30, 20))
    weight = np.random.default_rng(0).integers(1, 5, 500).astype(float)
    sample = sample_of(codes, target, weight=weight)
    times = np.repeat(np.arange(500), weight.astype(int))
    repeated = make_sample(sample.inputs.take(times), sample.target[times], None)
    first, second = fitted(sample), fitted(repeated)
    np.testing.assert_allclose(second.coefficients, first.coefficients, atol=1e-8)
    np.testing.assert_allclose(second.penalties, first.penalties)


@SEEDS
@pytest.mark.parametrize("n_levels", [(30, 20), (600, 20)])
def test_folds_are_left_out_with_the_penalties_as_they_are(seed, n_levels, monkeypatch):
    monkeypatch.setattr(_mixed_model, "TOLERANCE", 1e-11)
    codes, target = drawn(seed, n_levels, 800)
    quantities = np.random.default_rng(seed).normal(size=(800, 1))
    sample = sample_of(codes, target, quantities)
    folds = deal_into_folds(sample, 4, np.random.default_rng(seed))
    model = fitted(folds.sample, slopes=[(1, 0)])
    rows = model.locate(folds.sample.inputs)
    without = fit_without_folds(model, rows, folds)
    assert without.shape == (len(model.coefficients), 4)

    levels = [one_hot(codes) for codes in folds.sample.inputs.codes.T]
    slopes = rows.multipliers[:, 2:] * levels[1]
    matrix = np.hstack([rows.lines.toarray(), *levels, slopes])
    blocks = [*model.ramps.blocks, *rows.n_cells]
    penalty = np.diag(np.repeat(model.penalties, blocks))
    for fold, found in enumerate(without.T):
        kept = folds.of_row != fold
        y = folds.sample.target[kept, 0] - model.mean
        x = matrix[kept]
        expected = np.linalg.solve(x.T @ x + penalty, x.T @ y)
        np.testing.assert_allclose(found, expected, atol=1e-7)


@SEEDS
def test_what_only_a_fold_has_told_is_forgotten_without_it(seed):
    """Without noise hardly any penalty pulls an effect of no rows to zero."""
    codes, target = drawn(seed, (300, 5), 500, noise=0.0)
    sample = sample_of(codes, target)
    folds = deal_into_folds(sample, 5, np.random.default_rng(seed))
    model = fitted(folds.sample)
    assert model.penalties[0] < 0.01
    rows = model.locate(folds.sample.inputs)
    without = fit_without_folds(model, rows, folds)
    of_level = folds.sample.inputs.codes[:, 0]
    n_forgotten = 0
    for fold, effects in enumerate(without[:300].T):
        known = of_level[folds.of_row != fold]
        only_there = np.setdiff1d(np.arange(300), known)
        n_forgotten += len(only_there)
        assert np.abs(effects[only_there]).max() < 1e-5
        assert np.abs(effects[known]).min() > 1e-5
    assert n_forgotten > 100


@SEEDS
def test_little_noise_hides_nothing_of_what_a_fold_has_told(seed):
    """Equations of the other rows are all but solved by what all rows say."""
    codes, target = drawn(seed, (300, 5), 1500, noise=0.02)
    sample = sample_of(codes, target)
    folds = deal_into_folds(sample, 5, np.random.default_rng(seed))
    model = fitted(folds.sample)
    rows = model.locate(folds.sample.inputs)
    found = fit_without_folds(model, rows, folds)
    matrix = np.hstack([one_hot(codes) for codes in folds.sample.inputs.codes.T])
    penalty = np.diag(np.repeat(model.penalties, rows.n_cells))
    for fold, effects in enumerate(found.T):
        kept, own = folds.of_row != fold, folds.rows_of(fold)
        y, x = folds.sample.target[:, 0] - model.mean, matrix[kept]
        expected = np.linalg.solve(x.T @ x + penalty, x.T @ y[kept])
        change = matrix[own] @ (expected - model.coefficients)
        off = matrix[own] @ (expected - effects)
        assert np.mean(off**2) < 0.1 * np.mean(change**2)


def test_a_terms_variance_is_that_of_the_noise_over_its_penalty():
    codes, target = drawn(0, (30, 20))
    quantities = np.random.default_rng(0).normal(size=(500, 1))
    model = fitted(sample_of(codes, target, quantities))
    for term in range(2):
        expected = model.noise / model.penalties[term - 2]
        assert model.variance(term) == pytest.approx(expected)


@pytest.mark.parametrize("seed", range(6))
def test_where_there_is_no_effect_the_model_predicts_next_to_nothing(seed):
    codes, target = drawn(seed, (40, 10), 1000, scale=0)
    quantity = np.random.default_rng(seed).normal(size=(1000, 1))
    model = fitted(sample_of(codes, target, quantity))
    prediction = predict(model, Encoded(codes.astype(np.int32), quantity))
    # 40 + 10 means and 11 lines would have 0.06
    assert (prediction**2).mean() < 0.015
    assert model.noise == pytest.approx(1, abs=0.03)


def test_a_column_without_effect_is_told_from_one_with():
    codes, target = drawn(0, (40, 40), 2000, scale=0)
    effects = np.random.default_rng(1).normal(size=40)
    model = fitted(sample_of(codes, target + effects[codes[:, 1]]), n_rounds=30)
    assert np.abs(model.effects(0)).max() < 0.05
    assert np.corrcoef(model.effects(1), effects)[0, 1] > 0.97
    assert model.penalties[0] > 50 * model.penalties[1]


def test_the_effect_of_an_unseen_level_is_zero():
    codes, target = drawn(0, (30, 20))
    model = fitted(sample_of(codes, target))
    unseen = np.array([[30, 20], [30, 4], [7, 20]])
    expected = model.mean + np.array([0, model.effects(1)[4], model.effects(0)[7]])
    prediction = predict(model, Encoded(unseen, np.zeros((3, 0))))
    np.testing.assert_allclose(prediction, expected, atol=1e-12)


@pytest.mark.parametrize("constant", [0.0, 3.0])
def test_a_constant_target_is_predicted(constant):
    codes, _ = drawn(0, (30, 20))
    quantities = np.random.default_rng(0).normal(size=(500, 1))
    sample = make_sample(Encoded(codes, quantities), np.full((500, 1), constant), None)
    model = fitted(sample)
    np.testing.assert_allclose(predict(model, sample.inputs), constant, atol=1e-9)
    assert np.isfinite(model.penalties).all()


def test_a_target_without_noise_is_fitted():
    codes, target = drawn(0, (30, 20), noise=0)
    sample = sample_of(codes, target)
    model = fitted(sample)
    prediction = predict(model, sample.inputs)
    np.testing.assert_allclose(prediction, sample.target[:, 0], atol=0.01)


def test_without_columns_the_mean_is_left():
    target = np.arange(5.0)[:, np.newaxis]
    inputs = Encoded(np.zeros((5, 0), dtype=np.int32), np.zeros((5, 0)))
    model = fitted(make_sample(inputs, target, np.array([1.0, 1, 1, 1, 6])))
    np.testing.assert_allclose(predict(model, inputs), 3, atol=1e-12)
    assert len(model.coefficients) == 0


def test_equal_data_have_an_equal_fit():
    sample = sample_of(*drawn(0, (30, 20)))
    first, second = fitted(sample), fitted(sample)
    np.testing.assert_array_equal(first.coefficients, second.coefficients)


@SEEDS
def test_a_bent_function_of_a_quantity_is_followed(seed):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(3000, 1))
    truth = np.sin(2 * x[:, 0])
    codes = np.zeros((3000, 0))
    sample = sample_of(codes, truth + rng.normal(0, 0.3, 3000), x)
    model = fitted(sample)
    prediction = predict(model, sample.inputs)
    # no worse than what the ramps can follow of the truth itself
    ramps = np.column_stack([np.ones(3000), model.ramps.apply(x).toarray()])
    possible = ramps @ np.linalg.lstsq(ramps, truth, rcond=None)[0]
    best = np.corrcoef(possible, truth)[0, 1]
    assert best > 0.98
    assert np.corrcoef(prediction, truth)[0, 1] > best - 0.003
