"""Costs are those of tables that were measured, and sums of them what others take."""

import numpy as np
import pandas as pd
import pytest

from benchmarks.problems import Options
from benchmarks.request import Request
from benchmarks.results_file import Cell, ResultsFile
from benchmarks.scale import command
from benchmarks.scale.arithmetic import FITS, Taken, Takes, best_of, takes_of
from benchmarks.scale.costs import Costs, grouped, learn_costs, met
from benchmarks.scale.report import format_report
from benchmarks.scale.running import BENCHMARK, run_way
from benchmarks.scale.ways import (
    CELLS,
    GROUPED,
    NETWORK,
    ROWS,
    WAYS,
    Size,
    Way,
    _Batches,
    by_duckdb,
    on_batches,
    on_cells,
    on_rows,
)

SMALL = Size(600, 20)
TRUTH = Takes(Costs(2.0, 3e-6, 5e-6), Costs(400.0, 1e-3, 2e-4))
FREE = Costs(0.0, 0.0, 0.0)


def test_costs_are_found_in_three_tables():
    sizes = [Size(100, 10), Size(900, 10), Size(900, 70)]
    truth = Costs(3.0, 0.5, 2.0)
    found = learn_costs(sizes, [truth.of(size) for size in sizes])
    assert (found.start, found.per_row, found.per_level) == pytest.approx((3, 0.5, 2))
    assert found.of(Size(2, 1)) == pytest.approx(6)


def test_nothing_costs_less_than_nothing():
    found = learn_costs([Size(100, 10), Size(900, 10), Size(900, 70)], [5, 4, 3])
    assert found.per_row == found.per_level == 0


def test_levels_and_cells_are_those_that_draws_meet():
    rng = np.random.default_rng(0)
    items, shops = rng.integers([500, 10], size=(2_000, 2)).T
    size = Size(2_000, 500)
    assert met(size).n_rows == 2_000
    assert met(size).n_levels == pytest.approx(len(np.unique(items)), rel=0.01)
    cells = np.unique(items * 10 + shops)
    assert grouped(size).n_rows == pytest.approx(len(cells), rel=0.04)
    assert grouped(size).n_levels == met(size).n_levels
    assert grouped(Size(1e10, 1e3)).n_rows == pytest.approx(1e4)


def test_cells_are_grouped_before_they_are_fitted():
    costs = {
        f"network, {ROWS}": TRUTH,
        f"blend, {CELLS}": Takes(Costs(1.0, 1e-3, 0.0), Costs(500.0, 1.0, 0.0)),
        GROUPED: Takes(Costs(0.5, 1e-7, 0.0), Costs(1_000.0, 0.0, 0.0)),
    }
    takes = takes_of(costs, 1e8, 100.0)
    assert list(takes) == [f"network, {ROWS}", f"blend, {CELLS}"]
    assert takes[f"network, {ROWS}"].seconds == pytest.approx(302, rel=1e-3)
    assert takes[f"network, {ROWS}"].megabytes == pytest.approx(100_400, rel=1e-3)
    assert takes[f"blend, {CELLS}"] == pytest.approx((0.5 + 10 + 1 + 1, 1_500))
    del costs[GROUPED]
    assert list(takes_of(costs, 1e8, 100.0)) == [f"network, {ROWS}"]


@pytest.mark.parametrize(
    ("takes", "best"),
    [
        ({"network, a": (1, 1), "blend, a": (9, 1), "blend, b": (8, 1)}, "blend, b"),
        ({"network, a": (1, 1), "blend, a": (9, 1e3 * FITS + 1)}, "network, a"),
        ({"network, a": (1, 1e9), "blend, a": (9, 1e9)}, "-"),
    ],
)
def test_the_best_way_fits_into_memory(takes, best):
    assert best_of({name: Taken(*taken) for name, taken in takes.items()}) == best


@pytest.mark.parametrize("prepare", [on_rows, on_cells])
def test_fits_are_of_the_size_that_was_asked_for(prepare):
    with prepare(SMALL, n_networks=0) as work:
        model = work()
    assert len(model.categories_["item"]) == SMALL.n_levels


def test_batches_are_drawn_each_time_anew(monkeypatch):
    monkeypatch.setattr("benchmarks.scale.ways.N_BATCH_ROWS", 250)
    batches = _Batches(SMALL)
    sizes = [len(y) for _, y in batches]
    assert sizes == [len(y) for _, y in batches] == [250, 250, 100]
    with on_batches(SMALL, **NETWORK, epochs=1) as work:
        model = work()
    assert model.n_iter_ == 1
    assert len(model.categories_["item"]) == SMALL.n_levels


def test_duckdb_groups_all_rows():
    pytest.importorskip("duckdb")
    with by_duckdb(SMALL) as work:
        cells = work()
    assert cells.sample_weight.sum() == SMALL.n_rows


def test_a_run_is_measured():
    found = run_way(Way("any", on_cells, {}), Size(300, 30))
    assert found["seconds"] > 0
    assert found["peak_megabytes"] > 50


def test_each_way_has_a_size_to_check_by():
    for way in WAYS:
        names, sizes = list(way.sizes), list(way.sizes.values())
        assert names == ["few rows", "more rows", "more levels", "check"]
        matrix = [[1, size.n_rows, size.n_levels] for size in sizes[:3]]
        assert np.linalg.matrix_rank(matrix) == 3
        assert sizes[3].n_rows > sizes[2].n_rows


@pytest.fixture
def report(tmp_path):
    """Report on what follows known costs, but for a check that takes twice as long."""
    file = ResultsFile(tmp_path)
    way = WAYS[1]
    for name, size in way.sizes.items():
        seconds, megabytes = (cost.of(size) for cost in TRUTH)
        for lap, factor in enumerate([1, 1, 9]):
            measures = {
                "seconds": factor * seconds * (2 if name == "check" else 1),
                "peak_megabytes": factor * megabytes,
            }
            file.append(Cell(BENCHMARK, "full", way.name, name, lap), measures)
    file.append_failure(Cell(BENCHMARK, "full", GROUPED, "check"), "pip install duckdb")
    return format_report(
        WAYS, file.cells(BENCHMARK, "full"), file.failures(BENCHMARK, "full")
    )


def lines_of(report, start):
    return [
        [part.strip() for part in line.strip("|").split("|")]
        for line in report.splitlines()
        if line.startswith(f"| {start}")
    ]


def test_costs_are_reported_and_checked(report):
    costs, check = lines_of(report, f"network, {ROWS}")
    assert costs[1:] == ["2.00", "3.00", "5.00", "400", "1,000", "200"]
    assert check[1:] == ["2,000,000", "150,000", "17.5", "8.75", "2,430", "2,430"]
    assert "Medians of 3 runs" in report
    assert f"{GROUPED}, check: not measured: pip install duckdb" in report


def test_tables_of_any_size_are_computed(report):
    line, *_ = lines_of(report, "1,000,000 ")
    assert line[1:] == ["1,000", "1.4 GB, 5 s", f"network, {ROWS}"]
    line = lines_of(report, "10,000,000,000 ")[-1]
    assert line[1:] == ["100,000,000", "10 TB, 8 h", "-"]


def test_nothing_is_reported_of_nothing():
    report = format_report(WAYS, pd.DataFrame(), pd.DataFrame())
    assert report == "# Scale\n\nNothing was measured."


def test_a_quick_run_takes_one_way_and_small_tables(tmp_path, monkeypatch):
    asked = {}

    def run(calls, file, bar):
        asked.update(calls)

    monkeypatch.setattr(command, "run_one_by_one", run)
    request = Request(options=Options(is_quick=True), out=tmp_path)
    command.measure(request, ResultsFile(tmp_path))
    assert [cell.contender for cell in asked] == list(WAYS[0].sizes)
    sizes = [call.args[1] for call in asked.values()]
    assert {cell.table for cell in asked} == {f"blend, {ROWS}"}
    assert sizes[0] == Size(500, 10)
    assert max(size.n_rows for size in sizes) <= 10_000
