"""Saved estimators are those that were saved, with all that they know."""

import json
import os
import pickle
import runpy
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn import config_context
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import KFold

from skembed import EmbeddingClassifier, EmbeddingEncoder, EmbeddingRegressor, load
from skembed._archive import HEADER
from skembed._saving import FORMAT, LEARNED
from skembed.datasets import make_classes, make_effects
from skembed.exceptions import SavedFileError

SAVED = Path(__file__).parent / "saved"
EARLIER = sorted(SAVED.glob("*.skembed"))
answer_of = runpy.run_path(str(SAVED / "write.py"))["answer_of"]


@pytest.fixture
def path(tmp_path):
    return tmp_path / "model.skembed"


@pytest.fixture(scope="module")
def effects():
    return make_effects(400, n_levels=(12, 6), interaction_scale=1.0, random_state=0)


def classified(n_classes, **params):
    X, y = make_classes(600, n_classes=n_classes, n_levels=(8, 4), random_state=0)
    labels = np.array(["blue", "green", "red"])[y]
    model = EmbeddingClassifier(n_networks=0, random_state=0, **params)
    return model.fit(X, labels), X


MAKERS = {
    "two classes": lambda _: classified(2),
    "three classes": lambda _: classified(3, class_weight={"red": 2.0}),
    "labels": lambda effects: (
        EmbeddingClassifier(random_state=0).fit(
            effects[0], np.column_stack([effects[1] > 0, effects[1] > 1]).astype(int)
        ),
        effects[0],
    ),
    "blend": lambda effects: (
        EmbeddingRegressor(random_state=0, embedding_dim={"a": 3}, n_networks=1).fit(
            *effects
        ),
        effects[0],
    ),
    "outputs": lambda effects: (
        EmbeddingRegressor(epochs=1, random_state=0).fit(
            effects[0], np.column_stack([effects[1], -effects[1]])
        ),
        effects[0],
    ),
    "encoder": lambda effects: (
        EmbeddingEncoder(random_state=0).fit(*effects),
        effects[0],
    ),
    "encoder of predictions": lambda effects: (
        EmbeddingEncoder(output="prediction", n_networks=0).fit(
            effects[0], np.array(["no", "yes"])[(effects[1] > 0).astype(int)]
        ),
        effects[0],
    ),
}
ANSWERS = ("predict", "predict_proba", "decision_function", "transform")


@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
def test_everything_is_answered_the_same(make, effects, path):
    model, X = make(effects)
    model.save(path)
    loaded = load(path)
    assert type(loaded) is type(model)
    assert repr(loaded.get_params()) == repr(model.get_params())
    assert sorted(vars(loaded)) == sorted(vars(model))
    for answer in ANSWERS:
        if hasattr(model, answer):
            np.testing.assert_array_equal(
                getattr(loaded, answer)(X), getattr(model, answer)(X)
            )
    assert list(loaded.get_feature_names_out()) == list(model.get_feature_names_out())
    for name in ("similarity_matrix", "level_effects"):
        assert getattr(loaded, name)("a").equals(getattr(model, name)("a"))
    assert loaded.history_ == model.history_
    loaded.save(path.with_name("again"))
    assert path.with_name("again").read_bytes() == path.read_bytes()


def test_levels_of_all_kinds_come_back(path):
    rng = np.random.default_rng(0)
    columns = [
        np.array(["", " ", "Ål", "ål", "日本", None], dtype=object),
        np.array([1, 2**70, -5, 0, 3, 4], dtype=object),
        np.array([True, False, True, False, None, None], dtype=object),
        np.array([1.5, np.nan, 2.5, 0.0, 1.5, 1.5], dtype=object),
    ]
    X = np.column_stack([column[rng.integers(6, size=200)] for column in columns])
    model = EmbeddingRegressor(categorical_features="all", n_networks=0)
    model.fit(X, rng.normal(size=200)).save(path)
    loaded = load(path)
    for column, levels in model.categories_.items():
        assert repr(loaded.categories_[column]) == repr(levels)
        assert loaded.categories_[column].dtype == levels.dtype
    np.testing.assert_array_equal(loaded.predict(X), model.predict(X))


def test_settings_beside_parameters_come_back(effects, path):
    X, y = effects
    with config_context(enable_metadata_routing=True):
        model = EmbeddingRegressor(n_networks=0).set_fit_request(sample_weight="w")
    model.set_output(transform="pandas").fit(X, y)
    model.remark = {"by": "me", "rows": np.arange(3)}
    model.save(path)
    loaded = load(path)
    assert loaded.transform(X).equals(model.transform(X))
    assert loaded.get_metadata_routing().fit.requests == {"sample_weight": "w"}
    np.testing.assert_array_equal(loaded.remark["rows"], np.arange(3))


def test_training_goes_on_from_a_file(shops, path):
    X, y = shops
    model = EmbeddingRegressor(epochs=2, warm_start=True, random_state=0).fit(X, y)
    model.save(path)
    loaded = load(path).fit(X, y)
    np.testing.assert_array_equal(loaded.predict(X), model.fit(X, y).predict(X))
    assert clone(loaded).get_params() == model.get_params()
    np.testing.assert_allclose(
        loaded.model_.count_params(), model.model_.count_params()
    )


def test_numbers_of_a_grid_keep_their_types(effects, path):
    model = EmbeddingRegressor(
        alpha=np.float32(0.1), n_networks=np.int64(0), hidden_units=np.array([4, 2])
    ).fit(*effects)
    model.save(path)
    loaded = load(path)
    assert type(loaded.alpha) is np.float32
    assert loaded.alpha == model.alpha
    np.testing.assert_array_equal(loaded.hidden_units, [4, 2])


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("callbacks", [print]),
        ("random_state", np.random.RandomState(0)),
        ("model", lambda *_: None),
    ],
)
def test_parameters_of_code_are_named(effects, path, name, value):
    model = EmbeddingRegressor(n_networks=0).fit(*effects).set_params(**{name: value})
    with pytest.raises(SavedFileError, match=f"{name} holds .*set_params"):
        model.save(path)
    assert not list(path.parent.iterdir())


def test_a_loss_of_ones_own_need_not_stay(shops, path):
    def loss(target, output):
        return (target - output) ** 2

    X, y = shops
    model = EmbeddingRegressor(loss=loss, epochs=1, random_state=0).fit(X, y)
    with pytest.raises(SavedFileError, match=r"loss holds .*loss.*of type function"):
        model.save(path)
    model.set_params(loss="squared_error").save(path)
    np.testing.assert_array_equal(load(path).predict(X), model.predict(X))


def test_columns_that_were_chosen_by_an_index(effects, path):
    X, y = effects
    chosen = X.select_dtypes(exclude=float).columns
    model = EmbeddingRegressor(categorical_features=chosen, n_networks=0).fit(X, y)
    model.save(path)
    assert load(path).categorical_features.equals(chosen)


def test_attributes_that_cannot_be_kept_are_named(effects, path):
    model = EmbeddingRegressor(n_networks=0).fit(*effects)
    model.remark = {1, 2}
    with pytest.raises(SavedFileError, match=r"remark holds \{1, 2\}.*: pickle it"):
        model.save(path)


def test_a_splitter_is_named(effects, path):
    model = EmbeddingEncoder(cv=KFold(3)).fit(*effects)
    with pytest.raises(SavedFileError, match="cv holds KFold"):
        model.save(path)
    model.set_params(cv=3).save(path)
    assert load(path).cv == 3


def test_what_is_not_fitted_is_not_saved(path):
    with pytest.raises(NotFittedError):
        EmbeddingRegressor().save(path)


def test_a_class_of_the_users_own_is_not_saved(effects, path):
    class Mine(EmbeddingRegressor):
        pass

    Mine.__module__ = "somewhere"
    model = Mine(n_networks=0).fit(*effects)
    with pytest.raises(SavedFileError, match="Mine is a class of your own"):
        model.save(path)


def test_an_estimator_that_there_is_not_is_not_loaded(effects, path):
    EmbeddingRegressor(n_networks=0).fit(*effects).save(path)
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    header = json.loads(members[HEADER]) | {"estimator": "Popen"}
    members[HEADER] = json.dumps(header).encode()
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    with pytest.raises(SavedFileError, match="is damaged, or was not written"):
        load(path)


def test_a_pickle_is_not_loaded(tmp_path):
    class Harm:
        def __reduce__(self):
            return os.abort, ()

    path = tmp_path / "harm.pkl"
    path.write_bytes(pickle.dumps(Harm()))
    with pytest.raises(SavedFileError, match="was not written by save"):
        load(path)


@pytest.mark.parametrize("saved", EARLIER, ids=lambda path: path.stem)
def test_files_of_every_format_are_read(saved):
    answered = json.loads(saved.with_suffix(".json").read_text())
    table, answer = pd.DataFrame(answered["table"]), answered["answer"]
    np.testing.assert_allclose(answer_of(load(saved), table), answer, rtol=1e-12)


def test_files_of_every_format_are_there_and_hold_everything():
    found = {}
    for path in EARLIER:
        with zipfile.ZipFile(path) as archive:
            header = json.loads(archive.read(HEADER))
        kinds = found.setdefault(header["format"], set())
        kinds.update(described["class"] for described in header["objects"])
    assert set(found) == set(range(1, FORMAT + 1))
    assert found[FORMAT] == set(LEARNED)


@pytest.mark.parametrize("saved", EARLIER, ids=lambda path: path.stem)
def test_other_parameters_are_another_format(saved):
    """Or an earlier skembed would call the file damaged."""
    with zipfile.ZipFile(saved) as archive:
        header = json.loads(archive.read(HEADER))
    if header["format"] == FORMAT:
        assert set(header["parameters"]) == set(load(saved).get_params())
