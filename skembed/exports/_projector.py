"""Files for the embedding projector of TensorBoard."""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
from sklearn.utils.validation import check_is_fitted

from skembed._checks import check_estimator
from skembed._estimator import EmbeddingEstimator
from skembed._files import write_text
from skembed._vocabulary import Vocabulary
from skembed.exceptions import ColumnError
from skembed.exports._words import CONTROLS, escape, word_of, words_of

CONFIG = "projector_config.pbtxt"


def write_projector(
    estimator: EmbeddingEstimator, folder: str | os.PathLike[str]
) -> None:
    """Write the vectors of all columns for TensorBoard's embedding projector.

    ``tensorboard --logdir FOLDER`` shows them; so does projector.tensorflow.org, which
    loads one ``vectors_i.tsv`` and its ``metadata_i.tsv``: levels and their counts. In
    the names of levels and of columns, control characters are "%09" and the like, and a
    percent sign is "%25"; "%" is an empty text, and "%nan" stands for missing values.

    Parameters
    ----------
    estimator : EmbeddingRegressor, EmbeddingClassifier or EmbeddingEncoder
        A fitted one.

    folder : str or path-like
        Where to. It is made if it is missing; files of the same names are replaced.

    Raises
    ------
    ColumnError
        If there is no categorical feature.
    """
    check_estimator(estimator, "write_projector")
    check_is_fitted(estimator)
    if not estimator.embeddings_:
        raise ColumnError("There are no categorical features: nothing has a vector.")
    where = Path(folder)
    where.mkdir(parents=True, exist_ok=True)
    described = []
    for i, vocabulary in enumerate(estimator._model.encoding.vocabularies):
        vectors, metadata = f"vectors_{i}.tsv", f"metadata_{i}.tsv"
        _write(where / vectors, _lines_of(estimator.embeddings_[vocabulary.name]))
        _write(where / metadata, _told(vocabulary))
        described += [
            "embeddings {",
            f"  tensor_name: {_quoted(str(vocabulary.name))}",
            f"  tensor_path: {_quoted(vectors)}",
            f"  metadata_path: {_quoted(metadata)}",
            "}",
        ]
    _write(where / CONFIG, described)


def _lines_of(vectors: np.ndarray) -> list[str]:
    return ["\t".join(map(str, vector)) for vector in vectors]


def _told(vocabulary: Vocabulary) -> list[str]:
    words = [escape(word, CONTROLS) for word in words_of(vocabulary)]
    pairs = zip(words, vocabulary.counts.tolist(), strict=True)
    counted = (f"{word}\t{word_of(count, 'float')}" for word, count in pairs)
    return ["level\tcount", *counted]


def _quoted(text: str) -> str:
    return json.dumps(escape(text, CONTROLS), ensure_ascii=False)


def _write(path: Path, lines: list[str]) -> None:
    write_text(path, "\n".join([*lines, ""]))
