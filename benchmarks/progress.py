"""The bar on stderr that says how far long work has come."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from tqdm import tqdm

BAR = "{percentage:3.0f}%|{bar:20}| {elapsed} {desc}"  # no estimate: steps differ


def progress_bar(n_steps: int) -> tqdm:
    """Return a bar, to be used as a context."""
    return tqdm(total=n_steps, file=sys.stderr, bar_format=BAR)


@contextmanager
def step(bar: tqdm, description: str) -> Iterator[None]:
    """Show what is being done, and move on when it is done."""
    bar.set_description_str(description)
    yield
    bar.update()
