"""Functions that tests have other processes call.

Processes find a function by the name of its module. That of a test begins with
"tests", which may be another package of the environment; this folder is on the path.
"""

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from benchmarks.measures import task_of
from skembed import EmbeddingRegressor


def predict(rival, problem):
    """Fit a rival on missing quantities, and predict rows of a level never seen."""
    X = problem.X.copy()
    if not rival.is_oracle:
        X.loc[::9, "x1"] = np.nan
    # threads that wait for each other on a busy machine take minutes
    with threadpool_limits(limits=1, user_api="openmp"):
        model = rival.make(problem, 0).fit(X, problem.y)
    unseen = X[:50].assign(a="never seen")
    return getattr(model, task_of(problem).method)(unseen)


def fit_and_count():
    import tensorflow as tf

    X = pd.DataFrame({"a": np.arange(100) % 7})
    EmbeddingRegressor(model="network", epochs=1).fit(X, np.arange(100.0))
    return tf.config.threading.get_intra_op_parallelism_threads()
