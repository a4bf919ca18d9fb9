"""EmbeddingClassifier: what it predicts, and that it is a classifier as any other."""

import pickle

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss, roc_auc_score
from sklearn.model_selection import GridSearchCV, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder

from skembed import EmbeddingClassifier
from skembed.datasets import make_classes
from skembed.exceptions import UnknownLevelError

N_TRAINING = 3_000


def table(n_classes=2, **truth):
    truth = {"n_levels": (40, 15), "random_state": 0, **truth}
    X, y, p = make_classes(
        2 * N_TRAINING, n_classes=n_classes, return_probabilities=True, **truth
    )
    split = slice(N_TRAINING), slice(N_TRAINING, None)
    return tuple(part[rows] for rows in split for part in (X, y, p))


@pytest.fixture(scope="module")
def two():
    return table()


@pytest.fixture(scope="module")
def three():
    return table(3)


@pytest.fixture(scope="module")
def of_two(two):
    return EmbeddingClassifier(n_networks=0, random_state=0).fit(*two[:2])


@pytest.fixture(scope="module")
def of_three(three):
    return EmbeddingClassifier(n_networks=0, random_state=0).fit(*three[:2])


def one_hot_loss(X, y, X_test, y_test):
    search = GridSearchCV(
        LogisticRegression(max_iter=500),
        {"C": np.logspace(-2, 1, 7)},
        scoring="neg_log_loss",
    )
    model = make_pipeline(OneHotEncoder(handle_unknown="ignore"), search)
    return log_loss(y_test, model.fit(X, y).predict_proba(X_test))


@pytest.mark.parametrize("n_classes", [2, 4])
def test_of_sums_of_effects_it_is_as_good_as_tuned_logistic_regression(n_classes):
    X, y, _, X_test, y_test, _ = table(n_classes, zipf=0.7)
    model = EmbeddingClassifier(random_state=0).fit(X, y)
    loss = log_loss(y_test, model.predict_proba(X_test))
    assert loss < 1.01 * one_hot_loss(X, y, X_test, y_test)


@pytest.mark.parametrize("n_classes", [2, 3])
def test_of_levels_that_interact_it_is_better(n_classes):
    X, y, _, X_test, y_test, _ = table(n_classes, interaction_scale=2.0)
    model = EmbeddingClassifier(n_networks=0, random_state=0).fit(X, y)
    loss = log_loss(y_test, model.predict_proba(X_test))
    assert loss < 0.95 * one_hot_loss(X, y, X_test, y_test)


def test_networks_correct_what_effects_miss():
    """A wave of a quantity, differently for the levels of a column."""
    rng = np.random.default_rng(0)
    group, x = rng.integers(0, 3, 8_000), rng.uniform(-2, 2, 8_000)
    odds = 3 * np.sin(4 * x) * np.array([-1, 0, 1])[group]
    y = rng.random(8_000) < 1 / (1 + np.exp(-odds))
    X = pd.DataFrame({"group": group.astype(str), "x": x})
    fitted = [
        EmbeddingClassifier(n_networks=n, random_state=0).fit(X[:6000], y[:6000])
        for n in (0, 2)
    ]
    alone, corrected = (log_loss(y[6000:], m.predict_proba(X[6000:])) for m in fitted)
    assert corrected < alone + 0.002
    assert len(fitted[1].loss_curve_) == 12
    assert fitted[1].loss_curve_[-1] < fitted[1].loss_curve_[0] < 0.7


def test_probabilities_are_calibrated(two, of_two):
    *_, X, y, _ = two
    p = of_two.predict_proba(X)[:, 1]
    for low, high in ((0, 0.3), (0.3, 0.7), (0.7, 1)):
        chosen = (p > low) & (p <= high)
        assert y[chosen].mean() == pytest.approx(p[chosen].mean(), abs=0.05)


def test_probabilities_are_near_those_of_the_truth(three, of_three):
    *_, X, _, truth = three
    p = of_three.predict_proba(X)
    np.testing.assert_allclose(p.sum(axis=1), 1)
    assert np.sqrt(np.mean((p - truth) ** 2)) < 0.1


def test_scores_probabilities_and_predictions_agree(two, of_two, three, of_three):
    p, scores = of_two.predict_proba(two[3]), of_two.decision_function(two[3])
    np.testing.assert_allclose(np.log(p[:, 1] / p[:, 0]), scores, atol=1e-8)
    np.testing.assert_array_equal(of_two.predict(two[3]), (scores > 0).astype(int))
    p, scores = of_three.predict_proba(three[3]), of_three.decision_function(three[3])
    assert scores.shape == p.shape
    np.testing.assert_array_equal(of_three.predict(three[3]), p.argmax(axis=1))
    np.testing.assert_allclose(of_three.predict_log_proba(three[3]), np.log(p))


@pytest.mark.parametrize("model", ["blend", "network"])
def test_several_labels_are_predicted_each_on_its_own(two, model):
    X, y, _, X_test, y_test, _ = two
    several = np.column_stack([y, 1 - y, X["a"] == "a1"])
    fitted = EmbeddingClassifier(model=model, n_networks=0, alpha=0.1, random_state=0)
    p = fitted.fit(X, several).predict_proba(X_test)
    assert p.shape == (N_TRAINING, 3)
    np.testing.assert_array_equal(fitted.predict(X_test), (p > 0.5).astype(int))
    assert roc_auc_score(y_test, p[:, 0]) > 0.7
    assert np.corrcoef(p[:, 0], p[:, 1])[0, 1] < -0.9
    is_a1 = X_test["a"] == "a1"
    assert roc_auc_score(is_a1, p[:, 2]) > 0.95


@pytest.mark.parametrize("n_classes", [2, 3])
def test_a_network_learns_classes(n_classes):
    X, y, _, X_test, y_test, _ = table(n_classes)
    model = EmbeddingClassifier(model="network", random_state=0).fit(X, y)
    loss = log_loss(y_test, model.predict_proba(X_test))
    assert loss < 1.1 * one_hot_loss(X, y, X_test, y_test)
    # grouped rows lose nothing: the reported loss is that of the rows
    found = log_loss(y, model.predict_proba(X))
    assert model.loss_curve_[-1] == pytest.approx(found, rel=0.02)


def test_a_network_of_your_own_returns_scores(three):
    def build(inputs, features, n_outputs):
        import keras

        return keras.Model(inputs, keras.layers.Dense(n_outputs)(features))

    X, y, *_ = three
    model = EmbeddingClassifier(model=build, epochs=20, random_state=0).fit(X, y)
    np.testing.assert_allclose(model.predict_proba(X).sum(axis=1), 1)
    assert model.score(X, y) > 1.3 * max(np.bincount(y)) / len(y)


@pytest.mark.parametrize("labels", [["no", "yes"], [False, True], [7, 3]])
def test_labels_of_any_type_come_back(two, of_two, labels):
    X, y, *_ = two
    named = np.array(labels)[y]
    model = EmbeddingClassifier(n_networks=0, random_state=0).fit(X, named)
    assert model.classes_.dtype == named.dtype
    assert model.classes_.tolist() == sorted(labels)
    assert set(model.predict(X)) <= set(labels)
    order = np.argsort(labels)
    found, expected = model.predict_proba(X), of_two.predict_proba(X)[:, order]
    # which one comes first can tip the scale between spreads that are as good
    np.testing.assert_allclose(found, expected, atol=1e-3 if labels != [7, 3] else 0.05)


def test_weighted_classes_count_as_often(two):
    X, y, *_ = two
    rare = X[(y == 0) | (np.arange(len(y)) % 10 == 0)]
    labels = y[rare.index]
    plain, balanced = (
        EmbeddingClassifier(n_networks=0, class_weight=w, random_state=0)
        for w in (None, "balanced")
    )
    share = labels.mean()
    assert plain.fit(rare, labels).predict_proba(rare)[:, 1].mean() == pytest.approx(
        share, abs=0.02
    )
    assert balanced.fit(rare, labels).predict(rare).mean() > 1.5 * share
    given = np.where(labels, 0.5 / share, 0.5 / (1 - share))
    same = clone(plain).fit(rare, labels, sample_weight=given)
    np.testing.assert_allclose(
        same.predict_proba(rare), balanced.predict_proba(rare), atol=1e-6
    )


@pytest.mark.parametrize("factor", [0.1, 3])
def test_class_weights_do_not_depend_on_their_unit(two, factor):
    X, y, *_ = two
    first, second = (
        EmbeddingClassifier(n_networks=0, class_weight=w, random_state=0).fit(X, y)
        for w in ({0: 1, 1: 10}, {0: factor, 1: 10 * factor})
    )
    np.testing.assert_array_equal(first.predict_proba(X), second.predict_proba(X))


def test_balanced_classes_have_the_same_total_of_sample_weights(two):
    X, y, *_ = two
    weight = np.where(y, 4.0, 1.0)
    model = EmbeddingClassifier(n_networks=0, random_state=0)
    balanced = clone(model).set_params(class_weight="balanced")
    of_class = np.array([1.0, 4.0]) * np.bincount(y)
    expected = model.fit(X, y, weight / of_class[y]).predict_proba(X)
    found = balanced.fit(X, y, weight).predict_proba(X)
    np.testing.assert_allclose(found, expected, atol=1e-9)


def test_a_seed_decides(two):
    X, y, _, X_test, *_ = two
    first, second = (
        EmbeddingClassifier(n_networks=1, epochs=2, random_state=3).fit(X, y)
        for _ in range(2)
    )
    np.testing.assert_array_equal(
        first.predict_proba(X_test), second.predict_proba(X_test)
    )


def test_vectors_tell_which_levels_act_alike(of_two, of_three):
    for model in (of_two, of_three):
        vectors = model.embeddings_["a"]
        assert vectors.shape[0] == 40
        near = model.similarities("a3", "a")
        expected = np.linalg.norm(
            vectors - vectors[model.categories_["a"] == "a3"], axis=1
        )
        np.testing.assert_allclose(
            near.loc[model.categories_["a"]], expected, atol=1e-5
        )
        assert model.level_effects("a").shape[0] == 40


def test_the_effect_metric_is_in_log_odds(of_two, two):
    X = two[0]
    changed = [of_two.decision_function(X.assign(a=level)) for level in ("a3", "a7")]
    expected = np.sqrt(np.mean((changed[0] - changed[1]) ** 2))
    found = of_two.similarities("a3", "a", metric="effect")["a7"]
    assert found == pytest.approx(expected, rel=0.05)


def test_vectors_are_as_long_as_asked(three):
    X, y, *_ = three
    model = EmbeddingClassifier(3, n_networks=0, random_state=0).fit(X, y)
    assert model.embeddings_["a"].shape == (40, 3)
    assert model.transform(X).shape == (N_TRAINING, 6)
    assert model.get_feature_names_out().tolist()[:3] == ["a_0", "a_1", "a_2"]


def test_it_predicts_without_keras_once_pickled(of_three, three):
    copy = pickle.loads(pickle.dumps(of_three))
    np.testing.assert_array_equal(
        copy.predict_proba(three[3]), of_three.predict_proba(three[3])
    )


def test_it_is_cross_validated_with_probabilities(three):
    X, y, *_ = three
    model = EmbeddingClassifier(n_networks=0, random_state=0)
    p = cross_val_predict(model, X[:600], y[:600], cv=3, method="predict_proba")
    assert p.shape == (600, 3)


def test_unseen_levels_are_predicted_as_the_average_one(of_two, two):
    new = two[3].assign(a="new")
    p = of_two.predict_proba(new)[:, 1]
    assert np.isfinite(p).all()
    strict = clone(of_two).set_params(handle_unknown="error").fit(*two[:2])
    with pytest.raises(UnknownLevelError):
        strict.predict(new)


def test_a_failed_fit_leaves_the_earlier_one(two):
    X, y, *_ = two
    model = EmbeddingClassifier(n_networks=0, random_state=0).fit(X, y)
    expected = model.predict_proba(X)
    for labels in (np.zeros(len(y)), y.astype(float).where(y > 0), y / 3):
        with pytest.raises(ValueError, match=r"class|NaN|label type"):
            model.fit(X, labels)
    np.testing.assert_array_equal(model.predict_proba(X), expected)


def test_a_warm_start_wants_the_same_classes(three):
    X, y, *_ = three
    model = EmbeddingClassifier(
        model="network", warm_start=True, epochs=2, random_state=0
    )
    first = model.fit(X, y).loss_curve_[0]
    assert model.fit(X, y).loss_curve_[0] < first
    with pytest.raises(ValueError, match=r"knows the classes \[0, 1, 2\]"):
        model.fit(X[y < 2], y[y < 2])


def test_displays_draw_log_odds(of_two, two):
    pytest.importorskip("matplotlib")
    from skembed.displays import (
        EmbeddingMapDisplay,
        LossCurveDisplay,
        OutcomesDisplay,
        SimilarityMatrixDisplay,
    )

    X, y, *_ = two
    drawn = EmbeddingMapDisplay.from_estimator(of_two, "a")
    assert drawn.mapped.effect_name == "effect, in log-odds"
    matrix = SimilarityMatrixDisplay.from_estimator(of_two, "a", metric="effect")
    assert len(matrix.ax_.get_xticks()) > 10
    network = EmbeddingClassifier(model="network", epochs=2, random_state=0)
    curve = LossCurveDisplay.from_estimator(network.fit(X, y))
    assert curve.ax_.get_ylabel() == "mean cross-entropy"
    outcomes = OutcomesDisplay.from_estimator(of_two, X, y, "a")
    assert outcomes.ax_.get_xlabel().startswith("probability of 1")


@pytest.mark.parametrize("seed", range(2))
def test_effects_depend_little_on_the_seed_and_on_names(seed):
    """Variances of small tables are not decided by one division into folds."""
    rng = np.random.default_rng(seed)
    codes, effects = rng.integers(0, 10, 200), rng.normal(0, 1.5, 10)
    y = rng.random(200) < expit(effects[codes])
    slopes = []
    for random_state, names in enumerate(["abcdefghij", "qzcakbxtmh"] * 3):
        levels = np.array(list(names), dtype=object)
        model = EmbeddingClassifier(n_networks=0, random_state=random_state)
        found = model.fit(levels[codes], y).decision_function(levels)
        slopes.append(np.polyfit(effects, found, 1)[0])
    assert np.std(slopes) < 0.03 * np.mean(slopes)


LARGE = [2**53, 2**53 + 1, 2**53 + 2]


@pytest.mark.parametrize(
    ("labels", "dtype"),
    [
        (LARGE, "Int64"),
        (LARGE, object),
        ([True, False], "boolean"),
        ([True, False], object),
    ],
    ids=str,
)
def test_classifier_predicts_labels_of_the_type_it_was_given(labels, dtype):
    X = pd.DataFrame({"a": [f"level {i}" for i in range(len(labels))] * 40})
    y = pd.Series(labels * 40, dtype=dtype)
    model = EmbeddingClassifier(
        n_networks=0, class_weight=dict.fromkeys(labels, 1), random_state=0
    ).fit(X, y)
    assert model.classes_.tolist() == sorted(labels)
    assert model.predict(X).tolist() == y.tolist()
