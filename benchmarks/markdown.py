"""Tables that read well as plain text and as Markdown."""

from __future__ import annotations

from math import floor, isnan, log10

UNKNOWN = "-"


def table(header: list[str], rows: list[list[str]], n_left: int = 1) -> str:
    """Pad cells between bars; the first columns hold text."""
    columns = zip(header, *rows, strict=True)
    widths = [max(2, *map(len, column)) for column in columns]
    rule = [
        "-" * width if j < n_left else "-" * (width - 1) + ":"
        for j, width in enumerate(widths)
    ]
    return "\n".join(
        "| " + " | ".join(_padded(line, widths, n_left)) + " |"
        for line in [header, rule, *rows]
    )


def _padded(line: list[str], widths: list[int], n_left: int) -> list[str]:
    return [
        cell.ljust(width) if j < n_left else cell.rjust(width)
        for j, (cell, width) in enumerate(zip(line, widths, strict=True))
    ]


def decimals_of(number: float, n_digits: int = 4) -> int:
    """Return how many decimals show so many digits."""
    if isnan(number) or number == 0:
        return 0
    return max(n_digits - 1 - floor(log10(abs(number))), 0)


def rounded(number: float, decimals: int) -> str:
    """Write a number, or a dash where there is none."""
    return UNKNOWN if isnan(number) else f"{number:,.{decimals}f}"


def three_digits(number: float) -> str:
    """Write three digits of a number, and all that stand before its point."""
    return rounded(number, decimals_of(number, 3))


def between_markers(name: str, text: str) -> str:
    """Put comments around a part of a report, by which the README finds it."""
    return f"<!-- begin {name} -->\n\n{text}\n\n<!-- end {name} -->"
