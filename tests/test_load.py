"""Many fits, many threads, many levels, many rows: what a service or a cluster asks.

``python -m pytest tests/test_load.py --nightly`` runs all of it; without that only what
takes seconds.
"""

import subprocess
import sys
import textwrap
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from sklearn.base import clone

from skembed import EmbeddingRegressor
from skembed.datasets import make_effects

PRELUDE = """
import resource
import numpy as np
import pandas as pd
from skembed import EmbeddingRegressor

def resident_megabytes():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * resource.getpagesize() / 1e6

def peak_megabytes():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6

rng = np.random.default_rng(0)
"""


def run(code):
    """Run code in a process of its own, where warnings are errors; return numbers."""
    result = subprocess.run(
        [sys.executable, "-W", "error", "-c", PRELUDE + textwrap.dedent(code)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    return [float(number) for number in result.stdout.split()]


@pytest.mark.slow
def test_threads_that_fit_and_predict_at_once_do_as_one_would():
    X, y = make_effects(400, n_levels=(12, 6), interaction_scale=1.0, random_state=0)
    models = [
        EmbeddingRegressor(n_networks=1, epochs=2, random_state=0),
        EmbeddingRegressor(model="network", epochs=2, random_state=1),
        EmbeddingRegressor(n_networks=0, random_state=2),
        EmbeddingRegressor(model="network", epochs=2, hidden_units=(), random_state=3),
    ]
    serial = [clone(model).fit(X, y).predict(X) for model in models]
    fitted = clone(models[0]).fit(X, y)
    expected = fitted.predict(X)

    def predict(_):
        return [np.array_equal(fitted.predict(X), expected) for _ in range(50)]

    with ThreadPoolExecutor(12) as pool:
        fits = [pool.submit(lambda m=m: clone(m).fit(X, y).predict(X)) for m in models]
        answers = list(pool.map(predict, range(8)))
    assert all(all(answer) for answer in answers)
    for fit, alone in zip(fits, serial, strict=True):
        np.testing.assert_array_equal(fit.result(), alone)


@pytest.mark.nightly
def test_two_hundred_fits_keep_no_memory():
    """Tables of different sizes, so that networks of many shapes are traced."""
    (grown,) = run(
        """
        memory = []
        for i in range(200):
            n_rows = 1_000 + 10 * i
            X = pd.DataFrame({"a": rng.integers(20 + i, size=n_rows)})
            X["b"] = rng.normal(size=n_rows)
            y = X["a"] % 7 + rng.normal(size=n_rows)
            kind = "network" if i % 2 else "blend"
            EmbeddingRegressor(model=kind, epochs=2, random_state=i).fit(X, y)
            memory.append(resident_megabytes())
        print(memory[-1] - memory[20])
        """
    )
    assert grown < 50


@pytest.mark.nightly
def test_a_grid_search_of_a_hundred_fits_in_two_processes():
    (score,) = run(
        """
        import os
        os.environ["PYTHONWARNINGS"] = "error"  # of the workers
        from sklearn.model_selection import GridSearchCV
        X = pd.DataFrame({"a": rng.integers(50, size=2_000)})
        y = X["a"] % 7 + rng.normal(size=2_000)
        units = [(), (8,), (8, 4), (16,)]
        grid = {"alpha": np.logspace(0, 2, 5), "hidden_units": units}
        model = EmbeddingRegressor(model="network", epochs=5, random_state=0)
        search = GridSearchCV(model, grid, cv=5, n_jobs=2, error_score="raise")
        print(search.fit(X, y).best_score_)
        """
    )
    assert score > 0.5


@pytest.mark.nightly
def test_a_million_levels_take_no_more_than_four_times_their_table():
    """And that of the optimizer, Adam, which is twice as large."""
    taken, n_bytes = run(
        """
        def table(n_rows, n_levels):
            a = rng.integers(n_levels, size=n_rows)
            a[:n_levels] = np.arange(n_levels)
            return pd.DataFrame({"a": a}), rng.normal(size=n_rows)

        model = EmbeddingRegressor(
            model="network", embedding_dim=16, epochs=1, random_state=0
        ).fit(*table(2_000, 1_000))  # loads TensorFlow
        X, y = table(2_000_000, 1_000_000)
        before = resident_megabytes()
        model.fit(X, y)
        print(peak_megabytes() - before, model.embedding_.nbytes / 1e6)
        """
    )
    assert taken < 4 * (1 + 2) * n_bytes


@pytest.mark.nightly
def test_ten_million_rows_are_fitted_within_24_gibibytes():
    (taken,) = run(
        """
        n_rows = 10_000_000
        X = pd.DataFrame(
            {
                "a": rng.integers(10_000, size=n_rows),
                "b": rng.integers(100, size=n_rows),
                "x": rng.normal(size=n_rows),
            }
        )
        y = np.sin(X["a"]) + X["b"] % 5 + X["x"] + rng.normal(size=n_rows)
        EmbeddingRegressor(n_networks=1, random_state=0).fit(X, y)
        print(peak_megabytes())
        """
    )
    assert taken < 24 * 1024**3 / 1e6


@pytest.mark.nightly
def test_a_stream_needs_memory_for_a_batch_however_many_there_are():
    few, many = run(
        """
        def batches(n_batches):
            for _ in range(n_batches):
                a = rng.integers(10_000, size=50_000)
                X = pd.DataFrame({"a": a, "x": rng.normal(size=50_000)})
                yield X, a % 7 + rng.normal(size=50_000)

        model = EmbeddingRegressor(model="network", epochs=1, random_state=0)
        for n_batches in (20, 100):
            model.fit(batches(n_batches))
            print(peak_megabytes())
        """
    )
    assert many < few + 50
