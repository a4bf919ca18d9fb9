"""Sizes of the network that skembed builds by default, for rivals to build it too.

They are written again here, and compared by a test: to import skembed would cost the
rivals time and memory.
"""

from __future__ import annotations

HIDDEN_UNITS = (64, 32)


def embedding_dim(n_levels: int) -> int:
    """Return the length of a level's vector: skembed's rule for "auto"."""
    return min(16, max(2, round(0.8 * n_levels**0.56)))
