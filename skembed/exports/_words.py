"""Levels as words: each a text of its own, and one without spaces where need be."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote, unquote

from skembed._objects import Kind
from skembed._vocabulary import NUMBERS, Vocabulary
from skembed.exceptions import ColumnError

MISSING = "%nan"  # escaped, no level is: a percent sign of its own becomes %25
EMPTY = "%"
CONTROL = r"\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff"
CONTROLS = re.compile(f"[%{CONTROL}]")
SPACES = re.compile(f"[%\\s{CONTROL}]")


def words_of(vocabulary: Vocabulary) -> list[str | None]:
    """Return the text of each level; None for the missing one."""
    n_known = len(vocabulary.levels) - vocabulary.has_missing
    levels = vocabulary.levels[:n_known].tolist()
    words: list[str | None] = [word_of(level, vocabulary.kind) for level in levels]
    return [*words, None] if vocabulary.has_missing else words


def word_of(level: Any, kind: Kind) -> str:
    """Return the text of a level of a column of some kind: equal numbers have one."""
    is_whole = kind in NUMBERS and level == level // 1
    return str(int(level) if is_whole else level)


def check_no_level_is_missing(vocabulary: Vocabulary, where: str) -> None:
    """Raise if a level cannot be told from missing values where words are as they are.

    Raises
    ------
    ColumnError
        If there is one.
    """
    if vocabulary.position(MISSING) is not None:
        raise ColumnError(
            f"Column {vocabulary.name!r} has a level {MISSING!r}, which stands for "
            f"missing values in {where}: rename it, and fit again."
        )


def escape(word: str | None, pattern: re.Pattern[str] = SPACES) -> str:
    """Write a word without spaces and control characters, as addresses are.

    Parameters
    ----------
    word : str or None
        None stands for the missing level.
    pattern : Pattern, default=SPACES
        What not to write.

    Returns
    -------
    str
        Other characters are what they were.
    """
    if word is None:
        return MISSING
    return pattern.sub(_quoted, word) or EMPTY


def unescape(token: str) -> str | None:
    """Return the word that `escape` was given."""
    if token == MISSING:
        return None
    return "" if token == EMPTY else unquote(token, errors="surrogatepass")


def _quoted(match: re.Match[str]) -> str:
    return quote(match[0], safe="", errors="surrogatepass")
