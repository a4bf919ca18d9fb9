"""Bad input is refused by name before training, and leaves an earlier fit usable."""

import numpy as np
import pandas as pd
import polars as pl
import pytest
from scipy import sparse

from skembed import EmbeddingRegressor, _blending
from skembed.exceptions import ColumnError, TrainingError

N = 20
TOKENS = np.array(list("abcde") * 4, dtype=object)
Y = np.arange(N, dtype=float)


@pytest.fixture
def quick(quick_parameters, monkeypatch):
    # or a blend would train nothing on so few rows
    monkeypatch.setattr(_blending, "LEAST_OBSERVATIONS", 2)
    return EmbeddingRegressor(**quick_parameters | {"hidden_units": (4,), "epochs": 2})


def frame(**columns):
    return pd.DataFrame({"token": TOKENS, **columns})


REFUSED_X = {
    "three dimensions": (np.zeros((N, 2, 2)), ValueError, "dim 3"),
    "one-dimensional floats": (np.zeros(N), ValueError, "Reshape your data"),
    "a single number": (np.float64(3), ValueError, "Expected 2D array, got scalar"),
    "no rows": (frame()[:0], ValueError, r"0 sample\(s\)"),
    "no columns": (frame()[[]], ValueError, r"0 feature\(s\)"),
    "rows of different lengths": ([["a"], ["b", "c"]] * 10, ValueError, "differ in length"),
    "a sparse matrix": (sparse.eye_array(N).tocsr(), TypeError, "Sparse data"),
    "a masked array": (np.ma.masked_array(np.zeros((N, 1)), True), TypeError, "filled"),
    "infinity": (frame(size=[np.inf] + [0.0] * 19), ColumnError, "'size' contains infinity"),
    "numbers too large to square": (frame(size=1e200 * Y), ColumnError, "'size' .* beyond 1e"),
    "dates": (
        frame(day=pd.date_range("2026-01-01", periods=N)),
        ColumnError,
        "'day' must hold .* got values of type datetime64.*month and weekday.*ColumnTransformer",
    ),
    "polars dates": (
        pl.DataFrame({"day": pl.date_range(pl.date(2026, 1, 1), pl.date(2026, 1, N), eager=True)}),
        ColumnError,
        "'day' must hold .* got values of type date",
    ),
    "time spans": (frame(d=pd.to_timedelta(np.arange(N), "s")), ColumnError, "'d' must hold"),
    "nested lists": (frame(tags=[["x"]] * N), ColumnError, "'tags' must hold .* got values of type list"),
    "mixed types": (frame(id=["1", 2] * 10), ColumnError, "'id' must hold .* int and str .*the first int is 2, in row 1"),
    "bytes": (frame(id=[b"1"] * N), ColumnError, "'id' must hold .* got values of type bytes"),
    "complex numbers": (frame(z=np.full(N, 1j)), ValueError, "Complex data .* 'z'"),
    "a lazy frame": (pl.DataFrame({"a": [1]}).lazy(), ValueError, r"collect\(\)"),
    "names of mixed types": (frame().assign(more=1).rename(columns={"more": 0}), TypeError, "string names"),
    "names that repeat": (
        pd.concat([frame(), frame()], axis=1),
        ColumnError,
        "Two columns are named 'token'.* rename",
    ),
    "halves of characters": (
        np.array(["\ud800", "a"] * 10, dtype=object),
        ColumnError,
        "Column 0 holds .*ud800.* Unicode",
    ),
    "halves of characters in a frame": (
        frame(id=pd.Series(["\ud800", "a"] * 10, dtype=object)),
        ColumnError,
        "'id' holds .*ud800.* Unicode",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED_X)
def test_an_x_that_cannot_be_read_is_refused(quick, case):
    X, error, message = REFUSED_X[case]
    with pytest.raises(error, match=message):
        quick.fit(X, Y)


REFUSED_Y = {
    "missing": (None, "requires y"),
    "NaN": (np.r_[np.nan, Y[1:]], "y contains NaN"),
    "infinity": (np.r_[np.inf, Y[1:]], "y contains infinity"),
    "too large to square": (1e200 * Y, "beyond 1e"),
    "text": (TOKENS, "could not convert string"),
    "too short": (Y[1:], "inconsistent numbers of samples"),
    "three dimensions": (np.zeros((N, 1, 1)), "dim 3"),
    "no outputs": (np.zeros((N, 0)), "0 feature"),
}


@pytest.mark.parametrize("case", REFUSED_Y)
def test_a_y_that_cannot_be_learned_is_refused(quick, case):
    y, message = REFUSED_Y[case]
    with pytest.raises(ValueError, match=message):
        quick.fit(frame(), y)


REFUSED_WEIGHTS = {
    "negative": (np.r_[-1.0, np.ones(N - 1)], "Negative values"),
    "all zero": (np.zeros(N), "non-zero number|zero for every row"),
    "NaN": (np.full(N, np.nan), "sample_weight contains NaN"),
    "too short": (np.ones(3), "shape"),
}


@pytest.mark.parametrize("case", REFUSED_WEIGHTS)
def test_weights_that_cannot_be_are_refused(quick, case):
    weight, message = REFUSED_WEIGHTS[case]
    with pytest.raises(ValueError, match=message):
        quick.fit(frame(), Y, sample_weight=weight)


REFUSED_PARAMETERS = {
    "activation": ({"activation": "rleu"}, "'activation' parameter"),
    "one activation too few": ({"hidden_units": (4, 4), "activation": ["relu"]}, "1 activations for 2"),
    "a wrong activation in a list": ({"activation": ["rleu"]}, "'rleu'.*relu"),
    "a layer of no units": ({"hidden_units": (0,)}, "hidden_units"),
    "a layer of half a unit": ({"hidden_units": (2.5,)}, "hidden_units"),
    "optimizer": ({"optimizer": "adma"}, "'optimizer' parameter"),
    "loss": ({"loss": "mse"}, "'loss' parameter"),
    "column name": ({"categorical_features": ["tokne"]}, "'tokne'.*did you mean 'token'"),
    "column position": ({"categorical_features": [3]}, "names column 3"),
    "mask": ({"categorical_features": [True, False]}, "a mask of 2 entries, but X has 1"),
    "embedding_dim": ({"embedding_dim": {"tokne": 3}}, "'tokne'.*did you mean 'token'"),
    "dimension zero": ({"embedding_dim": {"token": 0}}, "embedding_dim.*'token'"),
    "epochs": ({"epochs": 0}, "'epochs' parameter"),
    "text as a quantity": ({"categorical_features": []}, "'token' must hold numbers"),
    "all rows to validate with": ({"early_stopping": True, "validation_fraction": 1.0}, "'validation_fraction'"),
    "a builder that returns nothing": ({"model": lambda *_: None}, "return a keras.Model"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED_PARAMETERS)
def test_a_wrong_parameter_is_named(quick, case):
    parameters, message = REFUSED_PARAMETERS[case]
    with pytest.raises((ValueError, TypeError), match=message):
        quick.set_params(**parameters).fit(frame(), Y)


def test_wrong_columns_are_refused_when_predicting(quick):
    X = frame(size=Y)
    quick.fit(X, Y)
    refused = {
        "missing": X[["token"]],
        "added": X.assign(more=1),
        "reordered": X[["size", "token"]],
        "renamed": X.rename(columns={"size": "length"}),
    }
    for ask in (quick.predict, quick.transform):
        for table in refused.values():
            with pytest.raises(
                ValueError, match=r"feature names should match|features"
            ):
                ask(table)


def test_another_type_of_levels_is_refused_when_predicting(quick):
    quick.fit(frame(), Y)
    with pytest.raises(ColumnError, match=r"'token' held text .* holds integer"):
        quick.predict(pd.DataFrame({"token": [1, 2]}))


DIVERGING = {"optimizer": "sgd", "learning_rate": 1e30, "epochs": 30}


def test_a_diverging_training_is_named(quick):
    quick.set_params(hidden_units=(64, 32), **DIVERGING)
    with pytest.raises(TrainingError, match="smaller learning_rate"):
        quick.fit(frame(size=Y), Y)


class StopHereError(Exception):
    pass


def test_an_earlier_fit_survives_a_failed_one(quick):
    from keras.callbacks import LambdaCallback

    def interrupt(epoch, logs):
        raise StopHereError

    X = frame(size=Y)
    expected = quick.fit(X, Y).predict(X)
    other = X.rename(columns={"size": "length"})
    failing = [
        (REFUSED_X["dates"][0], Y, {}, ColumnError),
        (other, np.full(N, np.nan), {}, ValueError),
        (
            other,
            Y,
            {"callbacks": [LambdaCallback(on_epoch_end=interrupt)]},
            StopHereError,
        ),
        (other, Y, DIVERGING, TrainingError),
    ]
    for table, y, parameters, error in failing:
        with pytest.raises(error):
            quick.set_params(**{"callbacks": None, **parameters}).fit(table, y)
        np.testing.assert_array_equal(quick.predict(X), expected)
        assert quick.feature_names_in_.tolist() == ["token", "size"]


# -- unusual, but not bad --------------------------------------------------------------


def test_one_row(quick):
    model = quick.fit(pd.DataFrame({"token": ["a"], "size": [1.0]}), [5.0])
    assert model.predict(
        pd.DataFrame({"token": ["a"], "size": [1.0]})
    ) == pytest.approx(5, abs=0.5)


def test_one_row_is_too_few_to_validate_with(quick):
    quick.set_params(model="network", early_stopping=True)
    with pytest.raises(ValueError, match="at least 2 distinct samples"):
        quick.fit(pd.DataFrame({"token": ["a"]}), [5.0])


def test_a_column_of_one_level(quick):
    model = quick.fit(frame(same="x"), Y)
    assert model.embeddings_["same"].shape[0] == 1


def test_a_column_whose_levels_are_all_distinct(quick):
    model = quick.fit(pd.DataFrame({"id": np.arange(N)}), Y)
    assert model.embedding_.shape[0] == N


def test_a_column_that_is_always_missing(quick):
    X = frame(nothing=[None] * N, no_number=np.full(N, np.nan))
    model = quick.fit(X, Y)
    assert len(model.categories_["nothing"]) == 1
    assert np.isfinite(model.predict(X)).all()


def test_constant_target_and_constant_quantity(quick):
    X = frame(size=1e9)
    model = quick.fit(X, np.full(N, 7.0))
    np.testing.assert_allclose(model.predict(X), 7, atol=0.5)


def test_large_numbers_far_from_zero(quick):
    model = quick.set_params(epochs=100, alpha=0).fit(frame(size=1e12 + Y), 1e9 + Y)
    assert model.score(frame(size=1e12 + Y), 1e9 + Y) > 0.5


def test_rows_of_weight_zero_are_left_out(quick):
    weight = np.where(TOKENS == "e", 0, 1)
    model = quick.fit(frame(), Y, sample_weight=weight)
    assert model.categories_["token"].tolist() == list("abcd")


def test_levels_beyond_64_bits_and_in_all_kinds_of_spelling(quick):
    big = pd.Series([2**70 + int(y) for y in Y % 3], dtype=object)
    text = np.array(["a", "a ", "A", "", "é"] * 4, dtype=object)
    model = quick.fit(pd.DataFrame({"big": big, "text": text}), Y)
    assert len(model.categories_["big"]) == 3
    assert len(model.categories_["text"]) == 5
