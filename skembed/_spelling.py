"""Close spellings, for errors that suggest what may have been meant."""

from __future__ import annotations

import difflib
from collections.abc import Hashable, Iterable

N_SUGGESTED = 3
MIN_PREFIX = 3  # characters; shorter beginnings are those of too many names


def close_spellings(name: Hashable, known: Iterable[Hashable]) -> str:
    """Return what may have been meant, as a clause to end a sentence with.

    Names that begin with `name` come first, the shortest before others, then those
    that are spelled alike. Case makes no difference.

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
    spelled: dict[str, list[Hashable]] = {}
    for entry in known:
        spelled.setdefault(str(entry).casefold(), []).append(entry)
    wanted = str(name).casefold()
    begun = [text for text in spelled if text.startswith(wanted)]
    if len(wanted) < MIN_PREFIX:
        begun = []
    close = [
        *sorted(begun, key=len)[:N_SUGGESTED],
        *difflib.get_close_matches(wanted, spelled, N_SUGGESTED),
    ]
    found = [entry for text in dict.fromkeys(close) for entry in spelled[text]]
    if not found:
        return "."
    return f"; did you mean {' or '.join(map(repr, found[:N_SUGGESTED]))}?"
