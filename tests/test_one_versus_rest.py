"""A blend for every class, and what joins them."""

import numpy as np
import pytest
from scipy.spatial.distance import pdist
from scipy.special import softmax
from sklearn.linear_model import LogisticRegression

from skembed import EmbeddingClassifier
from skembed._one_versus_rest import (
    OneVersusRest,
    Stack,
    _joint_tables,
    _of_all_classes,
    _of_one_class,
)
from skembed.datasets import make_classes


@pytest.fixture(scope="module")
def fitted():
    X, y = make_classes(3_000, n_classes=3, n_levels=(40, 15), random_state=0)
    return X, y, EmbeddingClassifier(n_networks=0, random_state=0).fit(X, y)


def encoded(model, X):
    return model._model.encoding.encode(model._read(X), "average")


def test_there_is_a_blend_for_every_class(fitted):
    X, y, model = fitted
    core = model._model.core
    assert isinstance(core, OneVersusRest)
    assert core.n_outputs == len(core.blends) == 3
    inputs = encoded(model, X)
    for k, blend in enumerate(core.blends):
        said = blend.forward(inputs)[:, 0]
        assert said[y == k].mean() > said[y != k].mean() + 0.5


def test_what_blends_say_is_stacked(fitted):
    X, _, model = fitted
    core, inputs = model._model.core, encoded(model, X)
    said = np.hstack([blend.forward(inputs) for blend in core.blends])
    alone = OneVersusRest(core.blends, None, core.tables)
    np.testing.assert_array_equal(alone.forward(inputs), said)
    turned = OneVersusRest(core.blends, Stack(2 * np.eye(3), np.arange(3)), ())
    np.testing.assert_allclose(turned.forward(inputs), 2 * said + np.arange(3))


def test_levels_that_are_noise_are_not_believed():
    """They would be, had the stack seen what blends say of rows they know."""
    rng = np.random.default_rng(0)
    levels, y = rng.integers(0, 400, 1_200).astype(str), rng.integers(0, 3, 1_200)
    model = EmbeddingClassifier(n_networks=0, random_state=0).fit(levels, y)
    p = model.predict_proba(levels)
    assert np.abs(p - np.bincount(y) / len(y)).max() < 0.1


def test_distances_of_joint_vectors_add_up_over_classes():
    rng = np.random.default_rng(0)
    of_classes = [[rng.normal(size=(9, n)).astype(np.float32)] for n in (2, 1, 3)]
    (joint,) = _joint_tables(of_classes, [None])
    assert joint.shape == (9, 6)
    squares = sum(pdist(parts[0]) ** 2 for parts in of_classes)
    np.testing.assert_allclose(pdist(joint) ** 2, squares, rtol=1e-4)
    variances = joint[:-1].var(axis=0)
    assert (np.diff(variances) <= 0).all()
    (cut,) = _joint_tables(of_classes, [2])
    np.testing.assert_allclose(cut, joint[:, :2])
    (long,) = _joint_tables(of_classes, [8])
    assert not long[:, 6:].any()


def test_distances_are_those_of_what_the_blends_say(fitted):
    X, _, model = fitted
    core = model._model.core
    one, other = (
        np.hstack([b.forward(encoded(model, X.assign(a=level))) for b in core.blends])
        for level in ("a3", "a7")
    )
    expected = np.sqrt(((one - other) ** 2).mean(axis=0).sum())
    assert model.similarities("a3", "a")["a7"] == pytest.approx(expected, rel=0.05)


def test_classes_may_have_any_prior():
    rng = np.random.default_rng(0)
    y = rng.choice(4, 2_000, p=[0.9, 0.06, 0.03, 0.01])
    X = rng.integers(0, 10, 2_000).astype(str)
    p = EmbeddingClassifier(n_networks=0, random_state=0).fit(X, y).predict_proba(X)
    np.testing.assert_allclose(p.mean(axis=0), np.bincount(y) / len(y), atol=0.01)
    np.testing.assert_allclose(p.sum(axis=1), softmax(np.zeros((1, 4))).sum())


@pytest.mark.parametrize("present", [[0, 1, 2], [0, 2], [1, 2]])
def test_a_class_without_rows_is_next_to_impossible(present):
    rng = np.random.default_rng(0)
    said = rng.normal(size=(500, 3))
    label = rng.choice(present, 500)
    model = LogisticRegression().fit(said, label)
    stack = _of_all_classes(model, 3, 500.0)
    p = softmax(said @ stack.kernel + stack.bias, axis=1)
    absent = sorted({0, 1, 2} - set(present))
    assert (p[:, absent] < 0.01).all()
    known = p[:, present] / p[:, present].sum(axis=1, keepdims=True)
    np.testing.assert_allclose(known, model.predict_proba(said), rtol=1e-6)


def test_a_class_that_is_the_only_one_is_next_to_certain():
    stack = _of_one_class(1, 3, 500.0)
    p = softmax(np.ones((4, 3)) @ stack.kernel + stack.bias, axis=1)
    np.testing.assert_allclose(p, np.tile([1, 500, 1], (4, 1)) / 502)
