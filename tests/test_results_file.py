"""What is measured is kept once, and a cell that was cut off is measured again."""

import csv
import subprocess
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks import results_file
from benchmarks import surroundings as where
from benchmarks.results_file import Cell, ResultsFile
from benchmarks.surroundings import surroundings

CELL = Cell("accuracy", "full", "table", "ridge", 0, 1)
OTHER = Cell("accuracy", "full", "table", "ridge", 0, 2)


def test_a_cell_is_a_row_of_its_measures(tmp_path):
    file = ResultsFile(tmp_path)
    file.append(CELL, {"loss": 0.1 + 0.2, "n_test": 7})
    file.append(OTHER, {"loss": 1e-300})
    cells = file.cells("accuracy", "full")
    assert cells["fold"].tolist() == [1, 2]
    assert cells["loss"].tolist() == [0.1 + 0.2, 1e-300]  # to the last bit
    assert cells["n_test"].tolist()[0] == 7
    assert np.isnan(cells["n_test"][1])
    assert cells["commit"][0] == surroundings()["commit"]
    assert cells["versions"].str.contains("numpy").all()


def test_benchmarks_and_sizes_are_kept_apart(tmp_path):
    file = ResultsFile(tmp_path)
    file.append(CELL, {"loss": 1.0})
    assert len(file.cells("accuracy", "quick")) == len(file.cells("speed", "full")) == 0
    assert file.done() == {CELL}


def test_failures_are_done_but_no_cells(tmp_path):
    file = ResultsFile(tmp_path)
    file.append_failure(CELL, 'ValueError: a comma, a "quote"')
    assert file.done() == {CELL}
    assert len(file.cells("accuracy", "full")) == 0
    (failed,) = file.failures("accuracy", "full").itertuples()
    assert failed.contender == "ridge"
    assert failed.note == 'ValueError: a comma, a "quote"'


def test_what_is_missing_was_not_run_by_who_has_not_failed(tmp_path):
    file = ResultsFile(tmp_path)
    other_table = replace(CELL, table="other")
    other_contender = replace(CELL, contender="mean")
    cells = {CELL: 1, OTHER: 2, other_table: 3, other_contender: 4}
    assert file.missing(cells) == cells
    file.append(other_contender, {"loss": 1.0})
    assert file.missing(cells) == {CELL: 1, OTHER: 2, other_table: 3}
    file.append_failure(CELL, "fell")
    assert file.missing(cells) == {other_table: 3}


def test_a_second_run_goes_on_with_the_file(tmp_path):
    ResultsFile(tmp_path).append(CELL, {"loss": 1.0})
    again = ResultsFile(tmp_path)
    again.append(OTHER, {"loss": 2.0})
    assert again.cells("accuracy", "full")["loss"].tolist() == [1.0, 2.0]


def test_what_was_cut_off_is_taken_away(tmp_path):
    whole = ResultsFile(tmp_path)
    whole.append(CELL, {"loss": 1.0, "score": 3.0})
    kept = whole.path.read_text()
    whole.append(OTHER, {"loss": 2.0, "score": 4.0})
    text = whole.path.read_text()
    for end in range(len(kept), len(text)):
        whole.path.write_text(text[:end])
        again = ResultsFile(tmp_path)
        assert again.done() == {CELL}
        assert again.path.read_text() == kept


def test_of_a_reason_the_last_line_is_kept_without_folders(tmp_path):
    file = ResultsFile(tmp_path)
    file.append_failure(CELL, "Traceback\n  at line 7\nValueError: 1/2 (/a/b-c/d.py)\n")
    notes = file.failures("accuracy", "full")["note"]
    assert notes.tolist() == ["ValueError: 1/2 (d.py)"]
    assert ResultsFile(tmp_path).done() == {CELL}


def test_a_file_of_other_columns_is_refused(tmp_path):
    (tmp_path / "results.csv").write_text("size,problem\n")
    with pytest.raises(ValueError, match="choose another folder by --out"):
        ResultsFile(tmp_path)


@settings(max_examples=25, deadline=None)
@given(
    measures=st.dictionaries(
        st.text(st.characters(codec="utf-8", exclude_characters="\r\n\0"), min_size=1),
        st.floats(allow_nan=False, allow_infinity=False),
        min_size=1,
        max_size=4,
    )
)
def test_numbers_and_names_come_back(tmp_path_factory, measures):
    file = ResultsFile(tmp_path_factory.mktemp("results"))
    file.append(CELL, measures)
    with file.path.open(encoding="utf-8", newline="") as lines:
        found = [(row["measure"], float(row["value"])) for row in csv.DictReader(lines)]
    assert found == [*measures.items(), ("complete", 1)]


def test_without_git_the_commit_is_unknown(monkeypatch):
    def no_git(*args, **kwargs):
        raise FileNotFoundError("git")

    monkeypatch.setattr(subprocess, "run", no_git)
    assert surroundings.__wrapped__()["commit"] == where.UNKNOWN


def test_a_commit_that_looks_like_a_number_is_none(tmp_path, monkeypatch):
    monkeypatch.setattr(where, "_commit", lambda: "12e4567")
    monkeypatch.setattr(results_file, "surroundings", surroundings.__wrapped__)
    file = ResultsFile(tmp_path)
    file.append(CELL, {"loss": 1.0})
    assert file.cells("accuracy", "full")["commit"].tolist() == ["12e4567"]


def test_cores_are_those_that_may_be_used(monkeypatch):
    monkeypatch.setattr(where.os, "sched_getaffinity", lambda _: {1}, raising=False)
    assert surroundings.__wrapped__()["cores"] == 1
    monkeypatch.delattr(where.os, "sched_getaffinity")
    monkeypatch.setattr(where.os, "cpu_count", lambda: 7)
    assert surroundings.__wrapped__()["cores"] == 7
