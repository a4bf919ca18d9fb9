"""Near misses, for errors that teach."""

from __future__ import annotations

import difflib
from collections.abc import Hashable, Iterable


def close_spellings(name: Hashable, known: Iterable[Hashable]) -> str:
    """Return what may have been meant, as a clause to end a sentence with.

    Parameters
    ----------
    name : hashable
        What was asked for.
    known : iterable of hashable
        What there is.

    Returns
    -------
    str
        "; did you mean 'a' or 'b'?", or a full stop if nothing is close.
    """
    spelled = {str(entry): entry for entry in known}
    close = difflib.get_close_matches(str(name), spelled)
    if not close:
        return "."
    return f"; did you mean {' or '.join(repr(spelled[text]) for text in close)}?"
