"""On generated tables of many kinds, the defaults are no worse than tuned ridge."""

import numpy as np
import pytest
from sklearn.compose import make_column_transformer
from sklearn.linear_model import Ridge
from sklearn.model_selection import GridSearchCV, KFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from skembed import EmbeddingRegressor
from skembed.datasets import make_effects

N_TEST = 5000
ALPHAS = np.logspace(-1, 3, 9)

TABLES = {
    "one column": (500, {"n_levels": (60,)}),
    "one column, most of few levels": (1000, {"n_levels": (300,), "zipf": 1.2}),
    "columns and quantities": (1000, {"n_levels": (40, 15), "n_quantities": 2}),
    "five columns, uneven": (1500, {"n_levels": (80, 40, 20, 8, 3), "zipf": 1.2}),
    "next to nothing": (
        800,
        {"n_levels": (100, 20), "n_quantities": 1, "effect_scale": 0.1},
    ),
    "slopes": (1500, {"n_levels": (30, 10), "n_quantities": 2, "slope_scale": 0.7}),
    "some interaction": (
        2000,
        {"n_levels": (60, 40), "n_quantities": 1, "interaction_scale": 0.5},
    ),
    "interaction, uneven": (
        2000,
        {"n_levels": (30, 20, 10), "interaction_scale": 1.5, "zipf": 1.2},
    ),
}
# where effects do not add up
FAR_BETTER = ["slopes", "interaction, uneven"]


def tuned_ridge(X):
    """One-hot vectors of levels, and the penalty that shuffled folds choose."""
    categorical = list(X.columns[~X.columns.str.startswith("x")])
    others = list(X.columns.drop(categorical))
    encoder = OneHotEncoder(handle_unknown="ignore")
    columns = make_column_transformer(
        (encoder, categorical), (StandardScaler(), others)
    )
    return GridSearchCV(
        make_pipeline(columns, Ridge()),
        {"ridge__alpha": ALPHAS},
        cv=KFold(5, shuffle=True, random_state=0),
        scoring="neg_mean_squared_error",
    )


def compared(n_training, options):
    """Squared errors of both on new rows."""
    X, y = make_effects(n_training + N_TEST, random_state=1, **options)
    training, test = slice(0, n_training), slice(n_training, None)
    models = EmbeddingRegressor(random_state=0), tuned_ridge(X)
    return [
        (model.fit(X[training], y[training]).predict(X[test]) - y[test]) ** 2
        for model in models
    ]


@pytest.mark.slow
@pytest.mark.parametrize("name", TABLES)
def test_the_defaults_are_no_worse_than_tuned_ridge(name):
    ours, ridges = compared(*TABLES[name])
    noise = 2 * (ours - ridges).std() / np.sqrt(N_TEST)
    assert ours.mean() < 1.01 * ridges.mean() + noise
    if name in FAR_BETTER:
        assert ours.mean() < 0.8 * ridges.mean()
