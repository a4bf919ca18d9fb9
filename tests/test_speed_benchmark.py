"""The races run, and a contestant who falls does not stop the others."""

import os
import subprocess
import sys

import numpy as np
import pytest

from benchmarks.speed.races import search_in_processes, step_of_long_table
from benchmarks.speed.rivals.network_sizes import HIDDEN_UNITS, embedding_dim
from skembed import EmbeddingRegressor
from skembed._architecture import choose_embedding_dims
from skembed._columns import Column
from skembed._vocabulary import learn_vocabulary


def python(*arguments, path=""):
    return subprocess.run(
        [sys.executable, *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(path)},
    )


def speed(*arguments):
    return python("-m", "benchmarks", "speed", *arguments)


def rows_of(result, race):
    """Return the cells behind a race's name, for each table that names it."""
    lines = [line for line in result.stdout.splitlines() if line.startswith(race)]
    return [line.removeprefix(race).split() for line in lines]


def test_a_race_prints_seconds_and_memory_and_is_not_run_again(tmp_path):
    options = "--out", tmp_path, "--tables", "learn 1,000 levels"
    result = speed("--quick", *options)
    assert result.returncode == 0, result.stderr
    assert "Warning" not in result.stderr
    seconds, memory = rows_of(result, "learn 1,000 levels")
    rival, *_, ratio, asked = seconds
    assert (rival, asked) == ("OrdinalEncoder", "2.5")
    assert float(ratio) > 0
    assert all(float(megabytes) > 10 for megabytes in memory[1:3])
    before = (tmp_path / "results.csv").read_text()
    again = speed("--quick", *options)
    assert again.stdout == result.stdout
    assert (tmp_path / "results.csv").read_text() == before


@pytest.mark.parametrize("stage_rows", [0, 1_024])
def test_steps_learn(stage_rows):
    work = step_of_long_table.prepare(True, n_levels=5_000, stage_rows=stage_rows)
    first = work.run()
    assert 0 < work.run() < first


@pytest.mark.slow
@pytest.mark.parametrize("name", ["prepare_one", "prepare_two"])
def test_searches_run(name):
    getattr(search_in_processes, name)(True).run()


@pytest.mark.slow
def test_fits_are_scored_on_held_out_rows(tmp_path):
    tables = "--tables", "1,000 tokens, strings"
    result = speed("--quick", "--out", tmp_path, *tables)
    assert result.returncode == 0, result.stderr
    *_, theirs, ours = rows_of(result, "1,000 tokens, strings")[1]
    assert float(theirs) == pytest.approx(float(ours), abs=0.02)
    assert float(ours) > 0.4


@pytest.mark.parametrize("n_levels", [1, 20, 200, 1_000, 100_000])
def test_rivals_have_vectors_as_long_as_ours(n_levels):
    column = Column("level", "integer", np.arange(n_levels))
    dims = choose_embedding_dims("auto", [learn_vocabulary(column)])
    assert dims == (embedding_dim(n_levels),)


def test_rivals_have_our_hidden_layers():
    assert EmbeddingRegressor().hidden_units == HIDDEN_UNITS


CONTESTANTS = """
import os
from benchmarks.speed.race import Contestant, Race, Work

def stand(is_quick):
    return Work(run=lambda: sum(range(1000)), score=lambda: 0.5)

def lack_a_package(is_quick):
    raise ModuleNotFoundError(name="torch")

def fall(is_quick):
    raise RuntimeError("fell")

def vanish(is_quick):
    os._exit(1)

rivals = [Contestant(f.__name__, f) for f in (lack_a_package, fall, vanish)]
RACE = Race("short", Contestant("stand", stand), tuple(rivals))
"""

RUN = """
from contestants import RACE
import sys
from pathlib import Path
from benchmarks.progress import progress_bar
from benchmarks.results_file import ResultsFile
from benchmarks.speed.report import format_report, rows_of
from benchmarks.speed.running import run_race

file = ResultsFile(Path(sys.argv[1]))
with progress_bar(12) as bar:
    run_race(RACE, n_laps=2, is_quick=True, file=file, bar=bar)
cells = file.cells("speed", "quick")
print(format_report(rows_of(RACE, cells), file.failures("speed", "quick")))
print(len(cells), "laps")
"""


def test_contestants_that_fall_are_named_and_the_others_run_on(tmp_path):
    (tmp_path / "contestants.py").write_text(CONTESTANTS)
    result = python("-c", RUN, tmp_path / "out", path=tmp_path)
    assert result.returncode == 0, result.stderr
    assert "short, lack_a_package: not measured: pip install torch" in result.stdout
    assert "RuntimeError: fell" in result.stdout
    assert "short, vanish: not measured: its process was killed" in result.stdout
    assert "stand: not measured" not in result.stdout
    assert "2 laps" in result.stdout
    assert rows_of(result, "short")[1][-1] == "0.5000"
