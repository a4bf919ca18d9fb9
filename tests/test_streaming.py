"""What is learned batch by batch is what would be learned of all of them."""

import pickle

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.metrics import root_mean_squared_error

from benchmarks.problems import _flights as flights
from skembed import EmbeddingRegressor, _resident, load
from skembed._schedule import OPTIMIZERS
from skembed.datasets import make_effects
from skembed.exceptions import ColumnError

ALL_ROWS = 10_000  # a batch size of more than there are
GOES_ON = sorted({*OPTIMIZERS} - {"adafactor"})


@pytest.fixture(scope="module")
def table():
    return make_effects(600, n_levels=(20, 8), n_quantities=1, random_state=0)


@pytest.fixture
def in_order(monkeypatch):
    """Steps go through the rows as they come."""

    def batches(n_rows, batch_size, n_steps, rng):
        rows = np.arange(n_steps * min(batch_size, n_rows)) % n_rows
        return rows.astype(np.int32).reshape(n_steps, -1)

    monkeypatch.setattr(_resident, "_batches", batches)


def network(**parameters):
    fixed = {"model": "network", "hidden_units": (8,), "random_state": 0}
    return EmbeddingRegressor(**(fixed | parameters))


def parts_of(X, y, *ends):
    starts = (0, *ends)
    return [
        (X.iloc[start:end], y[start:end])
        for start, end in zip(starts, [*ends, len(y)], strict=True)
    ]


def in_parts(model, X, y, *ends):
    """Learn from parts of a table, one after the other."""
    for part in parts_of(X, y, *ends):
        model.partial_fit(*part)
    return model


# what is learned


@pytest.mark.parametrize("optimizer", GOES_ON)
def test_passes_over_one_batch_are_epochs(table, optimizer):
    X, y = table
    same = network(optimizer=optimizer, epochs=3, batch_size=ALL_ROWS)
    expected = clone(same).fit(X, y)
    fitted = same.fit([(X, y)])
    np.testing.assert_allclose(fitted.loss_curve_, expected.loss_curve_, rtol=1e-5)
    np.testing.assert_allclose(fitted.predict(X), expected.predict(X), atol=1e-4)


def test_long_tables_go_on_as_well(in_order):
    X, y = make_effects(400, n_levels=(300,), random_state=0)
    same = network(epochs=3, batch_size=16)
    expected = clone(same).fit(X, y)
    fitted = same.fit([(X, y)])
    np.testing.assert_allclose(fitted.loss_curve_, expected.loss_curve_, rtol=1e-4)
    np.testing.assert_allclose(fitted.predict(X), expected.predict(X), atol=1e-3)


def test_batches_lead_to_where_the_table_does(table):
    X, y = table
    whole = network(epochs=20).fit(X, y)
    by_parts = network(epochs=20).fit(parts_of(X, y, 200, 400))
    assert by_parts.score(X, y) == pytest.approx(whole.score(X, y), abs=0.02)
    assert by_parts.n_iter_ == 20
    assert by_parts.category_counts_["a"].sum() == len(y)


@pytest.mark.slow
def test_flights_are_learned_as_well_batch_by_batch():
    """Of the same epochs, the error on other flights is 2% larger at most."""
    problem = flights.load(60_000, n_folds=6)
    train, test = problem.splits[0]
    X, y = problem.X.iloc[train], problem.y.iloc[train].to_numpy()
    model = EmbeddingRegressor(model="network", epochs=4, random_state=0)
    ends = range(10_000, len(y), 10_000)
    whole, by_parts = (
        root_mean_squared_error(
            problem.y.iloc[test], clone(model).fit(*data).predict(problem.X.iloc[test])
        )
        for data in ((X, y), (parts_of(X, y, *ends),))
    )
    assert by_parts < 1.02 * whole


def test_a_stream_counts_all_its_rows(table):
    X, y = table
    model = in_parts(network(), X, y, 100, 350)
    expected = network(epochs=1).fit(X, y)
    for name in ("a", "b"):
        levels, counts = expected.categories_[name], expected.category_counts_[name]
        np.testing.assert_array_equal(model.categories_[name], levels)
        np.testing.assert_array_equal(model.category_counts_[name], counts)
    assert len(model.loss_curve_) == model.n_iter_ == 3
    assert model.history_ == {"loss": model.loss_curve_}


def test_levels_that_come_later_get_vectors_of_their_own():
    X = pd.DataFrame({"a": np.repeat(["b", "d"], 50)})
    model = network(embedding_dim=2, batch_size=10)
    with pytest.warns(UserWarning, match="one value of the target: later ones"):
        model.partial_fit(X, np.zeros(100))
    later = pd.DataFrame({"a": np.repeat(["a", "c", "e"], 50)})
    effects = np.repeat([-3.0, 0.0, 3.0], 50)
    for _ in range(60):
        model.partial_fit(later, effects)
    assert model.categories_["a"].tolist() == list("abcde")
    assert model.category_counts_["a"].tolist() == [3_000, 50, 3_000, 50, 3_000]
    assert model.embedding_.shape == (5, 2)
    predicted = model.predict(pd.DataFrame({"a": ["a", "c", "e"]}))
    assert predicted == pytest.approx([-3.0, 0.0, 3.0], abs=0.5)
    assert model.similarities("a").idxmax() == "e"


def test_vectors_of_levels_that_do_not_come_again_stay(table):
    X, y = table
    first = X["a"].isin(X["a"].unique()[:10])
    model = network(alpha=0.0, learning_rate=1e-12).partial_fit(X[first], y[first])
    before = model.embedding_frame("a").set_index("level").drop(columns="count")
    gaps = model.similarity_matrix("a")
    model.partial_fit(X[~first], y[~first])
    after = model.similarity_matrix("a").loc[before.index, before.index]
    np.testing.assert_allclose(after, gaps, atol=1e-5)


def test_missing_and_unseen_levels_are_told_apart():
    X = pd.DataFrame({"a": ["x", "y"] * 20})
    model = network().partial_fit(X, np.arange(40.0))
    assert not pd.isna(model.categories_["a"]).any()
    model.partial_fit(pd.DataFrame({"a": ["x", None] * 20}), np.arange(40.0))
    assert pd.isna(model.categories_["a"]).tolist() == [False, False, True]
    assert model.category_counts_["a"].tolist() == [40, 20, 20]


def test_weights_count_rows(table):
    X, y = table
    weight = np.random.default_rng(0).integers(0, 4, size=len(y))
    same = network(batch_size=ALL_ROWS)
    weighted = clone(same).partial_fit(X, y, sample_weight=weight)
    rows = np.repeat(np.arange(len(y)), weight)
    repeated = clone(same).partial_fit(X.iloc[rows], y[rows])
    np.testing.assert_allclose(weighted.predict(X), repeated.predict(X), atol=1e-5)
    again = clone(same).set_params(epochs=1).fit([(X, y, weight)])
    np.testing.assert_allclose(again.predict(X), weighted.predict(X), atol=1e-5)


@pytest.mark.parametrize("factor", [1e-3, 3])
def test_batches_do_not_depend_on_the_unit_of_weights(table, factor):
    X, y = table
    weight = np.random.default_rng(0).integers(1, 5, size=len(y))
    first, second = (in_parts_with(w, X, y) for w in (weight, factor * weight))
    np.testing.assert_allclose(first.predict(X), second.predict(X), atol=1e-6)
    for name, counts in first.category_counts_.items():
        np.testing.assert_allclose(second.category_counts_[name], counts)


def in_parts_with(weight, X, y):
    model = network()
    for start in range(0, len(y), 200):
        rows = slice(start, start + 200)
        model.partial_fit(X[rows], y[rows], weight[rows])
    return model


@pytest.mark.parametrize("n_levels", [3, 300])
def test_weights_are_compared_across_batches(n_levels):
    """Two batches, of the same inputs and other outcomes, pull against each other."""
    rng = np.random.default_rng(0)
    X = pd.DataFrame({"a": np.arange(300) % n_levels})
    outcomes = [outcome + rng.normal(size=300) for outcome in (0.0, 1.0)]
    model = network(epochs=80, batch_size=ALL_ROWS, optimizer="sgd")
    model.set_params(learning_rate=0.02, alpha=0.0)

    def mean_of(*weights):
        pairs = zip(outcomes, weights, strict=True)
        parts = [(X, y, np.full(300, weight)) for y, weight in pairs]
        return clone(model).fit(parts).predict(X).mean()

    for weights in (1.5, 0.5), (0.5, 1.5):
        expected = np.average([np.mean(y) for y in outcomes], weights=weights)
        assert mean_of(*weights) == pytest.approx(expected, abs=0.06)


def test_a_first_batch_of_one_value_warns(table):
    X, y = table
    with pytest.warns(UserWarning, match="has one value of 'x0', the target: later"):
        network().partial_fit(X[:1], y[:1])


def test_several_outputs_and_no_levels_at_all(table):
    X, y = table
    numbers, outcomes = X[["x"]] if "x" in X else X.select_dtypes(float), np.c_[y, -y]
    model = in_parts(network(), numbers, outcomes, 300)
    assert model.predict(numbers).shape == outcomes.shape
    assert model.embeddings_ == {}


def test_a_network_of_the_users_own_goes_on(table):
    X, y = table

    def build(inputs, features, n_outputs):
        import keras

        hidden = keras.layers.Dense(8, activation="relu")(features)
        return keras.Model(inputs, keras.layers.Dense(n_outputs)(hidden))

    model = network(model=build)
    in_parts(model, X, y, 300)
    first = model.score(X, y)
    for _ in range(15):
        in_parts(model, X, y, 300)
    assert model.score(X, y) > max(first, 0.3)


def test_rows_to_compare_by_stand_for_all_batches():
    rng = np.random.default_rng(0)
    X = pd.DataFrame({"a": rng.integers(3, size=9_000), "x": rng.normal(size=9_000)})
    X["x"] += np.repeat([0.0, 10.0, 20.0], 3_000)
    model = in_parts(network(), X, X["x"].to_numpy(), 3_000, 6_000)
    reference = model._model.reference
    standard = reference.inputs.quantities[:, 0]
    assert len(standard) == 1_000
    shares = np.histogram(standard, [-5, 5, 15, 25])[0] / len(standard)
    assert shares == pytest.approx([1 / 3] * 3, abs=0.05)


# going on


@pytest.mark.parametrize("how", ["pickle", "save"])
def test_a_checkpoint_goes_on_to_the_same_bits(table, tmp_path, how):
    X, y = table
    model = network().partial_fit(X[:300], y[:300])
    if how == "pickle":
        other = pickle.loads(pickle.dumps(model))
    else:
        model.save(tmp_path / "model.skembed")
        other = load(tmp_path / "model.skembed")
    for each in (model, other):
        each.partial_fit(X[300:], y[300:])
    np.testing.assert_array_equal(model.predict(X), other.predict(X))


def test_epochs_go_on_with_a_warm_start(table):
    X, y = table
    same = network(batch_size=ALL_ROWS)
    expected = clone(same).set_params(epochs=4).fit(parts_of(X, y, 300))
    model = clone(same).set_params(epochs=2, warm_start=True)
    model.fit(parts_of(X, y, 300)).fit(parts_of(X, y, 300))
    assert model.n_iter_ == 4
    assert model.category_counts_["a"].sum() == len(y)
    np.testing.assert_allclose(model.predict(X), expected.predict(X), atol=1e-5)


def test_a_stream_goes_on_from_a_fit_of_a_whole_table(table):
    X, y = table
    model = network(epochs=10).fit(X, y)
    before = model.score(X, y)
    model.partial_fit(X, y)
    assert model.n_iter_ == 11
    assert model.score(X, y) == pytest.approx(before, abs=0.05)


def test_fit_starts_anew(table):
    X, y = table
    model = network(epochs=2)
    expected = clone(model).fit(X, y).predict(X)
    in_parts(model, X, y, 300)
    np.testing.assert_array_equal(model.fit(X, y).predict(X), expected)
    assert model._stream is None


# what is refused


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"model": "blend"}, "model='blend' is fitted to all rows at once"),
        ({"early_stopping": True}, "early_stopping=True holds out some of all rows"),
        ({"min_frequency": 3}, "min_frequency=3 pools levels"),
        ({"max_categories": 3}, "max_categories=3 pools levels"),
        ({"optimizer": "adafactor"}, "Adafactor cannot go on"),
    ],
)
def test_what_takes_all_rows_is_refused(table, parameters, message):
    X, y = table
    model = network(**parameters)
    with pytest.raises((ValueError, AttributeError)) as raised:
        model.partial_fit(X, y)
    assert message in str(raised.value)
    with pytest.raises(ValueError, match=message):
        model.fit([(X, y)])
    with pytest.raises(NotFittedError):
        model.predict(X)


def test_partial_fit_refuses_a_class_in_place_of_an_instance(table):
    from keras.callbacks import TerminateOnNaN

    with pytest.raises(TypeError, match="callbacks holds the class TerminateOnNaN"):
        network(callbacks=[TerminateOnNaN]).partial_fit(*table)


def test_after_a_blend_a_network_starts_anew_and_warns(table):
    X, y = table
    same = EmbeddingRegressor(n_networks=0, hidden_units=(8,), random_state=0)
    model = clone(same).fit(X, y)
    with pytest.warns(UserWarning, match="starts anew: the earlier fit is a blend"):
        model.partial_fit(X, y)
    expected = clone(same).partial_fit(X, y)
    np.testing.assert_array_equal(model.predict(X), expected.predict(X))
    assert model.n_iter_ == 1


def test_a_blend_cannot_be_warm(table):
    X, y = table
    model = EmbeddingRegressor(n_networks=0).fit(X, y).set_params(warm_start=True)
    before = model.predict(X)
    with pytest.raises(ValueError, match="but the earlier fit is a blend"):
        model.fit([(X, y)])
    np.testing.assert_array_equal(model.predict(X), before)


def test_a_batch_that_cannot_be_read_leaves_what_was_learned(table):
    X, y = table
    model = network(epochs=2).fit(parts_of(X, y, 300))
    before = model.predict(X)
    for bad, error, message in [
        (X.assign(a=1), ColumnError, "'a' held text levels in fit and holds integer"),
        (X[["b", "a", *X.columns[2:]]], ValueError, "same order"),
        (X[["a"]], ValueError, "missing"),
    ]:
        with pytest.raises(error, match=message):
            model.partial_fit(bad, y)
        with pytest.raises(error, match=message):
            model.fit([(X, y), (bad, y)])
        np.testing.assert_array_equal(model.predict(X), before)


def test_a_changed_network_is_named(table):
    X, y = table
    model = network().partial_fit(X, y)
    with pytest.raises(ValueError, match="built from has changed: hidden_units"):
        model.set_params(hidden_units=(9,)).partial_fit(X, y)
    with pytest.raises(ValueError, match="changed: the number of outputs"):
        model.set_params(hidden_units=(8,)).partial_fit(X, np.c_[y, y])


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"optimizer": "sgd"}, "not what SGD does: keep the optimizer"),
        ({"optimizer": "rmsprop"}, "not what RMSprop does: keep the optimizer"),
        ({"categorical_features": ["a"]}, "has changed: categorical_features"),
        ({"categorical_features": "all"}, "has changed: categorical_features"),
    ],
)
def test_what_cannot_change_between_batches_is_named(table, changed, message):
    X, y = table
    model = network().partial_fit(X, y)
    before = model.predict(X)
    with pytest.raises(ValueError, match=message):
        model.set_params(**changed).partial_fit(X, y)
    np.testing.assert_array_equal(model.predict(X), before)


def test_columns_named_again_are_the_same(table):
    X, y = table
    named = {"categorical_features": ["a", "b"]}
    model = in_parts(network(**named), X, y, 300)
    expected = in_parts(network(), X, y, 300)
    np.testing.assert_array_equal(model.predict(X), expected.predict(X))


def test_the_place_of_a_bad_batch_is_told(table):
    X, y = table
    with pytest.raises(ColumnError) as raised:
        network(epochs=2).fit([(X, y), (X.assign(a=1), y)])
    assert raised.value.__notes__ == ["In batch 2 of pass 1."]


def test_batches_without_rows_or_weight_are_passed_by(table):
    X, y = table
    first, second = parts_of(X, y, 300)
    without = [(X[:0], y[:0]), (*first, np.zeros(300))]
    model = network(epochs=2)
    expected = clone(model).fit([first, second]).predict(X)
    found = clone(model).fit([without[0], first, without[1], second]).predict(X)
    np.testing.assert_array_equal(found, expected)
    with pytest.raises(ValueError, match="no batches with rows in pass 1"):
        model.fit(without)


def test_weights_of_batches_are_their_third_part(table):
    X, y = table
    with pytest.raises(ValueError, match="are their third part"):
        network().fit([(X, y)], sample_weight=np.ones(len(y)))


def test_what_starts_only_once_is_told_apart(table):
    parts = iter(parts_of(*table, 300))

    class Once:
        def __iter__(self):
            return parts

    with pytest.raises(ValueError, match="no batches with rows in pass 2"):
        network(epochs=2).fit(Once())


def test_iterators_serve_one_pass(table):
    X, y = table
    model = network(epochs=2)
    with pytest.raises(ValueError, match="epochs=2 passes over the batches 2 times"):
        model.fit(iter(parts_of(X, y, 300)))
    fitted = model.set_params(epochs=1).fit(iter(parts_of(X, y, 300)))
    assert fitted.category_counts_["a"].sum() == len(y)


@pytest.mark.parametrize(
    ("batches", "message"),
    [
        ([], "no batches"),
        (["a", "b"], "holds an object of type str. Pass y"),
        ([[1, 2]], "type list"),
        ([(1, 2, 3, 4)], "type tuple"),
    ],
)
def test_what_is_no_series_of_batches_is_refused(batches, message):
    with pytest.raises(ValueError, match=message):
        network().fit(batches)


# what is shown


def test_passes_are_shown_if_asked_for(table, capsys):
    X, y = table
    network(epochs=2).fit(parts_of(X, y, 300))
    assert capsys.readouterr().out == ""
    model = network(epochs=2, verbose=2).fit(parts_of(X, y, 300))
    lines = capsys.readouterr().out.splitlines()
    assert [line for line in lines if "Epoch" in line] == ["Epoch 1/2", "Epoch 2/2"]
    assert f"loss: {model.loss_curve_[-1]:.4f}" in lines[-1]
