"""What is predicted, numbers or classes, and how predictions of it are measured."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from pandas.api.types import is_float_dtype
from sklearn.metrics import log_loss, mean_squared_error, r2_score, roc_auc_score

from benchmarks.problem import Problem


@dataclass(frozen=True)
class Task:
    """A kind of targets; processes hold copies, so that tasks are compared by ``==``.

    Attributes
    ----------
    tables : str
        As the report calls tables of such targets.
    method : {"predict", "predict_proba"}
        What a fitted model predicts with.
    loss, score : str
        Names of a measure that is best if small, and of one that is best if large.
    loss_of, score_of : callable
        ``loss_of(y, prediction)`` measures predictions of the targets.
    yardstick : str
        The linear model on one-hot columns that losses are compared with.
    is_score_shown : bool
        Whether the report shows the score beside the loss.
    explanation : str
        What the report says of these measures.
    """

    tables: str
    method: str
    loss: str
    score: str
    loss_of: Callable[[pd.Series, np.ndarray], float]
    score_of: Callable[[pd.Series, np.ndarray], float]
    yardstick: str
    is_score_shown: bool
    explanation: str

    @property
    def ratio(self) -> str:
        """The name of the measure that compares a loss with the yardstick's."""
        return f"{self.loss} / {self.yardstick}"

    @property
    def columns(self) -> dict[str, str]:
        """The column of cells that holds a measure, by the measure's name."""
        return {self.loss: "loss", self.score: "score", self.ratio: "ratio"}


def _log_loss(y: pd.Series, probabilities: np.ndarray) -> float:
    return log_loss(y, probabilities, labels=_classes(probabilities))


def _auc(y: pd.Series, probabilities: np.ndarray) -> float:
    """Measure two classes, or average over each class against the rest."""
    classes = _classes(probabilities)
    if len(classes) == 2:
        return roc_auc_score(y, probabilities[:, 1])
    return roc_auc_score(y, probabilities, multi_class="ovr", labels=classes)


def _classes(probabilities: np.ndarray) -> np.ndarray:
    """Return the labels of all classes, which problems number from 0."""
    return np.arange(probabilities.shape[1])


NUMBERS = Task(
    tables="tables",
    method="predict",
    loss="MSE",
    score="R2",
    loss_of=mean_squared_error,
    score_of=r2_score,
    yardstick="tuned ridge",
    is_score_shown=False,
    explanation="""\
MSE / tuned ridge: to that of one-hot encoding and ridge regression on the same folds.
Noise floor: the mean squared error of the true means, which only luck can beat.""",
)
CLASSES = Task(
    tables="tables of classes",
    method="predict_proba",
    loss="log loss",
    score="AUC",
    loss_of=_log_loss,
    score_of=_auc,
    yardstick="tuned logistic",
    is_score_shown=True,
    explanation="""\
log loss / tuned logistic: to that of one-hot encoding and logistic regression on the
same folds. AUC: the area under the ROC curve; of several classes, the mean of each one
against the rest. Noise floor of classes: the log loss of the true probabilities.""",
)
TASKS = (NUMBERS, CLASSES)


def task_of(problem: Problem) -> Task:
    """Return the task of a problem: a target that is not floating-point is a class."""
    return NUMBERS if is_float_dtype(problem.y) else CLASSES


def suited(problem: Problem, for_numbers: type, for_classes: type) -> type:
    """Return the class of models that predict the target of a problem."""
    return for_numbers if task_of(problem) == NUMBERS else for_classes


def task_measured_by(measure: str) -> Task:
    """Return the task that a measure is of."""
    (task,) = (task for task in TASKS if measure in task.columns)
    return task
