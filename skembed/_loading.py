"""Loading an estimator that was saved."""

from __future__ import annotations

import os

from skembed._classifier import EmbeddingClassifier
from skembed._encoder import EmbeddingEncoder
from skembed._estimator import EmbeddingEstimator
from skembed._regressor import EmbeddingRegressor

ESTIMATORS = EmbeddingClassifier, EmbeddingEncoder, EmbeddingRegressor


def load(path: str | os.PathLike[str]) -> EmbeddingEstimator:
    """Read a fitted estimator that its method ``save`` has written.

    Nothing in the file is run, and Keras is not needed. One of unknown origin can still
    predict what its author wants, and ask for more memory than there is.

    Parameters
    ----------
    path : str or path-like
        The file.

    Returns
    -------
    EmbeddingRegressor, EmbeddingClassifier or EmbeddingEncoder
        As it was saved, parameters included.

    Raises
    ------
    SavedFileError
        If the file is damaged, written by a later skembed in a format that this one
        does not know, or another kind of file.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> import skembed
    >>> from skembed.datasets import make_tokens
    >>> X, y = make_tokens(1_000, random_state=0)
    >>> model = skembed.EmbeddingRegressor(random_state=0).fit(X, y)
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder) / "tokens.skembed"
    ...     model.save(path)
    ...     loaded = skembed.load(path)
    >>> bool((loaded.predict(X) == model.predict(X)).all())
    True
    """
    from skembed._saving import load_one_of  # imports what a fit does

    estimator: EmbeddingEstimator = load_one_of(ESTIMATORS, path)
    return estimator
