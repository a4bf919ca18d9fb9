import numpy as np
import pandas as pd
import pytest

from skembed import datasets
from skembed.datasets import make_effects, make_tokens


def test_all_names_what_the_module_defines():
    defined = {
        name
        for name, value in vars(datasets).items()
        if getattr(value, "__module__", "") == "skembed.datasets" and name[0] != "_"
    }
    assert set(datasets.__all__) == defined | {"Truth"}


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


def test_effects_make_a_table_of_levels_and_quantities():
    X, y = make_effects(500, n_levels=(7, 3), n_quantities=2, random_state=0)
    assert X.columns.tolist() == ["a", "b", "x0", "x1"]
    assert sorted(X["a"].unique()) == [f"a{i}" for i in range(7)]
    assert sorted(X["b"].unique()) == ["b0", "b1", "b2"]
    assert X["x1"].dtype == np.float64
    assert y.name == "outcome"
    pd.testing.assert_index_equal(X.index, y.index)


def test_past_26_columns_are_numbered():
    X, _ = make_effects(5, n_levels=[2] * 27, random_state=0)
    assert X.columns.tolist() == [f"c{i}" for i in range(27)]
    assert set(X["c26"]) <= {"c260", "c261"}


def variance_of_mean(**parameters):
    """Return the variance of the mean, averaged over a few truths."""
    means = [
        make_effects(20_000, **parameters, return_mean=True, random_state=seed)[2]
        for seed in range(5)
    ]
    return np.mean([mean.var() for mean in means])


@pytest.mark.parametrize(
    ("parameters", "variance"),
    [
        ({"n_levels": (300,)}, 1),
        ({"n_levels": (300, 300, 300), "effect_scale": 2}, 12),
        ({"effect_scale": 0, "interaction_scale": 2, "n_levels": (300, 300)}, 4),
        ({"effect_scale": 0, "interaction_scale": 2, "n_levels": [200] * 6}, 4),
        ({"effect_scale": 0, "interaction_scale": 1, "latent_dim": 8}, 1),
        ({"effect_scale": 0, "n_quantities": 400}, 100),
        ({"slope_scale": 3, "n_levels": (500,), "n_quantities": 1}, 10.25),
    ],
)
def test_each_part_has_the_variance_that_was_asked_for(parameters, variance):
    assert variance_of_mean(**parameters) == pytest.approx(variance, rel=0.15)


def test_noise_is_what_outcomes_differ_by_from_their_mean():
    _, y, mean = make_effects(20_000, noise=3, return_mean=True, random_state=0)
    assert (y - mean).std() == pytest.approx(3, rel=0.03)
    _, y, mean = make_effects(100, noise=0, return_mean=True, random_state=0)
    assert y.tolist() == mean.tolist()


def residual_of_main_effects(**parameters):
    """Return the share of the mean's variance that is beyond a sum of effects."""
    X, _, mean = make_effects(
        2_000, n_levels=(20, 10), return_mean=True, random_state=0, **parameters
    )
    dummies = pd.get_dummies(X).to_numpy(dtype=float)
    fitted = dummies @ np.linalg.lstsq(dummies, mean)[0]
    return np.var(mean - fitted) / np.var(mean)


def test_effects_are_additive_but_for_interactions():
    assert residual_of_main_effects() < 1e-20
    assert residual_of_main_effects(interaction_scale=1) > 0.1


def test_interactions_have_the_rank_of_the_latent_vectors():
    X, _, mean = make_effects(
        5_000,
        n_levels=(20, 10),
        effect_scale=0,
        interaction_scale=1,
        latent_dim=3,
        return_mean=True,
        random_state=0,
    )
    cells = pd.Series(mean).groupby([X["a"], X["b"]]).first().unstack()
    assert np.linalg.matrix_rank(cells.to_numpy()) == 3


def test_slopes_are_of_the_first_columns_levels():
    X, _, mean = make_effects(
        5_000,
        n_levels=(10, 5),
        n_quantities=1,
        slope_scale=1,
        return_mean=True,
        random_state=0,
    )
    cells = pd.DataFrame({"mean": mean, "x": X["x0"]}).groupby([X["a"], X["b"]])
    slopes = cells.apply(lambda cell: np.polyfit(cell["x"], cell["mean"], 1)[0])
    assert np.allclose(slopes.groupby("a").std(), 0)
    assert slopes.groupby("a").mean().std() == pytest.approx(1, rel=0.5)


@pytest.mark.parametrize("zipf", [0, 0.7, 1.2])
def test_frequencies_follow_zipf(zipf):
    X, _ = make_effects(50_000, n_levels=(20,), zipf=zipf, random_state=0)
    counts = X["a"].value_counts()[[f"a{i}" for i in range(20)]]
    expected = np.arange(1, 21.0) ** -zipf
    expected *= 50_000 / expected.sum()
    assert (np.abs(counts - expected) < 5 * np.sqrt(expected)).all()


def test_a_seed_decides_truth_and_table():
    X, y = make_effects(50, random_state=1)
    X_same, y_same = make_effects(50, random_state=np.random.RandomState(1))
    X_other, y_other = make_effects(50, random_state=2)
    pd.testing.assert_frame_equal(X, X_same)
    pd.testing.assert_series_equal(y, y_same)
    assert not X.equals(X_other)
    assert not y.equals(y_other)


def test_tables_of_other_lengths_share_the_truth_of_a_seed():
    X, y = make_effects(500, n_levels=(5,), noise=0, random_state=0)
    X_long, y_long = make_effects(900, n_levels=(5,), zipf=1, noise=0, random_state=0)
    effects = y.groupby(X["a"]).first()
    pd.testing.assert_series_equal(effects, y_long.groupby(X_long["a"]).first())


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"n_levels": ()}, "n_levels lists"),
        ({"n_levels": 150}, "n_levels lists"),
        ({"n_levels": (3, 0)}, "each of n_levels"),
        ({"n_samples": 0}, "n_samples must be a whole number"),
        ({"n_quantities": -1}, "n_quantities"),
        ({"latent_dim": 1.5}, "latent_dim"),
        ({"effect_scale": -1}, "effect_scale must be finite and not negative"),
        ({"noise": np.nan}, "noise must be"),
        ({"zipf": np.inf}, "zipf must be"),
        ({"n_levels": (9,), "interaction_scale": 1}, "pairs of columns"),
        ({"slope_scale": 1}, "n_quantities to 1 or more"),
    ],
)
def test_effects_that_make_no_sense_are_refused(parameters, message):
    with pytest.raises(ValueError, match=message):
        make_effects(**{"n_samples": 10, **parameters})


def test_the_truth_tells_the_expected_outcomes():
    X, _, mean, truth = make_effects(
        500,
        n_levels=(9, 4, 5),
        n_quantities=2,
        interaction_scale=1.0,
        slope_scale=1.0,
        return_mean=True,
        return_truth=True,
        random_state=0,
    )
    codes = [truth.codes(X, name) for name in truth.columns]
    np.testing.assert_allclose(truth.mean(codes, X[["x0", "x1"]].to_numpy()), mean)


@pytest.mark.parametrize("column", ["a", "b"])
def test_gaps_are_what_replacing_a_level_would_change(column):
    X, _, truth = make_effects(
        300,
        n_levels=(6, 5),
        n_quantities=1,
        interaction_scale=1.0,
        slope_scale=1.0,
        return_truth=True,
        random_state=0,
    )
    gaps = truth.gaps(X, column)
    codes = [truth.codes(X, name) for name in truth.columns]
    place = truth.columns.index(column)
    means = []
    for level in range(len(gaps)):
        codes[place] = np.full(300, level)
        means.append(truth.mean(codes, X[["x0"]].to_numpy()))
    expected = [[np.sqrt(np.mean((a - b) ** 2)) for a in means] for b in means]
    np.testing.assert_allclose(gaps, expected, atol=1e-7)
    assert gaps.index.tolist() == [f"{column}{i}" for i in range(len(gaps))]
