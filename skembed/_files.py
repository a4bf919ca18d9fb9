"""Files that are written as a whole, or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import copymode
from typing import BinaryIO
from uuid import uuid4


@contextmanager
def replaced(path: str | os.PathLike[str]) -> Iterator[BinaryIO]:
    """Open a file that takes its place when everything is written.

    Parameters
    ----------
    path : str or path-like
        Where. A file that is there is replaced in the end, and stays if writing fails;
        its mode is kept, and links are followed.

    Yields
    ------
    BinaryIO
        To be written to.
    """
    target = Path(os.path.realpath(path))
    if target.exists() and not target.is_file():  # a device, say
        with target.open("wb") as file:
            yield file
        return
    unfinished = target.with_name(f".{uuid4().hex}")
    try:
        with unfinished.open("xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        if target.exists():
            copymode(target, unfinished)
        unfinished.replace(target)
    finally:
        unfinished.unlink(missing_ok=True)


def write_text(path: str | os.PathLike[str], text: str) -> None:
    """Write a text in UTF-8."""
    with replaced(path) as file:
        file.write(text.encode())
