"""How much of each correction to believe."""

from __future__ import annotations

import numpy as np
from scipy.linalg import cholesky, eigh, solve_triangular
from scipy.optimize import nnls

HEAVY = 1e3  # holds the sum of the shares at 1
MOST_AMBIGUOUS = 0.9  # of a correction's mean square
TINY = 1e-12


def believable_shares(
    error: np.ndarray,
    corrections: np.ndarray,
    weight: np.ndarray,
    ambiguity: np.ndarray,
) -> np.ndarray:
    """Weigh corrections by what they would have done to rows that they did not see.

    Shares are not negative and add up to no more than 1: the corrected prediction is
    an average of the one without correction and of each one with it, the average of
    least squared error [1]_. Each row is judged by the one network that did not see it,
    but corrected by the average of several, whose error is smaller by what networks
    differ among each other [2]_, equation 6.

    Parameters
    ----------
    error : ndarray of shape (n_rows,)
        What is to be corrected.
    corrections : ndarray of shape (n_rows, n_corrections)
        Of models that were trained on other rows.
    weight : ndarray of shape (n_rows,)
        How often each row counts.
    ambiguity : ndarray of shape (n_corrections,)
        By how much the mean square of one network's correction exceeds that of the
        average.

    Returns
    -------
    ndarray of shape (n_corrections,)
        The share of each correction.

    References
    ----------
    .. [1] Breiman, L. (1996). Stacked Regressions. Machine Learning 24; after Wolpert,
       D. H. (1992). Stacked Generalization. Neural Networks 5.
    .. [2] Krogh, A. & Vedelsby, J. (1995). Neural Network Ensembles, Cross Validation,
       and Active Learning. Advances in Neural Information Processing Systems 7.
    """
    weighted = weight[:, np.newaxis] / weight.sum() * corrections
    gram, inner = weighted.T @ corrections, weighted.T @ error
    gram = gram + TINY * np.eye(len(inner)) * max(float(np.trace(gram)), TINY)
    # ambiguity is estimated: most of what is measured is to be left in any direction
    largest = eigh(np.diag(ambiguity), gram, eigvals_only=True)[-1]
    gram = gram - np.diag(ambiguity) * min(1.0, MOST_AMBIGUOUS / max(largest, TINY))
    root = cholesky(gram)
    # the last share is that of no correction, and all shares add up to 1
    matrix = np.zeros((len(inner) + 1, len(inner) + 1))
    matrix[:-1, :-1] = root
    matrix[-1] = heavy = HEAVY * np.sqrt(gram.max())
    goal = np.append(solve_triangular(root, inner, trans="T"), heavy)
    shares = nnls(matrix, goal)[0]
    return np.asarray(shares[:-1] / max(shares.sum(), 1.0))
