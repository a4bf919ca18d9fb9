"""The README shows what the reports show."""

import re
import shutil
import subprocess
import sys

import pytest

from benchmarks import BENCHMARKS
from benchmarks.readme import ROOT, blocks_of, filled, read_reports
from skembed.datasets import make_effects

README = (ROOT / "README.md").read_text("utf-8")


def block(name, text):
    return f"<!-- begin {name} -->\n{text}<!-- end {name} -->"


def test_the_figures_of_the_readme_are_those_of_the_reports():
    assert filled(README, read_reports()) == README


def test_blocks_of_the_readme_are_of_benchmarks():
    shown = {name.split()[0] for name in blocks_of(README)}
    assert shown == set(BENCHMARKS)


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


@pytest.mark.slow
def test_a_contender_and_a_table_are_a_file_each(tmp_path):
    shutil.copytree(ROOT / "benchmarks", tmp_path / "benchmarks")
    section = README.split("## Benchmarks of your own")[1]
    contender, table = re.findall(r"```python\n(.*?)```", section, re.DOTALL)[:2]
    (command,) = re.findall(r"```shell\npython (.*?)\n```", section)
    (tmp_path / "benchmarks/contenders/forest.py").write_text(contender)
    (tmp_path / "benchmarks/problems/cars.py").write_text(table)
    X, y = make_effects(300, n_levels=(20, 90), n_quantities=1, random_state=0)
    cars = X.set_axis(["maker", "model", "weight"], axis=1).assign(consumption=y)
    cars.to_csv(tmp_path / "cars.csv", index=False)
    subprocess.run(
        [sys.executable, *command.replace("FOLDER", ".").split(), "--out", "out"],
        check=True,
        cwd=tmp_path,
        capture_output=True,
    )
    report = (tmp_path / "out/accuracy.md").read_text("utf-8")
    assert "litres per 100 km; trained on 240 rows, tested on 60." in report
    assert "| random forest " in report
