"""What EmbeddingRegressor learns, predicts and answers."""

import numpy as np
import pandas as pd
import polars as pl
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError

from skembed import EmbeddingRegressor
from skembed.cells import make_cells
from skembed.exceptions import ColumnError, UnknownLevelError


def to_polars(X):
    """Copy a frame without the help of pyarrow."""
    columns = {name: X[name].astype(object) for name in X}
    return pl.DataFrame(
        {n: c.where(c.notna(), None).tolist() for n, c in columns.items()}
    )


QUICK = {"model": "network", "hidden_units": (8,), "epochs": 5, "random_state": 0}


def test_it_learns_levels_and_quantities_together(fitted_shops):
    model, X, y = fitted_shops
    assert model.score(X, y) > 0.9
    assert list(model.categories_) == ["city", "day"]
    cities = model.categories_["city"]
    assert cities[:-1].tolist() == ["Alta", "Bergen", "Oslo", "Tromsø"]
    assert pd.isna(cities[-1])
    counts = X["city"].fillna("none").value_counts()
    expected = [counts[city] for city in [*cities[:-1], "none"]]
    assert model.category_counts_["city"].tolist() == expected
    np.testing.assert_array_equal(model.is_categorical_, [True, False, True])


def test_the_blend_that_tests_share_has_all_its_parts(blend_model):
    core = blend_model._model.core
    assert core.corrections.share > 0.1
    assert [factors.columns for factors in core.model.factors] == [(0, 1)]


NO_BLEND = {
    "huber": ({"loss": "huber"}, 1, "loss='huber'"),
    "two outputs": ({}, 2, "a target of 2 outputs"),
    "warm start": ({"warm_start": True}, 1, "warm_start=True"),
}


@pytest.mark.parametrize("case", NO_BLEND)
def test_what_a_blend_cannot_do_is_refused_by_name(shops, case):
    X, y = shops
    parameters, n_outputs, message = NO_BLEND[case]
    target = np.column_stack([y] * n_outputs) if n_outputs > 1 else y
    model = EmbeddingRegressor(model="blend", **parameters)
    with pytest.raises(ValueError, match=f"model='blend'.* {message}: set model="):
        model.fit(X, target)


@pytest.mark.parametrize("case", NO_BLEND)
def test_by_default_a_network_does_what_a_blend_cannot(shops, case):
    X, y = shops
    parameters, n_outputs, _ = NO_BLEND[case]
    target = np.column_stack([y] * n_outputs) if n_outputs > 1 else y
    quick = QUICK | {"model": "auto", "epochs": 1}
    model = EmbeddingRegressor(**quick | parameters).fit(X, target)
    assert model.model_.count_params() > 0


def test_a_blend_has_no_keras_model(blend_model):
    with pytest.raises(AttributeError, match="estimator of model='network'"):
        blend_model.model_  # noqa: B018 - asking for it raises
    assert not hasattr(blend_model, "model_")


def test_without_networks_there_are_no_losses(shops):
    model = EmbeddingRegressor(n_networks=0, random_state=0).fit(*shops)
    assert model.loss_curve_ == []
    assert model.n_iter_ == 0
    assert model.history_ == {"loss": []}
    assert model.score(*shops) > 0.9


def test_embedding_is_the_one_table_of_one_column(example):
    assert example.embedding_.shape == (5, 4)
    assert example.embedding_ is example.embeddings_["token"]


def test_embedding_of_several_columns_points_to_embeddings(fitted_shops):
    model, _, _ = fitted_shops
    assert not hasattr(model, "embedding_")
    with pytest.raises(AttributeError, match="use embeddings_"):
        model.embedding_  # noqa: B018 - asking for it raises
    assert model.embeddings_["city"].shape == (5, 2)
    assert model.embeddings_["day"].shape == (7, 2)


def test_history_loss_curve_and_n_iter_agree(fitted_shops):
    model, _, _ = fitted_shops
    assert model.n_iter_ == len(model.loss_curve_) == model.epochs
    assert model.history_ == {"loss": model.loss_curve_}
    assert model.loss_curve_[-1] < model.loss_curve_[0]


def test_the_last_loss_is_the_mean_squared_error_in_units_of_y(shops):
    X, y = shops
    parameters = QUICK | {"alpha": 0, "batch_size": len(X), "epochs": 300}
    model = EmbeddingRegressor(**parameters).fit(X, 100 * y)
    error = np.mean((model.predict(X) - 100 * y) ** 2)
    assert model.loss_curve_[-1] == pytest.approx(error, rel=0.02)


def test_unfitted_it_says_so(tokens, quick_parameters):
    model = EmbeddingRegressor(**quick_parameters)
    for ask in (
        lambda: model.predict(tokens[0]),
        lambda: model.transform(tokens[0]),
        lambda: model.similarities("a"),
        model.get_feature_names_out,
        lambda: model.embedding_,
        lambda: model.model_,
    ):
        with pytest.raises(NotFittedError):
            ask()


# -- transform -------------------------------------------------------------------------


def test_transform_puts_vectors_in_place_of_levels(fitted_shops):
    model, X, _ = fitted_shops
    Z = model.transform(X)
    names = model.get_feature_names_out().tolist()
    assert names == ["city_0", "city_1", "size", "day_0", "day_1"]
    oslo = X["city"] == "Oslo"
    vector = model.embeddings_["city"][2]
    assert vector.dtype == np.float32
    np.testing.assert_array_equal(Z[oslo, :2], np.tile(vector, (oslo.sum(), 1)))
    np.testing.assert_array_equal(Z[:, 2], X["size"])


def test_fit_transform_is_fit_then_transform(fitted_shops):
    model, X, y = fitted_shops
    Z = clone(model).fit_transform(X, y)
    np.testing.assert_array_equal(Z, clone(model).fit(X, y).transform(X))


@pytest.mark.parametrize(("container", "frame"), [("pandas", pd), ("polars", pl)])
def test_set_output(shops, quick_parameters, container, frame):
    X, y = shops
    model = EmbeddingRegressor(**quick_parameters).set_output(transform=container)
    model.fit(X, y)
    Z = model.transform(X)
    assert isinstance(Z, frame.DataFrame)
    assert list(Z.columns) == model.get_feature_names_out().tolist()
    np.testing.assert_array_equal(
        Z.to_numpy(), model.set_output(transform="default").transform(X)
    )


# -- similarities ----------------------------------------------------------------------


def test_similarities_are_euclidean_distances_by_level(example):
    distances = example.similarities("e")
    assert distances.index.tolist() == ["a", "b", "c", "d", "e"]
    assert distances.index.name == "token"
    vectors = example.embedding_
    naive = [np.sqrt(((v - vectors[4]) ** 2).sum()) for v in vectors]
    np.testing.assert_allclose(distances, naive, rtol=1e-6)
    assert distances["e"] == 0


def test_similarities_of_a_missing_level(fitted_shops):
    model, _, _ = fitted_shops
    distances = model.similarities(None, "city")
    assert distances.iloc[-1] == 0
    assert (distances.iloc[:-1] > 0).all()


def test_similarities_need_a_column_where_there_are_several(fitted_shops):
    model, _, _ = fitted_shops
    with pytest.raises(ColumnError, match="'city', 'day'"):
        model.similarities("Oslo")
    with pytest.raises(ColumnError, match="column='size' is not one"):
        model.similarities("Oslo", "size")


def test_an_unknown_token_is_answered_with_close_spellings(fitted_shops):
    model, _, _ = fitted_shops
    with pytest.raises(UnknownLevelError, match="did you mean 'Oslo'"):
        model.similarities("Osló", "city")


# -- unseen, rare and missing levels ---------------------------------------------------


def test_an_unseen_level_gets_the_average_vector_weighted_by_counts(example):
    counts = example.category_counts_["token"]
    average = counts @ example.embedding_ / counts.sum()
    unseen = example.transform(pd.DataFrame({"token": ["never seen"]}))
    np.testing.assert_allclose(unseen[0], average, rtol=1e-5, atol=1e-6)


def test_an_unseen_level_can_be_refused(tokens, quick_parameters):
    strict = EmbeddingRegressor(**quick_parameters, handle_unknown="error").fit(*tokens)
    for method in (strict.predict, strict.transform):
        with pytest.raises(UnknownLevelError, match=r"'token'.*'q', 'r'.*average"):
            method(pd.DataFrame({"token": ["a", "q", "r"]}))
    strict.predict(pd.DataFrame({"token": ["a"]}))


def test_rare_levels_share_a_vector_and_missing_ones_do_not(shops, quick_parameters):
    X, y = shops
    model = EmbeddingRegressor(**quick_parameters, min_frequency=11).fit(X[["city"]], y)
    vectors = dict(zip(model.categories_["city"], model.embedding_, strict=True))
    missing = model.embedding_[-1]
    unseen = model.transform(pd.DataFrame({"city": ["Bodø"]}))[0]
    alta = vectors["Alta"]  # alone below 11 rows, but for the missing level's ten
    distinct = {tuple(np.float32(v)) for v in (alta, missing, unseen, vectors["Oslo"])}
    assert len(distinct) == 4

    pooled = EmbeddingRegressor(**quick_parameters, max_categories=2)
    pooled.fit(X[["city"]], y)
    assert len(np.unique(pooled.embedding_[:-1], axis=0)) == 2


def test_a_missing_level_never_seen_in_fit_is_unseen(tokens, quick_parameters):
    model = EmbeddingRegressor(**quick_parameters).fit(*tokens)
    missing = model.transform(pd.DataFrame({"token": [None]}))
    unseen = model.transform(pd.DataFrame({"token": ["never seen"]}))
    np.testing.assert_array_equal(missing, unseen)


LONG = {"model": "network", "epochs": 60, "alpha": 0}
EITHER = pytest.mark.parametrize("parameters", [LONG, {}], ids=["network", "blend"])


@EITHER
def test_a_missing_quantity_is_predicted_from_the_rest(parameters):
    rng = np.random.default_rng(0)
    x = rng.normal(size=600)
    y = np.where(rng.random(600) < 0.5, 10.0, 2 * x)
    x[y == 10] = np.nan
    X = pd.DataFrame({"x": x})
    model = EmbeddingRegressor(**parameters, random_state=0).fit(X, y)
    assert model.score(X, y) > 0.99
    assert np.isnan(model.transform(X)[y == 10]).all()  # transform changes nothing


# -- parameters ------------------------------------------------------------------------


# a blend finds no more than an effect in days
@pytest.mark.parametrize(("model", "auto"), [("network", 2), ("auto", 1)])
def test_embedding_dim_by_column(shops, model, auto):
    parameters = QUICK | {"model": model, "n_networks": 2}
    model = EmbeddingRegressor({"city": 3}, **parameters).fit(*shops)
    shapes = {name: table.shape for name, table in model.embeddings_.items()}
    assert shapes == {"city": (5, 3), "day": (7, auto)}


def test_without_hidden_layers_it_is_additive(shops):
    X, y = shops
    parameters = QUICK | {"hidden_units": (), "epochs": 50}
    model = EmbeddingRegressor(**parameters).fit(X, y)
    corners = pd.DataFrame(
        {"city": ["Oslo", "Oslo", "Bergen", "Bergen"], "size": 0.0, "day": [1, 4, 1, 4]}
    )
    a, b, c, d = model.predict(corners)
    assert a - b == pytest.approx(c - d, abs=1e-6)
    assert model.score(X, y) > 0.9


@pytest.mark.parametrize(
    "loss", ["squared_error", "absolute_error", "huber", "log_cosh"]
)
def test_every_loss_learns(shops, loss):
    X, y = shops
    parameters = {"model": "network", "epochs": 40, "alpha": 1, "random_state": 0}
    model = EmbeddingRegressor(loss=loss, **parameters).fit(X, y)
    assert model.score(X, y) > 0.9


def test_absolute_error_predicts_medians():
    X = pd.DataFrame({"token": ["a"] * 300 + ["b"] * 300})
    y = np.concatenate(
        [np.zeros(200), np.full(100, 9.0), np.full(200, 5), np.ones(100)]
    )
    model = EmbeddingRegressor(
        model="network",
        loss="absolute_error",
        alpha=0,
        epochs=200,
        batch_size=600,
        learning_rate=0.01,
        random_state=0,
    ).fit(X, y)
    medians = model.predict(pd.DataFrame({"token": ["a", "b"]}))
    np.testing.assert_allclose(medians, [0, 5], atol=0.3)


def test_several_outputs_are_predicted_together(shops):
    X, y = shops
    Y = np.column_stack([y, -50 * y])
    model = EmbeddingRegressor(model="network", epochs=40, random_state=0).fit(X, Y)
    prediction = model.predict(X)
    assert prediction.shape == Y.shape
    assert model.n_outputs_ == 2
    assert model.score(X, Y) > 0.9


def test_early_stopping_keeps_the_best_weights(shops):
    X, y = shops
    noise = pd.DataFrame({"id": np.arange(len(X)) % 97, "city": X["city"]})
    parameters = {
        "model": "network",
        "alpha": 0,
        "learning_rate": 0.01,
        "early_stopping": True,
        "validation_fraction": 0.25,
        "n_iter_no_change": 3,
        "tol": 0,
        "random_state": 0,
    }
    stopped = EmbeddingRegressor(epochs=200, **parameters).fit(noise, y)
    best = int(np.argmin(stopped.history_["val_loss"])) + 1
    assert best == stopped.n_iter_ - 3
    until_best = EmbeddingRegressor(epochs=best, **parameters).fit(noise, y)
    np.testing.assert_array_equal(stopped.predict(noise), until_best.predict(noise))


def test_alpha_shrinks_the_weights_towards_zero(tokens):
    norms = [
        np.linalg.norm(EmbeddingRegressor(**QUICK, alpha=a).fit(*tokens).embedding_)
        for a in (0.0, 1e3, 1e5)
    ]
    assert norms == sorted(norms, reverse=True)


def test_categorical_features_choose_the_columns(shops, quick_parameters):
    X, y = shops
    by_name, by_mask, by_position, everything = (
        EmbeddingRegressor(**quick_parameters, categorical_features=chosen).fit(X, y)
        for chosen in (["city"], [True, False, False], [0], "all")
    )
    for model in (by_name, by_mask, by_position):
        assert list(model.embeddings_) == ["city"]
    np.testing.assert_array_equal(by_name.predict(X), by_mask.predict(X))
    assert list(everything.embeddings_) == ["city", "size", "day"]


def test_warm_start_continues(shops):
    X, y = shops
    warm = EmbeddingRegressor(**QUICK, warm_start=True).fit(X, y)
    first = warm.loss_curve_
    warm.fit(X, y)
    assert warm.loss_curve_[0] < first[-1] * 1.05
    cold = EmbeddingRegressor(**QUICK).fit(X, y).fit(X, y)
    assert cold.loss_curve_ == first


def test_warm_start_takes_new_levels_and_keeps_the_known_ones(shops):
    X, y = shops
    warm = EmbeddingRegressor(**QUICK, warm_start=True).fit(X, y)
    before = warm.similarities("Oslo", "city")
    more = X.assign(city=X["city"].where(X["city"] != "Alta", "Bodø"))
    warm.set_params(learning_rate=1e-9).fit(more, y)
    after = warm.similarities("Oslo", "city")
    known = ["Bergen", "Tromsø"]
    np.testing.assert_allclose(after[known], before[known], atol=1e-5)
    assert "Bodø" in after
    assert "Alta" not in after


@pytest.mark.parametrize(
    "change",
    [
        {"hidden_units": (9,)},
        {"activation": "tanh"},
        {"embedding_dim": 5},
        {"categorical_features": ["city"]},
        {"model": lambda inputs, features, n_outputs: None},
    ],
    ids=lambda change: next(iter(change)),
)
def test_warm_start_refuses_another_network(shops, change):
    X, y = shops
    warm = EmbeddingRegressor(**QUICK, warm_start=True).fit(X, y)
    with pytest.raises(ValueError, match=f"changed: .*{next(iter(change))}"):
        warm.set_params(**change).fit(X, y)


def test_verbose_shows_epochs_of_networks(shops, quick_parameters, capsys):
    EmbeddingRegressor(**quick_parameters, verbose=2).fit(*shops)
    assert "Epoch 5/5" in capsys.readouterr().out
    EmbeddingRegressor(**quick_parameters, verbose=1).fit(*shops)
    is_network = quick_parameters["model"] == "network"
    assert ("Epoch 5/5" in capsys.readouterr().out) == is_network
    EmbeddingRegressor(**quick_parameters).fit(*shops)
    assert capsys.readouterr().out == ""


# -- kinds of input --------------------------------------------------------------------


def test_every_container_gives_the_same_model(tokens, quick_parameters):
    X, y = tokens
    X, y = X[:500], y[:500].to_numpy()
    array = X["token"].to_numpy(dtype=object)
    expected = EmbeddingRegressor(**quick_parameters).fit(X, y).predict(X)
    for tokens_like in (
        X["token"],
        X.astype("category"),
        array,
        array.astype(str),
        array.reshape(-1, 1),
        array.tolist(),
        [[token] for token in array],
        to_polars(X),
        pl.Series("token", array.tolist()),
    ):
        model = EmbeddingRegressor(**quick_parameters).fit(tokens_like, y)
        np.testing.assert_array_equal(model.predict(tokens_like), expected)


def test_frames_name_the_columns_and_arrays_number_them(shops, quick_parameters):
    X, y = shops
    named = EmbeddingRegressor(2, **quick_parameters).fit(to_polars(X), y)
    assert named.feature_names_in_.tolist() == ["city", "size", "day"]
    numbered = EmbeddingRegressor(2, **quick_parameters).fit(X.to_numpy(), y)
    assert not hasattr(numbered, "feature_names_in_")
    assert list(numbered.embeddings_) == [0, 2]
    assert numbered.get_feature_names_out().tolist()[:3] == ["x0_0", "x0_1", "x1"]
    np.testing.assert_array_equal(
        named.predict(to_polars(X)), numbered.predict(X.to_numpy())
    )


def test_integers_that_missing_values_turned_into_floats_are_the_same_levels(
    shops, quick_parameters
):
    X, y = shops
    model = EmbeddingRegressor(**quick_parameters).fit(X, y)
    expected = model.predict(X)
    np.testing.assert_array_equal(model.predict(X.astype({"day": float})), expected)


# -- weights and grouping --------------------------------------------------------------


@pytest.mark.parametrize("early_stopping", [False, True])
@pytest.mark.parametrize(
    ("model", "loss"),
    [
        ("network", "squared_error"),
        ("network", "absolute_error"),
        ("blend", "squared_error"),
    ],
)
def test_whole_weights_are_repeated_rows_to_the_last_bit(
    shops, early_stopping, model, loss
):
    X, y = shops
    weight = np.random.default_rng(0).integers(0, 4, len(X))
    repeated = np.repeat(np.arange(len(X)), weight)
    parameters = QUICK | {"model": model, "n_networks": 2, "loss": loss}
    parameters["early_stopping"] = early_stopping
    weighted = EmbeddingRegressor(**parameters).fit(X, y, sample_weight=weight)
    plain = EmbeddingRegressor(**parameters).fit(X.iloc[repeated], y.iloc[repeated])
    np.testing.assert_array_equal(weighted.predict(X), plain.predict(X))
    for name, losses in plain.history_.items():
        assert weighted.history_[name] == pytest.approx(losses)


def test_cells_with_counts_give_the_model_of_all_rows(tokens):
    X, y = tokens
    found = y.groupby(X["token"]).agg(["mean", "count", "var"]).reset_index()
    variance = found["var"] * (1 - 1 / found["count"])
    cells = make_cells(found[["token"]], found["mean"], found["count"], variance)
    parameters = {**QUICK, "batch_size": 1000}
    rows = EmbeddingRegressor(**parameters).fit(X, y)
    grouped = EmbeddingRegressor(**parameters).fit(cells)
    np.testing.assert_allclose(grouped.predict(X), rows.predict(X), rtol=1e-10)


def test_the_order_of_rows_does_not_matter(shops, quick_parameters):
    X, y = shops
    order = np.random.default_rng(0).permutation(len(X))
    model = EmbeddingRegressor(**quick_parameters)
    straight = model.fit(X, y).predict(X)
    shuffled = model.fit(X.iloc[order], y.iloc[order]).predict(X)
    np.testing.assert_allclose(straight, shuffled, rtol=1e-4, atol=1e-4)


@EITHER
def test_fractional_weights_pull_the_fit(tokens, parameters):
    X, y = tokens
    weight = np.where(y > y.groupby(X["token"]).transform("mean"), 0.9, 0.1)
    model = EmbeddingRegressor(**parameters, random_state=0).fit(X, y, weight)
    truth = np.average(y[X["token"] == "c"], weights=weight[X["token"] == "c"])
    assert model.predict(pd.DataFrame({"token": ["c"]}))[0] == pytest.approx(
        truth, abs=0.5
    )


@EITHER
@pytest.mark.parametrize("factor", [1e-3, 7, 1e300])
def test_fit_does_not_depend_on_the_unit_of_weights(shops, parameters, factor):
    X, y = shops
    weight = np.random.default_rng(0).integers(1, 5, len(X))
    model = EmbeddingRegressor(**parameters, min_frequency=5, random_state=0)
    expected = model.fit(X, y, weight).predict(X)
    scaled = model.fit(X, y, factor * weight).predict(X)
    np.testing.assert_array_equal(scaled, expected)


@EITHER
def test_fit_changes_as_little_as_a_weight(shops, parameters):
    X, y = shops
    weight = np.random.default_rng(0).integers(1, 5, len(X)).astype(float)
    model = EmbeddingRegressor(**parameters, random_state=0)
    expected = model.fit(X, y, weight).predict(X)
    weight[7] += 1e-4
    apart = np.abs(model.fit(X, y, weight).predict(X) - expected).max()
    assert 0 < apart < 1e-3 * y.std()


def test_counts_of_billions_are_fitted(tokens, quick_parameters):
    X, y = tokens
    n_rows = np.full(len(X), 1e6)
    cells = make_cells(X, y, n_rows, np.ones(len(X)))
    parameters = quick_parameters | {"batch_size": 5000, "early_stopping": True}
    model = EmbeddingRegressor(**parameters)
    assert model.fit(cells).score(X, y) > 0.9


def test_names_that_would_repeat_in_the_output_are_refused(quick_parameters):
    X = pd.DataFrame({"a": ["x", "y"] * 5, "a_0": np.arange(10.0)})
    model = EmbeddingRegressor(**quick_parameters).fit(X, X["a_0"])
    with pytest.raises(ColumnError, match="'a_0'"):
        model.get_feature_names_out()
