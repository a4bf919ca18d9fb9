import numpy as np
import pandas as pd
import pytest

from skembed.datasets import make_tokens


def test_tokens_and_outcomes_have_the_shape_that_was_asked_for():
    X, y = make_tokens(123, random_state=0)
    assert X.shape == (123, 1)
    assert X.columns.tolist() == ["token"]
    assert y.shape == (123,)
    assert y.name == "outcome"
    pd.testing.assert_index_equal(X.index, y.index)


def test_by_default_there_are_ten_thousand_of_five_tokens():
    X, _ = make_tokens(random_state=0)
    assert len(X) == 10_000
    assert sorted(X["token"].unique()) == list("abcde")


def test_outcomes_are_normal_around_the_effect_of_their_token():
    effects = {"a": -20.0, "b": -10.0, "c": 0.0, "d": 10.0, "e": 20.0}
    X, y = make_tokens(random_state=0)
    for token, outcomes in y.groupby(X["token"]):
        error = 2.0 / np.sqrt(len(outcomes))
        assert abs(outcomes.mean() - effects[token]) < 5 * error
        assert abs(outcomes.std() - 2.0) < 5 * error / np.sqrt(2)
        within_one = (np.abs(outcomes - effects[token]) < 2.0).mean()
        assert abs(within_one - 0.6827) < 0.06


def test_tokens_are_equally_likely():
    X, _ = make_tokens(10_000, random_state=0)
    share = X["token"].value_counts(normalize=True)
    assert (np.abs(share - 0.2) < 5 * np.sqrt(0.2 * 0.8 / 10_000)).all()


def test_without_noise_the_outcome_is_the_effect_of_the_token():
    X, y = make_tokens(200, effects=[3, 1, 2], noise=0, random_state=0)
    assert y.tolist() == X["token"].map({"a": 3.0, "b": 1.0, "c": 2.0}).tolist()


@pytest.mark.parametrize(
    ("n_tokens", "first", "last"), [(1, "a", "a"), (26, "a", "z"), (27, "t0", "t26")]
)
def test_tokens_are_named_in_the_order_of_their_effects(n_tokens, first, last):
    effects = np.arange(n_tokens)
    X, y = make_tokens(2_000, effects=effects, noise=0, random_state=0)
    names = X["token"].groupby(y).first()
    assert len(names) == n_tokens == X["token"].nunique()
    assert names.iloc[0] == first
    assert names.iloc[-1] == last


def test_a_seed_decides_the_table():
    X, y = make_tokens(50, random_state=1)
    X_same, y_same = make_tokens(50, random_state=np.random.RandomState(1))
    X_other, y_other = make_tokens(50, random_state=2)
    pd.testing.assert_frame_equal(X, X_same)
    pd.testing.assert_series_equal(y, y_same)
    assert not X.equals(X_other)
    assert not y.equals(y_other)
