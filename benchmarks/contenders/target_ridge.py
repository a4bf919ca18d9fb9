"""Target encoding and ridge or logistic regression with a tuned penalty.

scikit-learn's encoder as it comes, which encodes training rows by other rows' targets,
in five folds. The penalty is chosen as for one-hot encoding.
"""

from __future__ import annotations

from sklearn.pipeline import Pipeline, make_pipeline

from benchmarks.contenders import Contender
from benchmarks.contenders._steps import filled_and_scaled, target_encoder
from benchmarks.contenders._tuned_logistic import TunedLogistic
from benchmarks.contenders._tuned_ridge import TunedRidge
from benchmarks.measures import suited
from benchmarks.problem import Problem


def make(problem: Problem, seed: int) -> Pipeline:
    model = suited(problem, TunedRidge, TunedLogistic)
    return make_pipeline(
        target_encoder(problem, seed),
        filled_and_scaled(),
        model(random_state=seed),
    )


CONTENDER = Contender(
    "target-ridge",
    "TargetEncoder + tuned ridge",
    make,
    label_of_classes="TargetEncoder + tuned logistic",
)
