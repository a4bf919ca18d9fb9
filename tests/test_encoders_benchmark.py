"""The benchmark of encoders: its tables, its differences, its report."""

import numpy as np
import pandas as pd
import pytest

from benchmarks.encoders import command
from benchmarks.encoders.models import make_models, score
from benchmarks.encoders.report import format_report, paired
from benchmarks.encoders.running import cells_of, measure
from benchmarks.encoders.tables import Table, all_tables, without_noise
from benchmarks.encoders.ways import WAYS
from benchmarks.problems import Options
from benchmarks.request import Request
from benchmarks.results_file import ResultsFile

QUICK = Options(is_quick=True)
GENERATED = [table for table in all_tables() if table.family != "real"]
BY_NAME = {table.name: table for table in all_tables()}


def problem(name="noise_400", seed=0):
    return BY_NAME[name].load(seed, QUICK)


@pytest.mark.parametrize("table", GENERATED, ids=lambda table: table.name)
def test_a_seed_draws_a_table_and_its_test_rows(table):
    one, same, other = (table.load(seed, QUICK) for seed in (0, 0, 1))
    pd.testing.assert_frame_equal(one.X, same.X)
    ((train, test),) = one.splits
    assert sorted([*train, *test]) == list(range(len(one.X)))
    assert len(test) == round(0.2 * len(one.X))
    assert not one.X.equals(other.X)
    assert set(one.X) == {*one.categorical, *one.quantities}


def test_the_column_of_nothing_is_taken_away():
    whole = problem()
    left = without_noise(whole)
    assert set(whole.X) - set(left.X) == {"noise"}
    assert left.categorical == ["a"]
    assert whole.y is left.y


def test_a_real_table_is_drawn_by_its_seed():
    one, same, other = (problem("restaurants", seed) for seed in (0, 0, 1))
    pd.testing.assert_frame_equal(one.X, same.X)
    assert len(one.X) == len(other.X) == 2_000
    assert not one.X.equals(other.X)


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.name)
def test_models_are_trained_on_what_fit_transform_returns(way):
    drawn = way.prepare(problem())
    ((train, test),) = drawn.splits
    found = measure(drawn, way, 0)
    encoder = way.make(drawn, 0)
    Z = encoder.fit_transform(drawn.X.iloc[train], drawn.y.iloc[train])
    W = encoder.transform(drawn.X.iloc[test])
    model = make_models(drawn, 0)["linear"].fit(Z, drawn.y.iloc[train])
    assert found["linear"] == score(model, W, drawn.y.iloc[test])
    assert (found["n_train"], found["n_test"], found["n_columns"]) == (
        len(train),
        len(test),
        Z.shape[1],
    )


def test_the_share_of_what_is_to_be_explained():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(200, 1))
    y = pd.Series(x[:, 0] + rng.normal(size=200))
    drawn = problem()
    ridge = make_models(drawn, 0)["linear"].fit(x, y)
    assert score(ridge, x, y) == pytest.approx(ridge.score(x, y))
    is_high = (y > 0.5).astype(int)
    logistic = make_models(type(drawn)("classes", drawn.X, is_high, [], [], []), 0)[
        "linear"
    ].fit(x, is_high)
    p = logistic.predict_proba(x)[:, 1]

    def loss(p):
        return -np.mean(is_high * np.log(p) + (1 - is_high) * np.log(1 - p))

    assert score(logistic, x, is_high) == pytest.approx(
        1 - loss(p) / loss(is_high.mean())
    )


def test_differences_are_paired_by_seed():
    scores = pd.DataFrame(
        {"skembed": [0.5, 0.7, 0.6], "target": [0.4, 0.5, np.nan]}, index=[0, 1, 2]
    )
    mean, error = paired(scores, "skembed", "target")
    assert mean == pytest.approx(0.15)
    assert error == pytest.approx(np.std([0.1, 0.2], ddof=1) / np.sqrt(2))
    assert np.isnan(paired(scores, "skembed", "plain")).all()


def cells(**scores):
    """A line for each way and seed."""
    return pd.DataFrame(
        [
            {
                "size": "full",
                "date": "2026-01-02",
                "commit": "abc",
                "machine": "Linux",
                "cores": 2,
                "versions": "numpy 2.4",
                "table": table,
                "contender": way,
                "seed": seed,
                "linear": r2,
                "hgb": r2 + 0.1,
                "encode_cpu_seconds": seed + 1.0,
            }
            for (table, way), values in scores["of"].items()
            for seed, r2 in enumerate(values)
        ]
    )


def test_the_report_says_what_is_gained_and_lost():
    report = format_report(
        cells(
            of={
                ("noise_400", "without"): [0.50, 0.60],
                ("noise_400", "skembed"): [0.49, 0.60],
                ("noise_400", "target"): [0.45, 0.55],
                ("restaurants", "skembed"): [0.3, 0.3],
                ("restaurants", "target"): [0.2, 0.3],
            }
        ),
        all_tables(),
    )
    lines = [
        [cell.strip() for cell in line.split("|")[1:-1]] for line in report.split("\n")
    ]
    overview, real, _ = [line for line in lines if line[:1] == ["restaurants"]]
    assert overview[1:] == ["0.250", "-", "**0.300**", "0.350", "-", "**0.400**"]
    noise = next(line for line in lines if line[:1] == ["noise_400"])
    assert (
        noise[2:]
        == ["2", "0.550", "-0.005", "0.005", "-", "-", "-0.050", "0.000"] + ["1.50"] * 2
    )
    assert real[2:] == ["2", "0.300", "-", "-", "+0.050", "0.050", "1.50", "1.50"]
    assert "## Generated effects" not in report


def test_cells_that_are_done_are_not_run_again(tmp_path, monkeypatch):
    request = Request(("noise_2000",), options=QUICK, n_seeds=1, out=tmp_path)
    file = ResultsFile(tmp_path)
    command.measure(request, file)
    before = file.path.read_text()
    assert [cell.contender for cell in file.done()].count("plain") == 1
    assert len(file.done()) == len(WAYS)
    first = command.report(request, file)
    monkeypatch.setattr("benchmarks.encoders.running.measure", None)  # would fail
    command.measure(request, file)
    assert file.path.read_text() == before
    assert command.report(request, file) == first


def test_the_column_of_nothing_is_left_out_only_where_there_is_one():
    planned = cells_of(all_tables(), WAYS, 2, QUICK)
    assert {c.table for c in planned if c.contender == "without"} == {
        table.name for table in all_tables() if table.family == "noise"
    }


def test_tables_in_a_folder_are_left_out_without_it(tmp_path, capsys):
    request = Request(("spotify",), options=QUICK, out=tmp_path)
    command.measure(request, ResultsFile(tmp_path))
    assert "spotify: left out, give the folder" in capsys.readouterr().out


def test_every_table_says_what_it_is():
    assert all(isinstance(table, Table) and table.note for table in all_tables())
