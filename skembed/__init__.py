"""Entity embeddings of categorical features as scikit-learn estimators."""

from skembed._classifier import EmbeddingClassifier
from skembed._encoder import EmbeddingEncoder
from skembed._loading import load
from skembed._regressor import EmbeddingRegressor

__all__ = ["EmbeddingClassifier", "EmbeddingEncoder", "EmbeddingRegressor", "load"]
__version__ = "0.1.0"
