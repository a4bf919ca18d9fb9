"""Workers of a pool have as many threads of TensorFlow as the pool says."""

import os
import subprocess
import sys

import joblib
import pytest
from called_in_other_processes import fit_and_count

FIT = """
import os
import numpy as np
import pandas as pd
from skembed import EmbeddingRegressor
import tensorflow as tf

BEFORE
X = pd.DataFrame({"a": np.arange(100) % 7})
EmbeddingRegressor(model="network", epochs=1).fit(X, np.arange(100.0))
threads = tf.config.threading
print(threads.get_intra_op_parallelism_threads())
print(threads.get_inter_op_parallelism_threads())
"""


def threads_after_a_fit(told, before=""):
    environment = {**os.environ, "OMP_NUM_THREADS": told}
    result = subprocess.run(
        [sys.executable, "-W", "error", "-c", FIT.replace("BEFORE", before)],
        capture_output=True,
        text=True,
        check=False,
        env=environment,
    )
    assert result.returncode == 0, result.stderr
    return tuple(int(line) for line in result.stdout.split())


@pytest.mark.slow
@pytest.mark.parametrize(
    ("told", "expected"), [("1", (1, 1)), ("3,2", (3, 3)), ("", (0, 0)), ("x", (0, 0))]
)
def test_what_a_process_is_told(told, expected):
    assert threads_after_a_fit(told) == expected


@pytest.mark.slow
def test_what_the_user_has_set_stays():
    before = "tf.config.threading.set_intra_op_parallelism_threads(2)"
    assert threads_after_a_fit("1", before) == (2, 0)


@pytest.mark.slow
def test_tensorflow_that_has_started_goes_on_as_it_is():
    assert threads_after_a_fit("1", "tf.zeros(3)") == (0, 0)


@pytest.mark.slow
def test_workers_of_joblib_share_the_cores():
    n_cores = joblib.cpu_count()
    counted = joblib.Parallel(2)(joblib.delayed(fit_and_count)() for _ in range(2))
    assert counted == [max(n_cores // 2, 1)] * 2
