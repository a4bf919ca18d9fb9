"""Put what reports found into the README: ``python -m benchmarks.readme``."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent
RESULTS = ROOT / "benchmarks" / "results"
BLOCK = re.compile(r"<!-- begin (.+?) -->\n(.*?)<!-- end \1 -->", re.DOTALL)


def blocks_of(text: str) -> dict[str, str]:
    """Return what stands between the marks of a text, by their names."""
    return dict(BLOCK.findall(text))


def filled(readme: str, reports: list[str]) -> str:
    """Return the README with the blocks of reports that have the same names.

    Raises
    ------
    KeyError
        If no report has a block of that name.
    """
    blocks: dict[str, str] = {}
    for report in reports:
        blocks |= blocks_of(report)

    def replaced(match: re.Match[str]) -> str:
        name = match[1]
        return f"<!-- begin {name} -->\n{blocks[name]}<!-- end {name} -->"

    return BLOCK.sub(replaced, readme)


def read_reports() -> list[str]:
    """Read the reports that are part of the repository."""
    return [path.read_text("utf-8") for path in sorted(RESULTS.glob("*.md"))]


if __name__ == "__main__":
    path = ROOT / "README.md"
    path.write_text(filled(path.read_text("utf-8"), read_reports()), encoding="utf-8")
