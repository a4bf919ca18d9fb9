"""Decimal numbers that floats of less than 64 bits stand for."""

from __future__ import annotations

import numpy as np


def shortest_decimals(values: np.ndarray) -> np.ndarray:
    """Return floats of any precision as 64-bit floats, equal if they print alike.

    0.1 as a float of 32 bits is 0.10000000149 to a float of 64. As a level it is 0.1:
    the shortest decimal that rounds to it in its own precision. Integers stay exact.

    Parameters
    ----------
    values : ndarray of float
        Of 16, 32 or 64 bits; 64-bit floats are returned as they are.

    Returns
    -------
    ndarray of the same shape and dtype float64
        Distinct values stay distinct.
    """
    exact = values.astype(np.float64)
    if values.dtype.itemsize >= exact.dtype.itemsize:
        return exact
    has_fraction = np.isfinite(exact) & (exact != np.floor(exact))
    exact[has_fraction] = values[has_fraction].astype(str).astype(np.float64)
    return exact
