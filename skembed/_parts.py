"""Many rows in parts: what is worked out of all of them at once takes memory."""

from __future__ import annotations


def parts_of(n_rows: int, at_a_time: int) -> list[slice]:
    """Return slices that together are all rows, in their order.

    Parameters
    ----------
    n_rows : int
        How many there are.
    at_a_time : int
        How many each slice has, but for the last.

    Returns
    -------
    list of slice
        Empty without rows.
    """
    return [slice(s, s + at_a_time) for s in range(0, n_rows, at_a_time)]
