"""What serving costs is summed up fairly, and losses are told as wins are."""

import pytest

from benchmarks.request import Request
from benchmarks.results_file import Cell, ResultsFile
from benchmarks.serving import command
from benchmarks.serving.summary import medians

MEASURES = {
    "n_train": 800,
    "file_megabytes": 2.0,
    "needs_cloudpickle": 0,
    "cold_seconds": 1.5,
    "loading_seconds": 1.0,
    "row_seconds": 2e-3,
    "slow_row_seconds": 3e-3,
    "megabytes": 200,
    "batch_seconds": 0.5,
    "batch_cpu_seconds": 0.75,
    "n_batch_rows": 1000,
    "batch_megabytes": 250,
    "imports_tensorflow": 0,
    "imports_torch": 0,
}


def add(file, name, table="air_time", lap=0, **changes):
    cell = Cell("serving", "full", table, name, seed=lap)
    file.append(cell, MEASURES | changes)


@pytest.fixture
def file(tmp_path):
    """A file of hand-made cells."""
    file = ResultsFile(tmp_path)
    add(file, "skembed", row_seconds=9e-3)
    add(file, "skembed", lap=1, row_seconds=1e-3)
    add(file, "skembed", lap=2, row_seconds=2e-3)
    add(file, "ridge", row_seconds=4e-3, file_megabytes=0.1, batch_seconds=0.2)
    add(file, "lightgbm", row_seconds=5e-3, imports_torch=1, needs_cloudpickle=1)
    add(file, "mean", row_seconds=1e-4, cold_seconds=0.5, megabytes=150)
    add(file, "ridge", "classes:interaction")
    failed = Cell("serving", "full", "air_time", "catboost")
    file.append_failure(failed, "predictions differ")
    return file


def report(file):
    return command.report(Request(out=file.path.parent), file)


def test_medians_are_over_laps_the_fastest_first(file):
    cells = file.cells("serving", "full")
    found = medians(cells[cells["table"] == "air_time"])
    assert found.index.tolist() == ["mean", "skembed", "ridge", "lightgbm"]
    ours = found.loc["skembed"]
    assert ours["row_seconds"] == 2e-3
    assert ours["rows_per_second"] == 2000
    assert ours["seconds_per_million"] == 500
    assert ours["cores"] == 1.5


def test_losses_are_told_as_wins_are(file):
    text = report(file)
    for line in (
        "skembed on air_time, compared with whichever of 2 rivals needs least:",
        "- one row: 2.00 ms, 0.50 times as long as one-hot + tuned ridge (4.00 ms)",
        "- a million rows at once: 500 s, 2.5 times as long as one-hot + tuned ridge"
        " (200 s)",
        "- file: 2.00 MB, 20 times as large as one-hot + tuned ridge (0.100 MB)",
        "- imports of TensorFlow and torch: neither",
    ):
        assert line in text.splitlines()
    assert "skembed on classes:interaction" not in text


def test_tables_name_baseline_imports_and_failures(file):
    text = report(file)
    lines = [
        [cell.strip() for cell in line.split("|")[1:-1]]
        for line in text.splitlines()
        if line.startswith("| ")
    ]
    by_name = {line[0]: line for line in lines[:6]}
    assert list(by_name)[2:] == [
        "Python, pandas, scikit-learn alone",
        "skembed",
        "one-hot + tuned ridge",
        "LightGBM (cloudpickle)",
    ]
    assert by_name["LightGBM (cloudpickle)"][-1] == "torch"
    assert by_name["skembed"] == (
        [
            "skembed",
            "2.00",
            "3.00",
            "2,000",
            "1.5",
            "1.50",
            "1.00",
            "2.00",
            "200",
            "250",
            "neither",
        ]
    )
    assert "- air_time, catboost: predictions differ" in text.splitlines()
    assert "Medians of 3 starts" in text
    assert "of 1,000 test rows at once" in text


def test_the_overview_ends_after_the_first_table(file):
    text = report(file)
    begin, end = text.index("<!-- begin serving"), text.index("<!-- end serving")
    overview = text[begin:end]
    assert text.startswith("# Serving\n")
    assert "air_time: air time of flights" in overview
    assert "classes:interaction:" not in overview
    assert "classes:interaction:" in text[end:]
    assert "trained on 800 rows" in overview


def test_a_report_of_nothing(tmp_path):
    text = report(ResultsFile(tmp_path))
    assert "Nothing was measured" in text
    assert "|" not in text
