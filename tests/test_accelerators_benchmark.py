"""Fits on the processor and where it is chosen are measured alike."""

from dataclasses import replace

import pandas as pd
import pytest

from benchmarks.accelerators import command
from benchmarks.accelerators.jobs import JOBS, WARM_UP
from benchmarks.accelerators.report import format_report
from benchmarks.accelerators.running import BENCHMARK, CHOSEN, PROCESSOR, fit
from benchmarks.problems import Options
from benchmarks.request import Request
from benchmarks.results_file import Cell, ResultsFile

SMALL = replace(JOBS[0], n_rows=2_500, n_epochs=2)


def cell(contender, lap=0, job=SMALL):
    return Cell(BENCHMARK, "full", job.name, contender, lap)


def report_on(tmp_path, seconds, on_gpu=0.0, is_fused=0.0):
    """Report on seconds of laps by contender."""
    file = ResultsFile(tmp_path)
    for contender, laps in seconds.items():
        for lap, of_lap in enumerate(laps):
            measures = {"fit_seconds": of_lap, "on_gpu": on_gpu, "is_fused": is_fused}
            file.append(cell(contender, lap), measures)
    return format_report(
        [SMALL], file.cells(BENCHMARK, "full"), file.failures(BENCHMARK, "full")
    )


def line_of(report):
    (line,) = [
        line for line in report.splitlines() if line.startswith(f"| {SMALL.name}")
    ]
    return [part.strip() for part in line.strip("|").split("|")]


def test_a_job_counts_its_steps():
    assert SMALL.n_steps == 2 * 3
    X, y = WARM_UP.table()
    assert X.shape == (200, 5)
    assert len(y) == 200


def test_fits_are_measured_where_they_are_asked_for():
    processor, chosen = (
        fit(SMALL, is_on_processor) for is_on_processor in (True, False)
    )
    assert processor["fit_seconds"] > 0
    assert processor["on_gpu"] == processor["is_fused"] == 0
    assert processor["loss"] == pytest.approx(chosen["loss"], rel=0.01)


def test_who_fails_is_reported(tmp_path):
    file = ResultsFile(tmp_path)
    file.append_failure(cell(CHOSEN), "too large")
    failures = file.failures(BENCHMARK, "full")
    report = format_report([SMALL], pd.DataFrame(), failures)
    assert report.endswith("small network, skembed: not measured: too large")
    assert "Nothing was measured" in report


def test_medians_are_compared(tmp_path):
    seconds = {PROCESSOR: [10.0, 12.0, 60.0], CHOSEN: [3.0, 4.0, 5.0]}
    report = report_on(tmp_path, seconds, on_gpu=1.0)
    expected = ["GPU", "2,500", "1,000", "64, 32", "1,024", "6", "12.0", "4.00", "3.00"]
    assert line_of(report)[1:] == expected
    assert "Medians of 3 fits" in report


@pytest.mark.parametrize(
    ("on_gpu", "is_fused", "place"),
    [(0.0, 0.0, "processor"), (1.0, 0.0, "GPU"), (1.0, 1.0, "GPU, fused")],
)
def test_it_says_where(tmp_path, on_gpu, is_fused, place):
    report = report_on(tmp_path, {CHOSEN: [1.0]}, on_gpu, is_fused)
    assert line_of(report)[1] == place
    assert line_of(report)[-3:] == ["-", "1.00", "-"]  # nobody to compare with
    assert "Medians of 1 fit," in report


def test_a_quick_run_takes_one_network_and_few_rows(tmp_path, monkeypatch):
    asked = []

    def run(calls, file):
        for at, call in calls.items():
            job, is_on_processor = call.args
            asked.append((at.contender, job.n_rows, is_on_processor))

    monkeypatch.setattr(command, "run_missing", run)
    request = Request(options=Options(is_quick=True), out=tmp_path)
    command.measure(request, ResultsFile(tmp_path))
    assert asked == [(PROCESSOR, 2_000, True), (CHOSEN, 2_000, False)]
