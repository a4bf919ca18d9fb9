"""Who competes, and how each is tuned, in the words of their files."""

from __future__ import annotations

from benchmarks.accuracy.measured import Measured
from benchmarks.contenders import descriptions

HEADING = "## Who competes"


def format_entrants(measured: Measured) -> str:
    """Return a section with an item for each contender that was measured.

    Parameters
    ----------
    measured : Measured
        What the report is of.
    """
    names = set(measured.cells["contender"])
    items = [
        f"- **{measured.label(name)}.** {' '.join(text.split())}"
        for name, text in descriptions().items()
        if name in names
    ]
    return "\n".join([HEADING, "", *items])
