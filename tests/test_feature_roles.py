"""Warnings of integers that look numeric, and of floats that look like identifiers."""

import warnings

import numpy as np
import pandas as pd
import pytest

from skembed import EmbeddingClassifier, EmbeddingEncoder, EmbeddingRegressor
from skembed._columns import as_table, read_columns
from skembed._feature_roles import _OrderSample, warn_of_doubtful_roles
from skembed._training_data import read_training_data
from skembed.cells import group_cells, make_cells

N = 2_000


def ask(X, y, choice="auto", **options):
    data = read_training_data(read_columns(as_table(X)), np.asarray(y), None)
    warn_of_doubtful_roles(data, choice, **options)


def warnings_of(X, y, *args, **options):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        ask(X, y, *args, **options)
    return [str(warning.message) for warning in caught]


def prices(rng):
    price = rng.integers(100, 3_000, size=N)
    return price, price / 1_000 + rng.normal(0, 0.5, N)


def years_of_birth(rng):
    year = rng.integers(1930, 2010, size=N)
    return year, (year - 1970) ** 2 / 400 + rng.normal(size=N)


def seconds(rng):
    second = rng.integers(1_600_000_000, 1_700_000_000, size=N)
    return second, rng.normal(size=N)


def classes_by_age(rng):
    age = rng.integers(18, 90, size=N)
    return age, (rng.random(N) < age / 100).astype(float)


@pytest.mark.parametrize("draw", [prices, years_of_birth, seconds, classes_by_age])
@pytest.mark.parametrize("seed", range(5))
def test_roles_of_integers_that_look_numeric_are_doubtful(draw, seed):
    values, y = draw(np.random.default_rng(seed))
    with pytest.warns(UserWarning, match=r"'a'.*astype\(float\)"):
        ask(pd.DataFrame({"a": values}), y)


def identifiers(n_levels, scale):
    def draw(rng):
        levels = 10_000 + rng.permutation(n_levels)
        values = levels[rng.integers(n_levels, size=N)]
        effects = rng.normal(0, scale, values.max() + 1)
        return values, effects[values] + rng.normal(size=N)

    return draw


def identifiers_of_uneven_counts(rng):
    values = np.minimum(rng.pareto(1, N) * 20, 400).astype(int)
    return values, rng.normal(size=401)[values] + rng.normal(size=N)


def identifiers_and_a_skewed_target(rng):
    values, y = identifiers(200, 1)(rng)
    return values, np.exp(2 * y)


def identifiers_and_classes(rng):
    values, y = identifiers(200, 1)(rng)
    return values, (y > 0).astype(float)


@pytest.mark.parametrize(
    "draw",
    [
        identifiers(50, 1),
        identifiers(200, 0),
        identifiers(200, 1),
        identifiers(200, 5),
        identifiers(1_000, 2),
        identifiers_of_uneven_counts,
        identifiers_and_a_skewed_target,
        identifiers_and_classes,
    ],
)
def test_roles_of_identifiers_are_not_doubtful_over_many_seeds(draw):
    for seed in range(200):
        values, y = draw(np.random.default_rng(seed))
        assert warnings_of(pd.DataFrame({"a": values}), y) == []


def test_roles_of_integers_of_few_levels_are_not_doubtful():
    rng = np.random.default_rng(0)
    days = rng.integers(1, 32, size=N)
    assert warnings_of(pd.DataFrame({"day": days}), days + rng.normal(size=N)) == []


def test_roles_of_repeated_rows_are_those_of_distinct_rows():
    for seed in range(100):
        rng = np.random.default_rng(seed)
        values = np.where(rng.random(N) < 0.02, np.nan, rng.integers(18, 90, size=N))
        frame = pd.DataFrame({"age": values, "size": rng.normal(size=N)})
        rows = rng.integers(N, size=3 * N)
        y = rng.normal(size=N)
        assert warnings_of(frame.iloc[rows], y[rows]) == []


@pytest.mark.parametrize("choice", ["all", ["a"], [True], [0], []], ids=repr)
def test_roles_that_were_chosen_are_not_doubtful(choice):
    values, y = prices(np.random.default_rng(0))
    assert warnings_of(pd.DataFrame({"a": values}), y, choice) == []


@pytest.mark.parametrize("dtype", ["category", "str", float])
def test_roles_of_columns_of_other_types_are_not_doubtful(dtype):
    values, y = prices(np.random.default_rng(0))
    assert warnings_of(pd.DataFrame({"a": values}).astype(dtype), y) == []


def with_missing(values, rng):
    return np.where(rng.random(len(values)) < 0.01, np.nan, values)


@pytest.mark.parametrize("seed", range(5))
def test_roles_of_identifiers_beside_missing_values_are_doubtful(seed):
    rng = np.random.default_rng(seed)
    values, y = identifiers(200, 1)(rng)
    X = pd.DataFrame({"shop": with_missing(values, rng)})
    with pytest.warns(UserWarning, match=r"'shop'.*astype\('Int64'\)"):
        ask(X, y)
    assert warnings_of(X, y, ["shop"]) == []
    assert warnings_of(X.astype("Int64"), y) == []


def ages(effect):
    def draw(rng):
        age = rng.integers(0, 95, size=N)
        return age, effect(age) + rng.normal(size=N)

    return draw


def counts_with_many_zeros(rng):
    count = rng.negative_binomial(1, 0.05, size=N)
    return count, 3.0 * (count > 0) + rng.normal(size=N)


@pytest.mark.parametrize(
    "draw",
    [
        ages(lambda age: 0),
        ages(lambda age: age / 20),
        ages(lambda age: (age - 40) ** 2 / 300),
        ages(lambda age: 3 * (age >= 65)),
        ages(lambda age: age),
        counts_with_many_zeros,
    ],
    ids=["no effect", "line", "parabola", "step", "almost no noise", "counts"],
)
def test_roles_of_measures_beside_missing_values_are_not_doubtful(draw):
    for seed in range(100):
        rng = np.random.default_rng(seed)
        values, y = draw(rng)
        assert warnings_of(pd.DataFrame({"a": with_missing(values, rng)}), y) == []


def test_roles_of_floats_without_missing_values_are_not_doubtful():
    values, y = identifiers(200, 1)(np.random.default_rng(0))
    assert warnings_of(pd.DataFrame({"a": values.astype(float)}), y) == []


def test_one_warning_names_all_doubtful_columns():
    rng = np.random.default_rng(0)
    price, y = prices(rng)
    shop, of_shop = identifiers(200, 1)(rng)
    X = pd.DataFrame(
        {
            "price": price,
            "second": seconds(rng)[0],
            "shop": with_missing(shop, rng),
            "day": rng.integers(7, size=N),
        }
    )
    (message,) = warnings_of(X, y + of_shop)
    for name in ("'price'", "'second'", "'shop'", "categorical_features"):
        assert name in message
    assert "'day'" not in message
    assert "'second' has 2,000 levels in 2,000 rows" in message


def test_levels_of_a_batch_are_not_counted():
    values, y = seconds(np.random.default_rng(0))
    assert warnings_of(pd.DataFrame({"a": values}), y, is_whole=False) == []


def test_roles_of_identifiers_in_cells_are_those_of_their_rows():
    for seed in range(50):
        rng = np.random.default_rng(seed)
        shop, y = identifiers(200, 1)(rng)
        frame = pd.DataFrame({"shop": shop, "day": rng.integers(7, size=N), "y": y})
        cells = group_cells(frame, "y")
        data = read_training_data(read_columns(cells.X), cells.y, None, cells)
        order = _OrderSample(data).order_of(data.columns[0])
        assert order.smooth_z < 4
        assert order.rough == pytest.approx(1, abs=0.5)


def test_levels_are_counted_against_the_rows_of_cells():
    values = np.arange(100)
    y = np.random.default_rng(0).normal(size=100)
    X = pd.DataFrame({"a": values})
    assert len(warnings_of(X, y)) == 1
    cells = make_cells(X, y, np.full(100, 5), np.ones(100))
    data = read_training_data(read_columns(X), y, None, cells)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warn_of_doubtful_roles(data, "auto")


@pytest.mark.parametrize(
    "estimator",
    [
        EmbeddingRegressor(n_networks=0),
        EmbeddingRegressor(model="network", epochs=1, hidden_units=4),
        EmbeddingClassifier(n_networks=0),
        EmbeddingEncoder(),
        EmbeddingEncoder(output="prediction", n_networks=0, cv=3),
    ],
    ids=["blend", "network", "classifier", "encoder", "predictions"],
)
def test_a_fit_warns_once(estimator):
    price, y = prices(np.random.default_rng(0))
    X = pd.DataFrame({"price": price})
    target = y > 1.5 if isinstance(estimator, EmbeddingClassifier) else y
    fit = getattr(estimator, "fit_transform", estimator.fit)
    with pytest.warns(UserWarning, match="'price'") as caught:
        fit(X, target)
    assert len(caught) == 1
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        fit(X.astype(float), target)


def test_a_first_batch_warns():
    year, y = years_of_birth(np.random.default_rng(0))
    X = pd.DataFrame({"year": year})
    model = EmbeddingRegressor(model="network", hidden_units=4, random_state=0)
    with pytest.warns(UserWarning, match="order of the 80 values of column 'year'"):
        model.partial_fit(X, y)
    model.partial_fit(X, y)
