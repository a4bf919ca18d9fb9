"""Colours and markers by which contenders are told apart, the same in all pictures."""

from __future__ import annotations

from dataclasses import dataclass

from benchmarks.accuracy.featured import OURS, RIVALS
from benchmarks.pictures.style import BLUE

GREY = "#888888"
PALE = "#d0d0d0"


@dataclass(frozen=True)
class Look:
    """How a contender is drawn.

    Attributes
    ----------
    colour : str
        Of Okabe and Ito's where it is not grey.
    marker : str
        As matplotlib calls it.
    """

    colour: str
    marker: str


OTHER = Look(GREY, "o")
LOOKS = dict(
    zip(
        RIVALS,
        (
            Look("#333333", "o"),
            Look("#999999", "s"),
            Look("#009e73", "^"),
            Look("#e69f00", "D"),
            Look("#d55e00", "v"),
            Look("#cc79a7", "P"),
            Look("#7a5c3e", "X"),
        ),
        strict=True,
    )
) | {name: Look(BLUE, "o") for name in OURS}


def look_of(name: str) -> Look:
    """Return how a contender is drawn: ours blue, who is not featured grey."""
    return LOOKS.get(name, OTHER)
