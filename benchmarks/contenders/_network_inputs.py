"""What the networks of rivals read and how they are trained: the same for all."""

from __future__ import annotations

from sklearn.compose import ColumnTransformer
from sklearn.preprocessing import OrdinalEncoder

from benchmarks.contenders._steps import filled_and_scaled
from benchmarks.problem import Problem

HIDDEN_UNITS = (64, 32)
BATCH_SIZE = 128
MAX_EPOCHS = 200
PATIENCE = 20
VALIDATION_SHARE = 0.2
UNSEEN = -1


def codes_and_quantities(problem: Problem) -> ColumnTransformer:
    """Make a step to a matrix of the codes of levels, from 0, then of quantities."""
    codes = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=UNSEEN)
    return ColumnTransformer(
        [
            ("codes", codes, problem.categorical),
            ("quantities", filled_and_scaled(), problem.quantities),
        ]
    )


def table_shapes(problem: Problem) -> list[tuple[int, int]]:
    """Return the shape of each column's table of vectors, the first for `UNSEEN`."""
    n_levels = problem.X[problem.categorical].nunique()
    return [(n + 1, embedding_dim(n)) for n in n_levels]


def embedding_dim(n_levels: int) -> int:
    """Return the length of a level's vector: by fastai's rule, but at most 50.

    The rule, ``emb_sz_rule``, would go up to 600, where an epoch of 70,000 rows takes a
    minute and more. 50 was the most by its earlier one, ``min(50, (n + 1) // 2)``.
    """
    return min(50, round(1.6 * n_levels**0.56))
