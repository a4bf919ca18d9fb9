"""TensorFlow without its chatter."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager


def load_tensorflow() -> None:
    """Import TensorFlow ahead of the first fit, silently.

    Its C++ libraries write to stderr while they load, before they read
    ``TF_CPP_MIN_LOG_LEVEL``.
    """
    with silent_stderr():
        import tensorflow  # noqa: F401 - loaded for later, not used here


@contextmanager
def silent_stderr() -> Iterator[None]:
    """Send the file descriptor, which C++ writes to, to nowhere for a while."""
    sys.stderr.flush()
    descriptor = 2
    kept = os.dup(descriptor)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, descriptor)
    try:
        yield
    finally:
        os.dup2(kept, descriptor)
        os.close(kept)
        os.close(nowhere)
