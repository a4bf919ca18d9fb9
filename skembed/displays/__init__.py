"""Displays of fitted estimators, as scikit-learn's are, and a map to explore."""

from skembed.displays._embedding_map import EmbeddingMapDisplay
from skembed.displays._interactive_map import write_embedding_map
from skembed.displays._loss_curve import LossCurveDisplay
from skembed.displays._neighbors import NeighborsDisplay
from skembed.displays._outcomes import OutcomesDisplay
from skembed.displays._similarity_matrix import SimilarityMatrixDisplay

__all__ = [
    "EmbeddingMapDisplay",
    "LossCurveDisplay",
    "NeighborsDisplay",
    "OutcomesDisplay",
    "SimilarityMatrixDisplay",
    "write_embedding_map",
]
