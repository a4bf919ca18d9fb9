"""What was learned where others use it: word2vec, gensim, TensorBoard, ONNX."""

from skembed.exports._keyed_vectors import to_keyed_vectors
from skembed.exports._projector import write_projector
from skembed.exports._to_onnx import onnx_inputs, to_onnx
from skembed.exports._word2vec import read_word2vec, write_word2vec

__all__ = [
    "onnx_inputs",
    "read_word2vec",
    "to_keyed_vectors",
    "to_onnx",
    "write_projector",
    "write_word2vec",
]
