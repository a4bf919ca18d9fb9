"""RealMLP, a network whose defaults its authors tuned on many tables.

It is as it comes: 256 epochs, of which the best one for a fifth of the training rows is
taken. Of classes that one is chosen by log loss and their labels are not smoothed, as
its authors recommend where probabilities matter.
"""

from __future__ import annotations

from sklearn.base import BaseEstimator
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import Pipeline, make_pipeline

from benchmarks.contenders import Contender
from benchmarks.measures import NUMBERS, task_of
from benchmarks.problem import Problem


def make(problem: Problem, seed: int) -> Pipeline:
    # it codes and scales columns itself, but takes no missing quantities
    filled = ColumnTransformer(
        [
            ("levels", "passthrough", problem.categorical),
            ("quantities", SimpleImputer(strategy="median"), problem.quantities),
        ],
        verbose_feature_names_out=False,
    ).set_output(transform="pandas")
    return make_pipeline(filled, _network(problem, seed))


def _network(problem: Problem, seed: int) -> BaseEstimator:
    from benchmarks.contenders._realmlp import NetworkClassifier, NetworkRegressor

    # more threads wait for each other on a busy machine, and take minutes
    parameters = {"random_state": seed, "n_threads": 1}
    if task_of(problem) == NUMBERS:
        return NetworkRegressor(**parameters)
    return NetworkClassifier(
        val_metric_name="cross_entropy", use_ls=False, **parameters
    )


CONTENDER = Contender("realmlp", "RealMLP", make, package="pytabkit", is_slow=True)
