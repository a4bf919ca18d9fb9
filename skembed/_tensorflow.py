"""Loading TensorFlow without the lines that its libraries print while they start.

Those lines say that there is no GPU, or which instructions the processor has. They are
written by C++ to the file descriptor of stderr, some of them before TensorFlow reads
its own log level, so they are taken out there. All other lines, and TensorFlow's log
level, stay as they are.
"""

from __future__ import annotations

import os
import re
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import IO

from skembed._stages import Stage

STDERR = 2
LOG_LEVEL = "TF_CPP_MIN_LOG_LEVEL"  # 0 asks for every line
# information, and complaints about libraries of a GPU that is not there
NOISE = re.compile(
    rb"""^(?:[\d:.\ -]+)?(?:
        I\d{4}\ | I\ \w+/
        | WARNING:\ All\ log\ messages\ before\ absl
        | To\ enable\ the\ following\ instructions
        | [WE].*(?:cuInit|cuda_(?:dnn|fft|blas|platform|executor|driver)|TF-TRT)
        | [WE].*computation\ placer
    )""",
    re.VERBOSE,
)
_lock = threading.Lock()


@cache
def load_tensorflow() -> None:
    """Import TensorFlow and Keras, which takes seconds, if nothing else has yet."""
    if "tensorflow" in sys.modules:
        return
    stage = Stage("Load TensorFlow")
    with without_noise():
        import keras  # noqa: F401 - loaded for later, not used here
    stage.end("done")


@contextmanager
def without_noise() -> Iterator[None]:
    """Take lines of no interest out of what is written to stderr inside."""
    if os.environ.get(LOG_LEVEL) == "0":
        yield
        return
    with _lock, tempfile.TemporaryFile() as written:
        try:
            stderr = os.dup(STDERR)
        except OSError:  # a process without one
            yield
            return
        os.dup2(written.fileno(), STDERR)
        try:
            yield
        finally:
            if sys.stderr is not None:
                sys.stderr.flush()
            os.dup2(stderr, STDERR)
            os.close(stderr)
            _write_all_but_noise(written)


def _write_all_but_noise(written: IO[bytes]) -> None:
    written.seek(0)
    kept = b"".join(line for line in written if not NOISE.match(line))
    while kept:
        kept = kept[os.write(STDERR, kept) :]
