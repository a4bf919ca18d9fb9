"""Learned vectors where others use them: word2vec, gensim, TensorBoard."""

from skembed.exports._keyed_vectors import to_keyed_vectors
from skembed.exports._projector import write_projector
from skembed.exports._word2vec import read_word2vec, write_word2vec

__all__ = ["read_word2vec", "to_keyed_vectors", "write_projector", "write_word2vec"]
