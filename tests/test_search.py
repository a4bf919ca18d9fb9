"""Searches of settings find the same wherever their fits run."""

import subprocess
import sys

import numpy as np
import pytest

SEARCH = """
import sys
from contextlib import contextmanager

import joblib
from sklearn.experimental import enable_halving_search_cv
from sklearn.model_selection import GridSearchCV, HalvingRandomSearchCV

from skembed import EmbeddingRegressor
from skembed.datasets import make_effects

X, y = make_effects(400, n_levels=(12, 6), n_quantities=1, random_state=0)
model = EmbeddingRegressor(n_networks=1, hidden_units=(4,), epochs=2, random_state=0)
grid = {"model": ["network", "blend"], "alpha": [0.1, 10.0]}
SEARCHES = {
    "grid": GridSearchCV(model, grid, cv=2),
    "halving": HalvingRandomSearchCV(
        model, grid, n_candidates=4, factor=2, min_resources=100, cv=2, random_state=0
    ),
}


@contextmanager
def here():
    yield 1


@contextmanager
def loky():
    with joblib.parallel_config("loky"):
        yield 2


@contextmanager
def dask():
    from distributed import Client, LocalCluster

    options = {"processes": True, "threads_per_worker": 1, "dashboard_address": None}
    with LocalCluster(n_workers=2, **options) as cluster, Client(cluster):
        with joblib.parallel_config("dask"):
            yield 2


@contextmanager
def ray():
    import ray
    from ray.util.joblib import register_ray

    ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False)
    register_ray()
    with joblib.parallel_config("ray"):
        yield 2
    ray.shutdown()


def main():
    places = {"here": here, "loky": loky, "dask": dask, "ray": ray}
    with places[sys.argv[1]]() as n_jobs:
        for name, search in SEARCHES.items():
            search.set_params(n_jobs=n_jobs, error_score="raise").fit(X, y)
            for fold in range(2):
                scores = search.cv_results_[f"split{fold}_test_score"]
                print("scores", name, fold, *(float(score).hex() for score in scores))


if __name__ == "__main__":
    main()
"""


def scores_of(place, folder):
    script = folder / "search.py"
    script.write_text(SEARCH)
    result = subprocess.run(
        [sys.executable, str(script), place],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert result.returncode == 0, result.stderr
    lines = [line.split() for line in result.stdout.splitlines()]
    return {
        (name, int(fold)): [float.fromhex(score) for score in scores]
        for key, name, fold, *scores in (
            line for line in lines if line[:1] == ["scores"]
        )
    }


@pytest.fixture(scope="module")
def serial(tmp_path_factory):
    return scores_of("here", tmp_path_factory.mktemp("serial"))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("place", "package"), [("loky", "joblib"), ("dask", "distributed"), ("ray", "ray")]
)
def test_a_search_finds_the_same_wherever_it_runs(place, package, serial, tmp_path):
    pytest.importorskip(package)
    assert {name for name, _ in serial} == {"grid", "halving"}
    found = scores_of(place, tmp_path)
    assert found.keys() == serial.keys()
    for key, scores in serial.items():
        assert len(set(scores)) > 1
        np.testing.assert_array_equal(found[key], scores)
