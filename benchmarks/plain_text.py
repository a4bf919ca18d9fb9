"""Tables for the screen."""

from __future__ import annotations

N_LEFT_ALIGNED = 2
UNKNOWN = "-"


def aligned(lines: list[list[str]]) -> str:
    """Pad the cells of a header and its rows; the first two columns hold text."""
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    lines = [lines[0], ["-" * width for width in widths], *lines[1:]]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if j < N_LEFT_ALIGNED else cell.rjust(width)
            for j, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    )
