"""Cells of other engines are what rows are, and quantities are refused."""

import subprocess
import sys
from contextlib import contextmanager

import numpy as np
import pandas as pd
import polars as pl
import pytest

from skembed import EmbeddingRegressor
from skembed.cells import Cells, group_cells
from skembed.exceptions import ColumnError

N_ROWS = 6_000
NETWORK = {"model": "network", "epochs": 3, "random_state": 0}


@pytest.fixture(scope="module")
def rows():
    """A table with levels of many kinds, some of them missing."""
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(
        {
            "the shop": rng.choice(["Oslo", "Rome", '"x"', None], N_ROWS),
            "size": pd.Categorical(rng.choice(["s", "m"], N_ROWS)),
            "year": rng.integers(2000, 2010, N_ROWS),
            "code": pd.array(rng.integers(4, size=N_ROWS), dtype="Int64"),
        }
    )
    frame.loc[rng.random(N_ROWS) < 0.1, "code"] = pd.NA
    frame["sales"] = frame["year"] % 4 + rng.normal(size=N_ROWS)
    return frame


@pytest.fixture(scope="module")
def expected(rows):
    """What a fit on all rows predicts of them."""
    X, y = rows.drop(columns="sales"), rows["sales"]
    return EmbeddingRegressor(**NETWORK).fit(X, y).predict(X)


@contextmanager
def duckdb_on_parquet(rows, folder):
    duckdb = pytest.importorskip("duckdb")
    path = str(folder / "rows.parquet")
    rows.to_parquet(path)
    with duckdb.connect() as connection:
        yield connection.read_parquet(path)


@contextmanager
def dask_on_parquet(rows, folder):
    dask = pytest.importorskip("dask.dataframe")
    for part in range(3):
        rows[part::3].to_parquet(folder / f"{part}.parquet")
    yield dask.read_parquet(str(folder))


@contextmanager
def polars_lazy(rows, folder):
    yield pl.from_pandas(rows).lazy()


@contextmanager
def pandas_frame(rows, folder):
    yield rows


@pytest.mark.parametrize(
    "held", [duckdb_on_parquet, dask_on_parquet, polars_lazy, pandas_frame]
)
def test_a_fit_on_cells_is_a_fit_on_rows(held, rows, expected, tmp_path):
    with held(rows, tmp_path) as table:
        cells = group_cells(table, "sales")
    keys = ["the shop", "size", "year", "code"]
    assert len(cells.X) == len(rows.groupby(keys, dropna=False, observed=True).size())
    assert cells.n_rows.sum() == N_ROWS
    predicted = EmbeddingRegressor(**NETWORK).fit(*cells).predict(rows[keys])
    np.testing.assert_allclose(predicted, expected, rtol=0, atol=1e-10)


def test_features_are_chosen_by_name(rows):
    cells = group_cells(rows, target="sales", features=["year", "size"])
    truth = rows.groupby(["year", "size"], observed=True)["sales"].agg(["mean", "size"])
    found = cells.X.assign(mean=cells.mean, size_=cells.n_rows)
    found = found.set_index(["year", "size"]).loc[truth.index]
    np.testing.assert_allclose(found["mean"], truth["mean"])
    np.testing.assert_array_equal(found["size_"], truth["size"])
    assert isinstance(cells, Cells)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_quantities_are_refused_by_name(rows, dtype):
    table = rows.assign(price=1.5)
    table["price"] = table["price"].astype(dtype)
    with pytest.raises(ColumnError, match="'price' is a quantity, of type Float"):
        group_cells(table, "sales")


def test_decimals_are_quantities(tmp_path):
    duckdb = pytest.importorskip("duckdb")
    with duckdb.connect() as connection:
        table = connection.sql("select 1.5::decimal(4, 2) as price, 2.0 as sales")
        with pytest.raises(ColumnError, match="'price' is a quantity, of type Decimal"):
            group_cells(table, "sales")


def test_columns_that_are_not_there_are_named(rows):
    with pytest.raises(ColumnError, match="no column 'price'; it has 'the shop'"):
        group_cells(rows, "sales", features=["price"])
    with pytest.raises(ColumnError, match="no column 'price'"):
        group_cells(rows, "price")


def test_a_target_is_to_be_a_number_that_is_known(rows):
    with pytest.raises(ColumnError, match=r"'size' is of type .* to be a number"):
        group_cells(rows[["year", "size"]], "size")
    some = rows.assign(sales=rows["sales"].where(rows.index > 2))
    with pytest.raises(ColumnError, match="'sales' is missing in 3 rows"):
        group_cells(some, "sales")


def test_what_narwhals_does_not_read_is_refused():
    with pytest.raises(TypeError):
        group_cells([[1, 2.0]], "y")


ON_A_CLUSTER = """
import sys
import dask.dataframe
import numpy as np
from distributed import Client, LocalCluster
from skembed import EmbeddingRegressor
from skembed.cells import group_cells

if __name__ == "__main__":
    options = {"processes": True, "threads_per_worker": 1, "dashboard_address": None}
    with LocalCluster(n_workers=2, **options) as cluster, Client(cluster):
        table = dask.dataframe.read_parquet(sys.argv[1])
        cells = group_cells(table, "y")
        frame = table.compute()
    X, y = frame[["a", "b"]], frame["y"]
    model = EmbeddingRegressor(model="network", epochs=3, random_state=0)
    expected = model.fit(X, y).predict(X)
    print(np.abs(model.fit(*cells).predict(X) - expected).max(), cells.n_rows.sum())
"""


@pytest.mark.slow
def test_a_cluster_of_processes_groups_what_it_holds(tmp_path):
    pytest.importorskip("distributed")
    rng = np.random.default_rng(0)
    (tmp_path / "table").mkdir()
    for part in range(4):
        a, b = rng.integers([30, 7], size=(2_000, 2)).T
        y = a % 5 + b + rng.normal(size=2_000)
        frame = pd.DataFrame({"a": a, "b": b.astype(str), "y": y})
        frame.to_parquet(tmp_path / "table" / f"{part}.parquet")
    script = tmp_path / "script.py"
    script.write_text(ON_A_CLUSTER)
    result = subprocess.run(
        [sys.executable, str(script), str(tmp_path / "table")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    apart, n_rows = (float(number) for number in result.stdout.split()[-2:])
    assert apart < 1e-10
    assert n_rows == 8_000


A_BILLION_ROWS = """
import resource
import time
import duckdb
from skembed import EmbeddingRegressor
from skembed.cells import group_cells

N_ROWS = 1_000_000_000
ROWS = f'''
select (hash(i) % 2000)::int as shop, (hash(i + 1) % 500)::int as item,
    shop % 7 + item % 3 + (hash(i + 2) % 1000) / 1000.0 as sales
from range({N_ROWS}) rows(i)
'''

start = time.perf_counter()
with duckdb.connect(config={"memory_limit": "1GB"}) as connection:
    cells = group_cells(connection.sql(ROWS), "sales")
grouped = time.perf_counter()
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6
assert cells.n_rows.sum() == N_ROWS
model = EmbeddingRegressor(model="network", epochs=1, random_state=0).fit(*cells)
levels = cells.X.to_pandas()[:1000]
levels["truth"] = levels["shop"] % 7 + levels["item"] % 3 + 0.4995
error = (model.predict(levels[["shop", "item"]]) - levels["truth"]).abs().mean()
print("figures", peak, error, grouped - start, time.perf_counter() - grouped)
"""


@pytest.mark.nightly
def test_a_billion_rows_are_grouped_within_two_gigabytes():
    """Made row by row, never held; it takes minutes. ``-s`` shows how many."""
    pytest.importorskip("duckdb")
    result = subprocess.run(
        [sys.executable, "-W", "error", "-c", A_BILLION_ROWS],
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    figures = result.stdout.partition("figures")[2]  # after the engine's progress bar
    peak, error, *seconds = (float(number) for number in figures.split())
    sys.stdout.write(f"grouped in {seconds[0]:.0f} s, fitted in {seconds[1]:.0f} s, ")
    sys.stdout.write(f"{peak:.0f} MB while grouping, mean error {error:.3f}\n")
    assert peak < 2_000
    assert error < 0.2
