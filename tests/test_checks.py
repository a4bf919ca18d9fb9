"""What is no estimator of embeddings is refused, and the message says what to pass."""

import numpy as np
import pytest
from matplotlib.figure import Figure
from sklearn.compose import TransformedTargetRegressor
from sklearn.linear_model import Ridge
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from skembed import EmbeddingRegressor
from skembed.datasets import make_effects
from skembed.displays import (
    EmbeddingMapDisplay,
    LossCurveDisplay,
    NeighborsDisplay,
    OutcomesDisplay,
    SimilarityMatrixDisplay,
    write_embedding_map,
)

X, y = make_effects(200, n_levels=(5,), random_state=0)
DRAW = {
    "map": EmbeddingMapDisplay.from_estimator,
    "losses": LossCurveDisplay.from_estimator,
    "neighbours": lambda model, ax: NeighborsDisplay.from_estimator(model, "a0", ax=ax),
    "outcomes": lambda model, ax: OutcomesDisplay.from_estimator(model, X, y, ax=ax),
    "matrix": SimilarityMatrixDisplay.from_estimator,
    "page": lambda model, ax: write_embedding_map(model, "never-written.html"),
}
MODEL = EmbeddingRegressor(n_networks=0)
ESTIMATORS = {
    r"Pipeline: pass the step that is one, pipeline\[-1\]": make_pipeline(
        FunctionTransformer(), MODEL
    ),
    "GridSearchCV: pass its best_estimator_": GridSearchCV(
        MODEL, {"random_state": [0]}, cv=2
    ),
    "TransformedTargetRegressor: pass its regressor_": TransformedTargetRegressor(
        MODEL, func=np.arcsinh, inverse_func=np.sinh
    ),
}


@pytest.mark.parametrize("draw", DRAW)
def test_other_estimators_are_refused(draw):
    message = "a fitted estimator of skembed; got Ridge.$"
    with pytest.raises(TypeError, match=message):
        DRAW[draw](Ridge(), ax=Figure().add_subplot())


@pytest.mark.parametrize("message", ESTIMATORS)
def test_estimators_that_hold_one_say_where(message):
    fitted = ESTIMATORS[message].fit(X, y)
    with pytest.raises(TypeError, match=rf"EmbeddingMapDisplay.*got {message}"):
        EmbeddingMapDisplay.from_estimator(fitted, ax=Figure().add_subplot())
