"""The README shows what the reports show."""

import pytest

from benchmarks import BENCHMARKS
from benchmarks.readme import ROOT, blocks_of, filled, read_reports

README = (ROOT / "README.md").read_text("utf-8")


def block(name, text):
    return f"<!-- begin {name} -->\n{text}<!-- end {name} -->"


def test_the_figures_of_the_readme_are_those_of_the_reports():
    assert filled(README, read_reports()) == README


def test_blocks_of_the_readme_are_of_benchmarks():
    shown = {name.split()[0] for name in blocks_of(README)}
    assert {"encoders"} <= shown <= set(BENCHMARKS)


def test_blocks_are_replaced_by_those_of_the_same_name():
    new, other = block("a", "1.5\n2.5\n"), block("b c", "new\n")
    reports = [f"# A\n{new}", other + block("d", "")]
    readme = "Before\n{}\nbetween {} after".format
    expected = readme(new, other)
    assert filled(readme(block("a", "old\n"), block("b c", "")), reports) == expected
    assert filled(expected, reports) == expected


def test_a_block_that_no_report_has_is_an_error():
    with pytest.raises(KeyError, match="'a'"):
        filled(block("a", ""), [block("b", "")])
