"""Calls are made in processes of their own, and what they return is written."""

from functools import partial

import pytest

from benchmarks.one_by_one import run_missing
from benchmarks.own_process import NotMeasuredError
from benchmarks.results_file import Cell, ResultsFile

CELLS = [Cell("any", "full", "table", contender) for contender in ("first", "second")]


class InThisProcess:
    """In place of a process of its own."""

    all = []

    def __init__(self):
        self.all.append(self)
        self.is_stopped = False

    def ask(self, call):
        self.call = call

    def answer(self, limit):
        try:
            return self.call()
        except MemoryError as error:
            raise NotMeasuredError(str(error)) from None

    def stop(self):
        self.is_stopped = True


@pytest.fixture
def processes(monkeypatch):
    monkeypatch.setattr(InThisProcess, "all", [])
    return InThisProcess.all


def test_each_call_has_a_process_that_is_stopped(tmp_path, processes):
    file = ResultsFile(tmp_path)
    calls = {cell: partial(dict, seconds=i) for i, cell in enumerate(CELLS)}
    run_missing(calls, file, InThisProcess)
    assert [process.is_stopped for process in processes] == [True, True]
    assert file.cells("any", "full")["seconds"].tolist() == [0, 1]
    run_missing(calls, file, InThisProcess)  # all are known
    assert len(processes) == 2


def fail():
    raise MemoryError("too large")


def test_a_call_that_fails_is_written_with_its_reason(tmp_path, processes):
    file = ResultsFile(tmp_path)
    calls = dict(zip(CELLS, [fail, partial(dict, seconds=1)], strict=True))
    run_missing(calls, file, InThisProcess)
    assert file.failures("any", "full")["note"].tolist() == ["too large"]
    assert file.cells("any", "full")["contender"].tolist() == ["second"]
    assert all(process.is_stopped for process in processes)
