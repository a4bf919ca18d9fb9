"""Fitted models that several tests share, and the environment they run in."""

import os

# read on import by SciPy, for scikit-learn's array checks, and by TensorFlow
os.environ["SCIPY_ARRAY_API"] = "1"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import numpy as np
import pandas as pd
import pytest
from hypothesis import settings

from skembed import EmbeddingRegressor, _growth
from skembed.datasets import make_tokens

settings.register_profile("default", deadline=None)
settings.register_profile("nightly", deadline=None, max_examples=2_000)
settings.load_profile("default")


def pytest_addoption(parser):
    parser.addoption(
        "--nightly", action="store_true", help="run what takes minutes or gigabytes"
    )


def pytest_configure(config):
    if config.getoption("--nightly"):
        settings.load_profile("nightly")


def pytest_collection_modifyitems(config, items):
    if not config.getoption("--nightly"):
        nightly = [item for item in items if item.get_closest_marker("nightly")]
        config.hook.pytest_deselected(items=nightly)
        items[:] = [item for item in items if item not in nightly]


@pytest.fixture(scope="session")
def example_parameters():
    """The network and the training of the motivating example."""
    return {
        "model": "network",
        "embedding_dim": 4,
        "hidden_units": (10, 8, 6, 4),
        "activation": ("relu", "linear", "linear", "linear"),
        "optimizer": "rmsprop",
        "alpha": 0,
        "epochs": 100,
        "batch_size": 1000,
    }


@pytest.fixture(scope="session")
def tokens():
    return make_tokens(random_state=0)


@pytest.fixture(scope="session")
def example(tokens, example_parameters):
    """The motivating example, fitted."""
    return EmbeddingRegressor(**example_parameters, random_state=0).fit(*tokens)


def make_shops(n_samples=400, seed=0, interaction=0):
    """A table of two categorical columns, a rare level, missing values, a quantity."""
    rng = np.random.default_rng(seed)
    city = rng.choice(["Bergen", "Oslo", "Tromsø"], n_samples).astype(object)
    city[:2] = "Alta"
    city[2:12] = None
    size = rng.normal(size=n_samples)
    day = rng.integers(7, size=n_samples)
    effect = pd.Series(city).map({"Bergen": 1.0, "Oslo": 2.0, "Tromsø": 5.0}).fillna(3)
    y = effect.to_numpy() + 0.5 * size + 0.1 * day + rng.normal(0, 0.1, n_samples)
    y += interaction * (effect - 3) / 2 * (np.cos(day) + np.sin(2 * size))
    size[20:30] = np.nan
    X = pd.DataFrame({"city": city, "size": size, "day": day})
    return X, pd.Series(y, name="sales")


@pytest.fixture
def shops():
    return make_shops()


@pytest.fixture(scope="session")
def shop_model():
    """A network, fitted to `make_shops`."""
    return EmbeddingRegressor(
        model="network", hidden_units=(8,), epochs=20, random_state=0
    ).fit(*make_shops())


@pytest.fixture(scope="session")
def blend_model():
    """A blend of all its parts, fitted to `make_shops` with interactions."""
    model = EmbeddingRegressor(embedding_dim=2, epochs=12, random_state=1)
    with pytest.MonkeyPatch.context() as patch:
        # crosses would do what is to be left to networks
        patch.setattr(_growth, "find_terms", lambda *_: ([], []))
        return model.fit(*make_shops(interaction=1))


@pytest.fixture(params=["network", "blend"])
def fitted_shops(request):
    """A fitted model of either kind, and what it was fitted to."""
    if request.param == "network":
        return request.getfixturevalue("shop_model"), *make_shops()
    return request.getfixturevalue("blend_model"), *make_shops(interaction=1)


@pytest.fixture(params=["network", "auto"], ids=["network", "blend"])
def quick_parameters(request):
    """Parameters of a quick fit of either kind."""
    return {
        "model": request.param,
        "n_networks": 2,
        "hidden_units": (8,),
        "epochs": 5,
        "random_state": 0,
    }


@pytest.fixture(scope="session")
def long_table():
    """A column of many more levels than a batch of `long_parameters` has rows."""
    rng = np.random.default_rng(0)
    codes = rng.integers(600, size=3000)
    X = pd.DataFrame({"a": codes, "b": rng.integers(4, size=3000)})
    return X, rng.normal(size=600)[codes] + X["b"] + rng.normal(0, 0.1, 3000)


@pytest.fixture
def long_parameters():
    return {
        "model": "network",
        "hidden_units": (8,),
        "batch_size": 64,
        "epochs": 4,
        "random_state": 0,
    }


@pytest.fixture
def has_stage():
    """Asks whether a kept model works on a table by a stage."""
    from skembed import _training  # imports TensorFlow

    return lambda: any(sum(stage_rows) for _, stage_rows, *_ in _training._compiled)
