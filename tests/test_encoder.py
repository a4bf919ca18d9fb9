"""EmbeddingEncoder: what it returns, of whom, and what it refuses."""

import pickle

import numpy as np
import pandas as pd
import pytest
import sklearn
from scipy import sparse
from sklearn.base import clone
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression, Ridge, RidgeCV
from sklearn.model_selection import (
    GridSearchCV,
    GroupKFold,
    KFold,
    LeaveOneOut,
    StratifiedKFold,
    TimeSeriesSplit,
    cross_val_score,
)
from sklearn.pipeline import make_pipeline

from skembed import EmbeddingClassifier, EmbeddingEncoder, EmbeddingRegressor
from skembed.datasets import make_classes, make_effects
from skembed.exceptions import ColumnError, UnknownLevelError


@pytest.fixture(scope="module")
def table():
    """Two columns that interact, and a quantity."""
    return make_effects(
        1_500,
        n_levels=(40, 20),
        interaction_scale=1.0,
        n_quantities=1,
        random_state=0,
    )


@pytest.fixture(scope="module")
def encoded(table):
    """An encoder, and what it returns of the rows that it is fitted to."""
    encoder = EmbeddingEncoder(random_state=0)
    return encoder, encoder.fit_transform(*table)


def labelled(kind, n_samples=600):
    """A table and a target of a type."""
    n_classes = 3 if kind == "multiclass" else 2
    X, y = make_classes(
        n_samples, n_classes=n_classes, n_levels=(20, 10), random_state=0
    )
    y = np.asarray(y)
    if kind == "multilabel-indicator":
        return X, np.column_stack([y, X["a"] == "a1"]).astype(int)
    return X, np.array(["no", "yes", "maybe"])[y]


TYPES = ["binary", "multiclass", "multilabel-indicator"]


class TestWhatItReturns:
    def test_means_vectors_and_what_has_no_levels(self, table, encoded):
        encoder, Z = encoded
        X, _ = table
        names = encoder.get_feature_names_out()
        assert names[0] == "a_mean"
        assert names[-1] == "x0"
        assert Z.shape == (len(X), len(names))
        np.testing.assert_array_equal(Z[:, -1], X["x0"])

    def test_vectors_are_those_of_the_estimators(self, table, encoded):
        encoder, _ = encoded
        regressor = EmbeddingRegressor(n_networks=0, random_state=0).fit(*table)
        for column, vectors in regressor.embeddings_.items():
            np.testing.assert_array_equal(encoder.embeddings_[column], vectors)
        numbers = pd.DataFrame(
            encoder.transform(table[0]), columns=encoder.get_feature_names_out()
        )
        expected = pd.DataFrame(
            regressor.transform(table[0]), columns=regressor.get_feature_names_out()
        )
        pd.testing.assert_frame_equal(numbers[expected.columns], expected)

    def test_means_are_in_units_of_the_target(self, table, encoded):
        X, y = table
        encoder, _ = encoded
        mean = pd.Series(encoder.transform(X)[:, 0])
        outcomes = pd.Series(np.asarray(y)).groupby(X["a"].to_numpy()).transform("mean")
        assert np.corrcoef(mean, outcomes)[0, 1] > 0.95
        assert abs(mean.mean() - np.mean(y)) < 0.05 * np.std(y)

    def test_fit_and_fit_transform_learn_the_same(self, table, encoded):
        encoder, _ = encoded
        other = EmbeddingEncoder(random_state=0).fit(*table)
        np.testing.assert_array_equal(
            other.transform(table[0]), encoder.transform(table[0])
        )

    def test_cv_none_encodes_all_rows_by_one_fit(self, table, encoded):
        encoder, Z = encoded
        plain = EmbeddingEncoder(cv=None, random_state=0)
        W = plain.fit_transform(*table)
        np.testing.assert_array_equal(W, encoder.transform(table[0]))
        assert (W[:, 0] != Z[:, 0]).all()

    @pytest.mark.parametrize("output", ["embedding", "prediction"])
    def test_a_seed_gives_the_same_bits(self, table, output):
        X, y = table[0].iloc[:400], table[1][:400]
        made = EmbeddingEncoder(cv=2, output=output, n_networks=0, random_state=3)
        np.testing.assert_array_equal(
            made.fit_transform(X, y), clone(made).fit_transform(X, y)
        )

    def test_a_generator_is_drawn_from(self, table):
        X, y = table
        state = np.random.RandomState(0)
        made = EmbeddingEncoder(cv=2, random_state=state)
        one, other = made.fit_transform(X, y), made.fit_transform(X, y)
        assert (one != other).any()

    def test_levels_of_one_number(self, table):
        X, y = table
        encoder = EmbeddingEncoder(embedding_dim={"a": 1, "b": 4}, random_state=0)
        Z = encoder.fit_transform(X, y)
        assert encoder.get_feature_names_out().tolist() == [
            *("a_mean", "a_0"),
            *("b_mean", "b_0", "b_1", "b_2", "b_3"),
            "x0",
        ]
        assert Z.shape[1] == 8

    def test_without_levels_rows_pass_unchanged(self):
        X = np.random.default_rng(0).normal(size=(30, 2))
        encoder = EmbeddingEncoder()
        np.testing.assert_array_equal(encoder.fit_transform(X, X[:, 0]), X)
        assert encoder.get_feature_names_out().tolist() == ["x0", "x1"]

    def test_pandas_output(self, table):
        X, y = table
        encoder = EmbeddingEncoder(random_state=0).set_output(transform="pandas")
        frame = encoder.fit_transform(X, y)
        assert frame.columns.tolist() == encoder.get_feature_names_out().tolist()
        assert frame.index.equals(X.index)

    def test_it_answers_questions_about_levels(self, encoded):
        encoder, _ = encoded
        assert encoder.similarities("a3", "a").idxmin() == "a3"
        effect = encoder.similarities("a3", "a", metric="effect")
        assert effect["a3"] == 0

    def test_names_are_those_of_what_was_fitted(self, table):
        X, y = table
        encoder = EmbeddingEncoder(random_state=0).fit(X, y)
        encoder.set_params(output="prediction").set_output(transform="pandas")
        assert encoder.transform(X).columns[0] == "a_mean"
        assert encoder.fit(X, y).transform(X).columns.tolist() == ["prediction", "x0"]

    def test_it_is_pickled(self, table, encoded):
        encoder, _ = encoded
        X = table[0]
        other = pickle.loads(pickle.dumps(encoder))
        np.testing.assert_array_equal(other.transform(X), encoder.transform(X))


class TestOutOfFold:
    def test_rows_are_encoded_without_their_outcome(self, table):
        """Outcomes of a fold matter to its rows only by variances and axes."""
        X, y = table
        y = np.asarray(y, dtype=float)
        cv = KFold(5)
        fold = np.arange(300)
        changed = y.copy()
        changed[fold] = np.random.default_rng(0).permutation(y[fold])
        made = EmbeddingEncoder(embedding_dim=1, cv=cv, random_state=0)
        Z, W = made.fit_transform(X, y), clone(made).fit_transform(X, changed)
        plain = made.set_params(cv=None)
        P, Q = plain.fit_transform(X, y), clone(plain).fit_transform(X, changed)

        def moved(a, b):
            return np.abs(a[fold, 0] - b[fold, 0]).mean()

        assert moved(Z, W) < 0.2 * moved(P, Q)

    def test_a_level_of_one_row_is_encoded_as_unseen(self, table):
        X, y = table[0].copy(), table[1]
        X.loc[X.index[7], "a"] = "alone"
        encoder = EmbeddingEncoder(random_state=0)
        Z = pd.DataFrame(
            encoder.fit_transform(X, y), columns=encoder.get_feature_names_out()
        )
        vectors = [name for name in Z if name.startswith("a_") and name != "a_mean"]
        assert (Z.loc[7, vectors] == 0).all()
        W = pd.DataFrame(encoder.transform(X), columns=Z.columns)
        assert (W.loc[7, vectors] != 0).any()

    def test_groups_that_are_levels_are_encoded_as_unseen(self, table):
        X, y = table
        with sklearn.config_context(enable_metadata_routing=True):
            cv = GroupKFold(5).set_split_request(groups=True)
            encoder = EmbeddingEncoder(cv=cv, random_state=0)
            Z = encoder.fit_transform(X, y, groups=X["a"])
        names = encoder.get_feature_names_out().tolist()
        assert (Z[:, names.index("a_0")] == 0).all()
        assert len(np.unique(Z[:, names.index("a_mean")])) == 5
        assert len(np.unique(Z[:, names.index("b_0")])) == 5 * X["b"].nunique()

    def test_unseen_levels_are_no_error_while_rows_are_held_out(self, table):
        X, y = table[0].copy(), table[1]
        X.loc[X.index[7], "a"] = "alone"
        encoder = EmbeddingEncoder(handle_unknown="error", random_state=0)
        encoder.fit_transform(X, y)
        with pytest.raises(UnknownLevelError, match="'new'"):
            encoder.transform(X.assign(a="new"))

    def test_weights_count_and_rows_without_weight_are_not_seen(self, table):
        X, y = table[0].iloc[:500], np.array(table[1][:500], dtype=float)
        weight = np.ones(500)
        weight[::10] = 0
        left_out = weight == 0
        encoder = EmbeddingEncoder(cv=KFold(5), random_state=0)
        Z = encoder.fit_transform(X, y, sample_weight=weight)
        y[left_out] = 1e6
        W = clone(encoder).fit_transform(X, y, sample_weight=weight)
        np.testing.assert_array_equal(Z, W)
        np.testing.assert_array_equal(Z[left_out], encoder.transform(X)[left_out])
        assert (Z[~left_out, 0] != encoder.transform(X)[~left_out, 0]).all()

    @pytest.mark.parametrize("cv", [None, 3])
    def test_fit_transform_of_a_repeated_table_is_that_of_the_table(self, table, cv):
        X, y = table[0].iloc[:500], np.array(table[1][:500], dtype=float)
        encoder = EmbeddingEncoder(cv=cv, random_state=0)
        Z = encoder.fit_transform(X, y)
        W = clone(encoder).fit_transform(pd.concat([X, X]), np.tile(y, 2))
        np.testing.assert_allclose(W[:500], Z, atol=1e-8)
        np.testing.assert_allclose(W[500:], Z, atol=1e-8)

    @pytest.mark.parametrize("cv", [None, 3])
    def test_levels_of_rows_without_weight_are_no_error(self, table, cv):
        X, y = table[0].copy(), table[1]
        X.loc[X.index[7], "a"] = "alone"
        weight = np.where(np.arange(len(X)) == 7, 0, 1)
        encoder = EmbeddingEncoder(cv=cv, handle_unknown="error", random_state=0)
        Z = encoder.fit_transform(X, y, sample_weight=weight)
        names = encoder.get_feature_names_out().tolist()
        assert Z[7, names.index("a_0")] == 0

    def test_a_splitter_of_classes_sees_the_labels(self):
        X, y = labelled("multiclass")
        made = EmbeddingEncoder(cv=StratifiedKFold(3), random_state=0)
        by_default = EmbeddingEncoder(
            cv=list(StratifiedKFold(3).split(X, y)), random_state=0
        )
        np.testing.assert_array_equal(
            made.fit_transform(X, y), by_default.fit_transform(X, y)
        )


class TestTypesOfTargets:
    @pytest.mark.parametrize("kind", TYPES)
    def test_vectors_are_those_of_the_classifier(self, kind):
        X, y = labelled(kind)
        encoder = EmbeddingEncoder(random_state=0).fit(X, y)
        classifier = EmbeddingClassifier(n_networks=0, random_state=0).fit(X, y)
        assert encoder.target_type_ == kind
        np.testing.assert_array_equal(encoder.classes_, classifier.classes_)
        for column, vectors in classifier.embeddings_.items():
            np.testing.assert_array_equal(encoder.embeddings_[column], vectors)

    @pytest.mark.parametrize("kind", TYPES)
    @pytest.mark.parametrize("output", ["embedding", "prediction"])
    def test_names_and_shapes(self, kind, output):
        X, y = labelled(kind)
        encoder = EmbeddingEncoder(
            embedding_dim=2, output=output, n_networks=0, cv=3, random_state=0
        )
        Z = encoder.fit_transform(X, y)
        names = encoder.get_feature_names_out().tolist()
        suffixes = {
            "binary": [""],
            "multiclass": ["_maybe", "_no", "_yes"],
            "multilabel-indicator": ["_0", "_1"],
        }[kind]
        if output == "prediction":
            assert names == [f"prediction{suffix}" for suffix in suffixes]
        else:
            means = [f"a_mean{suffix}" for suffix in suffixes]
            assert names[: len(means) + 2] == [*means, "a_0", "a_1"]
        assert Z.shape == (len(X), len(names))
        assert np.isfinite(Z).all()

    def test_a_quantity_has_no_classes(self, encoded):
        encoder, _ = encoded
        assert encoder.target_type_ == "continuous"
        assert encoder.classes_ is None

    def test_it_can_be_asked_for(self):
        X, y = labelled("binary")
        counted = (y == "yes") * 1
        encoder = EmbeddingEncoder(target_type="continuous", random_state=0)
        assert encoder.fit(X, counted).target_type_ == "continuous"
        assert abs(encoder.transform(X)[:, 0].mean() - counted.mean()) < 0.02

    def test_means_of_classes_are_log_odds(self):
        X, y = labelled("binary", 2_000)
        encoder = EmbeddingEncoder(random_state=0).fit(X, y)
        classifier = EmbeddingClassifier(n_networks=0, random_state=0).fit(X, y)
        scores = pd.Series(classifier.decision_function(X)).groupby(X["a"].to_numpy())
        expected = scores.transform("mean")
        # levels of few rows are drawn to the mean of all
        np.testing.assert_allclose(encoder.transform(X)[:, 0], expected, atol=0.1)

    def test_a_class_may_be_missing_from_a_fold(self):
        X, y = labelled("multiclass")
        y = np.where(np.arange(len(y)) < 5, "rare", y)
        for output in ("embedding", "prediction"):
            encoder = EmbeddingEncoder(
                cv=KFold(4), output=output, n_networks=0, random_state=0
            )
            assert np.isfinite(encoder.fit_transform(X, y)).all()

    def test_labels_of_a_sparse_matrix(self):
        X, y = labelled("multilabel-indicator")
        made = EmbeddingEncoder(cv=3, random_state=0)
        np.testing.assert_array_equal(
            made.fit_transform(X, sparse.csr_array(y)), clone(made).fit_transform(X, y)
        )

    def test_one_class_may_be_left_to_train_on(self):
        X, _ = labelled("multiclass", 400)
        y = np.repeat(["a", "b", "c"], [200, 100, 100])
        for output in ("embedding", "prediction"):
            encoder = EmbeddingEncoder(
                cv=KFold(2), output=output, n_networks=0, random_state=0
            )
            assert np.isfinite(encoder.fit_transform(X, y)).all()


class TestPredictions:
    def test_they_are_those_of_the_estimator(self, table):
        X, y = table[0].iloc[:500], table[1][:500]
        encoder = EmbeddingEncoder(output="prediction", random_state=0).fit(X, y)
        model = EmbeddingRegressor(n_networks=1, random_state=0).fit(X, y)
        Z = encoder.transform(X)
        np.testing.assert_array_equal(Z[:, 0], model.predict(X))
        np.testing.assert_array_equal(Z[:, 1], X["x0"])
        assert encoder.get_feature_names_out().tolist() == ["prediction", "x0"]

    def test_each_row_is_predicted_by_a_fit_without_its_fold(self, table):
        X, y = table[0].iloc[:400], np.asarray(table[1])[:400]
        cv = KFold(3, shuffle=True, random_state=1)
        parameters = {"n_networks": 0, "random_state": 0}
        encoder = EmbeddingEncoder(output="prediction", cv=cv, **parameters)
        Z = encoder.fit_transform(X, y)
        for train, test in cv.split(X):
            model = EmbeddingRegressor(**parameters).fit(X.iloc[train], y[train])
            np.testing.assert_array_equal(Z[test, 0], model.predict(X.iloc[test]))


class TestBeforeOtherModels:
    def test_noise_is_not_believed(self):
        """A column of noise costs next to nothing, where plain vectors cost much."""
        X, y = make_effects(4_000, n_levels=(30,), noise=1.0, random_state=0)
        rng = np.random.default_rng(1)
        X = X.assign(noise=rng.integers(0, 400, len(X)).astype(str))
        train, test = slice(0, 2_000), slice(2_000, None)

        def score(encoder, columns):
            model = make_pipeline(encoder, RidgeCV())
            model.fit(X[columns].iloc[train], y[train])
            return model.score(X[columns].iloc[test], y[test])

        without = score(EmbeddingEncoder(random_state=0), ["a"])
        crossed = score(EmbeddingEncoder(random_state=0), ["a", "noise"])
        plain = score(EmbeddingEncoder(cv=None, random_state=0), ["a", "noise"])
        assert crossed > without - 0.01
        assert plain < without - 0.03

    def test_products_are_worth_much_to_trees(self, table):
        X, y = table

        def score(columns):
            encoder = EmbeddingEncoder(random_state=0).set_output(transform="pandas")
            Z = encoder.fit_transform(X.iloc[:1_000], y[:1_000])
            W = encoder.transform(X.iloc[1_000:])
            kept = [name for name in Z if columns(name)]
            model = HistGradientBoostingRegressor(random_state=0)
            return model.fit(Z[kept], y[:1_000]).score(W[kept], y[1_000:])

        assert score(lambda _: True) > score(lambda name: "mean" in name) + 0.1

    def test_it_is_searched_in_a_pipeline(self, table):
        X, y = table
        model = make_pipeline(EmbeddingEncoder(random_state=0), Ridge())
        grid = {"embeddingencoder__embedding_dim": [1, 2], "ridge__alpha": [1.0]}
        search = GridSearchCV(model, grid, cv=2).fit(X, y)
        assert search.best_score_ > 0
        assert search.predict(X).shape == (len(X),)

    def test_it_serves_classifiers(self):
        X, y = labelled("binary")
        model = make_pipeline(EmbeddingEncoder(random_state=0), LogisticRegression())
        assert cross_val_score(model, X, y, cv=3).mean() > np.mean(y == "no")


class TestRouting:
    def test_groups_without_routing_are_refused(self, table):
        X, y = table
        encoder = EmbeddingEncoder(cv=GroupKFold(3))
        with pytest.raises(ValueError, match="enable_metadata_routing"):
            encoder.fit_transform(X, y, groups=X["a"])

    def test_groups_and_weights_in_a_pipeline(self, table):
        X, y = table
        weight = np.arange(len(X)) % 3
        cv = GroupKFold(3)
        groups = np.arange(len(X)) % 9
        with sklearn.config_context(enable_metadata_routing=True):
            encoder = EmbeddingEncoder(cv=cv, random_state=0)
            encoder.set_fit_request(sample_weight=True)
            cv.set_split_request(groups=True)
            ridge = Ridge().set_fit_request(sample_weight=False)
            model = make_pipeline(encoder, ridge)
            model.fit(X, y, sample_weight=weight, groups=groups)
        direct = EmbeddingEncoder(
            cv=list(GroupKFold(3).split(X, y, groups)), random_state=0
        )
        Z = direct.fit_transform(X, y, sample_weight=weight)
        np.testing.assert_allclose(Ridge().fit(Z, y).coef_, model[-1].coef_, rtol=1e-10)


class TestErrors:
    @pytest.mark.parametrize(
        ("parameters", "says"),
        [
            ({"cv": 1}, "cv"),
            ({"output": "vectors"}, "output"),
            ({"target_type": "numbers"}, "target_type"),
            ({"embedding_dim": 0}, "embedding_dim"),
            ({"cv": TimeSeriesSplit(3)}, "holds out row 0 0 times"),
            ({"cv": LeaveOneOut()}, "would tell their outcome"),
        ],
    )
    def test_parameters(self, table, parameters, says):
        with pytest.raises(ValueError, match=says):
            EmbeddingEncoder(**parameters).fit_transform(*table)

    def test_one_class(self):
        with pytest.raises(ValueError, match="one class only"):
            EmbeddingEncoder().fit([["a"], ["b"]], ["x", "x"])

    def test_one_class_that_counts(self):
        with pytest.raises(ValueError, match="one class only"):
            EmbeddingEncoder().fit(
                [["a"], ["b"], ["b"]], ["x", "x", "y"], sample_weight=[1, 1, 0]
            )

    def test_names_that_are_taken(self):
        X = pd.DataFrame({"a": ["x", "y"] * 20, "a_mean": np.arange(40.0)})
        encoder = EmbeddingEncoder(random_state=0).fit(X, np.arange(40) / 7)
        with pytest.raises(ColumnError, match="'a_mean': rename"):
            encoder.get_feature_names_out()

    def test_names_that_predictions_take(self):
        X = pd.DataFrame({"a": ["x", "y"] * 20, "prediction": np.arange(40.0)})
        encoder = EmbeddingEncoder(output="prediction", n_networks=0)
        with pytest.raises(ColumnError, match="'prediction': rename"):
            encoder.fit(X, np.arange(40) / 7).get_feature_names_out()

    def test_before_fit(self, table):
        encoder = EmbeddingEncoder()
        for ask in (encoder.transform, encoder.get_feature_names_out):
            with pytest.raises(NotFittedError):
                ask(table[0])

    @pytest.mark.parametrize("method", ["fit", "fit_transform"])
    def test_an_earlier_fit_stays(self, table, method):
        X, y = table
        encoder = EmbeddingEncoder(random_state=0).fit(X, y)
        before = encoder.transform(X)
        with pytest.raises(ValueError, match="NaN"):
            getattr(encoder, method)(X, np.full(len(X), np.nan))
        encoder.cv = TimeSeriesSplit(3)
        with pytest.raises(ValueError, match="holds out row 0"):
            encoder.fit_transform(X[["a"]], y)
        np.testing.assert_array_equal(encoder.transform(X), before)


@pytest.mark.parametrize("dtype", ["Int64", "int64[pyarrow]", object])
def test_encoder_keeps_labels_apart_that_floats_merge(dtype):
    labels = [2**53, 2**53 + 1, 2**53 + 2]
    X = pd.DataFrame({"a": ["x", "y", "z"] * 40})
    encoder = EmbeddingEncoder(random_state=0)
    encoder.fit_transform(X, pd.Series(labels * 40, dtype=dtype))
    assert encoder.classes_.tolist() == labels
