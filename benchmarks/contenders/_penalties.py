"""Which penalties tuned linear models try, from the largest one down."""

from __future__ import annotations

import numpy as np

ALPHAS = tuple(np.logspace(-2, 4, 13).tolist())
N_RISES = 2


def has_risen(errors: list[float]) -> bool:
    """Say whether errors have risen often enough for the search to end."""
    latest = errors[-N_RISES - 1 :]
    return len(latest) > N_RISES and latest == sorted(latest)
