"""Costs are those of tables that were measured, and sums of them what others take."""

import numpy as np
import pandas as pd
import pytest

from benchmarks.problems import Options
from benchmarks.request import Request
from benchmarks.results_file import Cell, ResultsFile
from benchmarks.scale import command
from benchmarks.scale.arithmetic import FITS, Costed, Taken, best_of, takes_of
from benchmarks.scale.costs import learn_costs, total
from benchmarks.scale.report import format_report
from benchmarks.scale.running import BENCHMARK, run_way
from benchmarks.scale.sizes import (
    Size,
    of_batches,
    of_blend,
    of_cells,
    of_grouping,
    of_levels,
    of_network,
)
from benchmarks.scale.ways import (
    GROUPED,
    MADE,
    NETWORK,
    WAYS,
    Way,
    _Batches,
    as_made,
    by_duckdb,
    on_batches,
    on_rows,
)

SMALL = Size(600, 20)
SECONDS = {"start": 2.0, "rows": 3e-6, "cells": 4e-5, "levels": 5e-4}
GROUPING = {"start": 0.5, "rows": 1e-7, "far_rows": 2e-7, "cells": 0.0}
MEGABYTES = {"start": 400.0, "rows": 1e-3, "cells": 2e-3, "levels": 4e-3}


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.name)
def test_costs_are_found_in_the_tables_of_each_way(way):
    *sizes, _ = map(way.for_seconds, way.sizes.values())
    costs = {name: (GROUPING | SECONDS)[name] for name in sizes[0]}
    found = learn_costs(sizes, [total(costs, counts) for counts in sizes])
    assert found == pytest.approx(costs, rel=1e-6)


def test_cells_are_far_where_caches_do_not_hold_them():
    assert of_grouping(Size(1e8, 1e3, 10))["far_rows"] == 0
    assert of_grouping(Size(1e8, 1e4, 10))["far_rows"] == pytest.approx(5e7, rel=0.01)


def test_nothing_costs_less_than_nothing():
    counts = [{"start": 1.0, "rows": n} for n in (100.0, 200.0)]
    assert learn_costs(counts, [5.0, 4.0]) == {"start": 4.5, "rows": 0.0}


def test_levels_cells_and_their_parts_are_those_that_draws_meet():
    rng = np.random.default_rng(0)
    items, others, folds = rng.integers([500, 10, 5], size=(2_000, 3)).T
    size = Size(2_000, 500, 10)
    cells = items * 10 + others
    assert size.n_met == pytest.approx(len(np.unique(items)), rel=0.01)
    assert size.n_cells == pytest.approx(len(np.unique(cells)), rel=0.04)
    n_parts = len(np.unique(cells * 5 + folds))
    assert of_blend(size)["cells"] == pytest.approx(n_parts, rel=0.04)
    assert of_network(size)["cells"] == of_grouping(size)["cells"] == size.n_cells
    assert Size(1e10, 1e3).n_cells == pytest.approx(1e4)


def test_batches_take_time_for_their_levels_and_keep_them_once():
    size = Size(1e6, 100, 10)
    assert of_batches(size) == pytest.approx(
        {"start": 1, "rows": 1e6, "cells": 10 * 1_000, "levels": 10 * 100}
    )
    assert of_levels(size) == pytest.approx({"start": 1, "levels": 100})
    assert of_cells(size) == pytest.approx({"start": 1, "cells": 1_000})


def costed(name, explain, seconds, megabytes):
    return Costed(Way(name, on_rows, explain, explain, {}), seconds, megabytes)


def test_cells_are_grouped_before_they_are_fitted():
    network = costed("network, all rows", of_network, SECONDS, MEGABYTES)
    grouping = costed(
        GROUPED,
        of_grouping,
        GROUPING,
        {"start": 1_000.0, "rows": 0.0, "cells": 0.0},
    )
    made = costed(MADE, of_grouping, SECONDS, MEGABYTES)
    size = Size(1e8, 100, 10)
    takes = takes_of([network, made, grouping], size)
    assert list(takes) == ["network, all rows", "network, cells"]
    fit = 2 + 4e-5 * 1_000 + 5e-4 * 100
    assert takes["network, all rows"].seconds == pytest.approx(fit + 300)
    assert takes["network, cells"].seconds == pytest.approx(fit + 3e-6 * 2_000 + 10.5)
    assert takes["network, all rows"].megabytes == pytest.approx(100_402.4)
    assert takes["network, cells"].megabytes == 1_000  # of the grouping
    assert list(takes_of([network], size)) == ["network, all rows"]


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


def test_fits_are_of_the_size_that_was_asked_for():
    with on_rows(SMALL, n_networks=0) as work:
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


@pytest.mark.parametrize("prepare", [by_duckdb, as_made])
def test_duckdb_groups_all_rows(prepare):
    pytest.importorskip("duckdb")
    with prepare(SMALL) as work:
        cells = work()
    assert cells.n_rows.sum() == SMALL.n_rows


def test_a_run_is_measured():
    found = run_way(Way("any", on_rows, of_blend, of_blend, {}), SMALL)
    assert found["seconds"] > 0
    assert found["peak_megabytes"] > 50


@pytest.fixture
def report(tmp_path):
    """Report on what follows known costs, but for a check that takes twice as long."""
    file = ResultsFile(tmp_path)
    way = WAYS[1]
    for name, size in way.sizes.items():
        seconds = total(SECONDS, of_network(size))
        megabytes = total(MEGABYTES, of_network(size))
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
    costs, check = lines_of(report, "network, all rows")
    per_million = ["3.00", "-", "40.0", "500"], ["1,000", "2,000", "4,000"]
    assert costs[1:] == ["2.00", *per_million[0], "400", *per_million[1]]
    size = WAYS[1].sizes["check"]
    seconds, megabytes = (total(x, of_network(size)) for x in (SECONDS, MEGABYTES))
    assert check[1:3] == [f"{size.n_rows:,}", f"{size.n_levels:,}"]
    shown = [float(number.replace(",", "")) for number in check[3:]]
    expected = [2 * seconds, seconds, megabytes, megabytes]
    assert shown == pytest.approx(expected, rel=0.005)
    assert "Medians of 3 runs" in report
    assert f"{GROUPED}, check: not measured: pip install duckdb" in report


def test_tables_of_any_size_are_computed(report):
    line, *_ = lines_of(report, "1,000,000 ")
    assert line[1:] == ["1,000", "1.4 GB, 6 s", "network, all rows"]
    line = lines_of(report, "10,000,000,000 ")[-1]
    assert line[1:] == ["100,000,000", "12 TB, 33 h", "-"]


def test_nothing_is_reported_of_nothing():
    report = format_report(WAYS, pd.DataFrame(), pd.DataFrame())
    assert report == "# Scale\n\nNothing was measured."


def test_a_quick_run_takes_one_way_and_small_tables(tmp_path, monkeypatch):
    asked = {}

    def run(calls, file):
        asked.update(calls)

    monkeypatch.setattr(command, "run_missing", run)
    request = Request(options=Options(is_quick=True), out=tmp_path)
    command.measure(request, ResultsFile(tmp_path))
    assert [cell.contender for cell in asked] == list(WAYS[0].sizes)
    sizes = [call.args[1] for call in asked.values()]
    assert {cell.table for cell in asked} == {"blend, all rows"}
    assert sizes[0] == Size(1_000, 10, 10)
    assert max(size.n_rows for size in sizes) <= 200_000
