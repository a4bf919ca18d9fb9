"""What the command line chooses by name."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol, TypeVar


class Named(Protocol):
    """Something with a name, which may be of a family."""

    @property
    def name(self) -> str:
        """What the command line calls it."""


Item = TypeVar("Item", bound=Named)


class UnknownNameError(ValueError):
    """Something was asked for that there is not."""


def names_of(items: Iterable[Named]) -> set[str]:
    """Return all names, and those of all families."""
    return set().union(*map(_names, items))


def chosen(items: Iterable[Item], names: Sequence[str]) -> list[Item]:
    """Return what has one of these names or is of such a family; all if none is."""
    return [item for item in items if not names or _names(item) & set(names)]


def _names(item: Named) -> set[str]:
    return {item.name, getattr(item, "family", item.name)}
