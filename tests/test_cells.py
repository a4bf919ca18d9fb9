"""Cells of other engines are what rows are, and quantities are refused."""

import subprocess
import sys
from contextlib import contextmanager
from dataclasses import replace

import narwhals as nw
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from sklearn.base import clone

from skembed import EmbeddingClassifier, EmbeddingEncoder, EmbeddingRegressor
from skembed.cells import Cells, group_cells, make_cells
from skembed.exceptions import ColumnError

N_ROWS = 6_000
SETTINGS = {
    "blend": {"n_networks": 1},
    "blend, stopped": {"n_networks": 1, "early_stopping": True},
    "network": {"model": "network", "epochs": 3},
    "network, stopped": {"model": "network", "epochs": 3, "early_stopping": True},
}
MODELS = {
    name: EmbeddingRegressor(**settings, random_state=0)
    for name, settings in SETTINGS.items()
}


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
    for name in "size", "code":
        frame.loc[rng.random(N_ROWS) < 0.1, name] = pd.NA
    frame["sales"] = frame["year"] % 4 + rng.normal(size=N_ROWS)
    return frame


@pytest.fixture(scope="module")
def expected(rows):
    """What fits on all rows predict of them."""
    X, y = rows.drop(columns="sales"), rows["sales"]
    return {name: clone(model).fit(X, y).predict(X) for name, model in MODELS.items()}


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


ENGINES = [duckdb_on_parquet, dask_on_parquet, polars_lazy, pandas_frame]
KEYS = ["the shop", "size", "year", "code"]


@pytest.mark.parametrize("held", ENGINES)
def test_a_fit_on_cells_is_a_fit_on_rows(held, rows, expected, tmp_path):
    with held(rows, tmp_path) as table:
        cells = group_cells(table, "sales")
    sizes = rows.groupby(KEYS, dropna=False, observed=True).size()
    assert len(cells.X) == len(sizes)
    assert cells.n_rows.sum() == N_ROWS
    for name, model in MODELS.items():
        predicted = clone(model).fit(cells).predict(rows[KEYS])
        np.testing.assert_allclose(
            predicted, expected[name], rtol=0, atol=1e-10, err_msg=name
        )


def test_an_encoder_takes_cells_as_well(rows):
    X, y = rows[KEYS], rows["sales"]
    encoder = EmbeddingEncoder(random_state=0)
    of_rows, of_cells = (
        clone(encoder).fit(*data).transform(X)
        for data in ((X, y), (group_cells(rows, "sales"),))
    )
    np.testing.assert_allclose(of_cells, of_rows, rtol=0, atol=1e-10)


def figures_of(cells):
    """Count, mean and variance for every combination of levels."""
    frame = nw.from_native(cells.X).to_pandas()
    keys = list(frame)
    figures = {"n_rows": cells.n_rows, "mean": cells.y, "variance": cells.variance}
    found = frame.assign(**figures).set_index(keys).sort_index()
    return found[found.index.to_frame().notna().all(axis=1)]


def truth_of(rows, keys):
    grouped = rows.groupby(keys, observed=True)["sales"]
    figures = {"n_rows": grouped.size(), "mean": grouped.mean()}
    return pd.DataFrame({**figures, "variance": grouped.var(ddof=0)})


@pytest.mark.parametrize("held", ENGINES)
def test_squares_survive_a_mean_that_is_large(held, rows, tmp_path):
    """From sums of squares alone all digits of the variance would be lost."""
    far = rows[["year", "sales"]].assign(sales=rows["sales"] + 1e9)
    with held(far, tmp_path) as table:
        cells = group_cells(table, "sales")
    found = figures_of(replace(cells, y=cells.y - 1e9))
    np.testing.assert_allclose(found, truth_of(rows, ["year"]), rtol=0, atol=1e-6)


def test_features_are_chosen_by_name(rows):
    cells = group_cells(rows, target="sales", features=["year", "size"])
    assert isinstance(cells, Cells)
    assert list(cells.X) == ["year", "size"]
    np.testing.assert_allclose(figures_of(cells), truth_of(rows, ["year", "size"]))


@pytest.mark.parametrize("frame", [pd.DataFrame, pl.DataFrame, pa.table])
def test_cells_are_made_of_what_was_grouped_elsewhere(rows, frame):
    truth = truth_of(rows, ["year", "size"]).reset_index()
    levels = frame({name: list(truth[name]) for name in ("year", "size")})
    figures = truth["mean"], truth["n_rows"], truth["variance"]
    cells = make_cells(levels, *figures)
    assert isinstance(cells.X, type(levels))
    found = figures_of(cells).reset_index()
    pd.testing.assert_frame_equal(
        found, truth.astype({"size": found["size"].dtype}), check_dtype=False
    )


@pytest.mark.parametrize(
    ("figures", "match"),
    [
        (([1, 2], [2, 0], [1, 1]), r"n_rows\[1\] must be an integer >= 1; got 0"),
        (([1, 2], [2, 2.5], [1, 1]), r"n_rows\[1\] must .* got 2.5"),
        (([1, 2], [2, 2], [-1, 1]), r"variance\[0\] must be 0 or more.* got -1"),
        (([1, 2], [2, 1], [1, 1]), r"variance\[1\] must .* 0 for a single row; got 1"),
        (([1, np.nan], [2, 2], [1, 1]), "y contains NaN"),
        (([1, 2], [2, 1], [1, None]), "variance contains NaN"),
        (([1, 2], [2], [1, 1]), "inconsistent numbers of samples"),
        (([1.0, 2.0], [2, 2]), "variance must be given if y holds means"),
    ],
)
def test_figures_that_no_rows_have_are_refused(figures, match):
    with pytest.raises(ValueError, match=match):
        make_cells(pd.DataFrame({"shop": ["Oslo", "Rome"]}), *figures)


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


def test_what_has_no_levels_is_refused_before_it_is_grouped(rows):
    day = pd.Timestamp("2026-01-01")
    with pytest.raises(ColumnError, match=r"'day' is of type Datetime.*month and week"):
        group_cells(rows.assign(day=day), "sales")


def test_whole_numbers_of_128_bits_are_refused():
    duckdb = pytest.importorskip("duckdb")
    with duckdb.connect() as connection:
        table = connection.sql("select 1::hugeint as id, 2.0 as sales")
        with pytest.raises(ColumnError, match=r"'id' is of type Int128.*numbers of 64"):
            group_cells(table, "sales")


def test_a_column_serves_once(rows):
    with pytest.raises(TypeError, match=r"a list of names: \['year'\]"):
        group_cells(rows, "sales", "year")
    for features, name in (["year", "sales"], "sales"), (["year", "year"], "year"):
        with pytest.raises(ColumnError, match=f"'{name}' was named 2 times"):
            group_cells(rows, "sales", features)
    with pytest.raises(ColumnError, match="no features: The table has no further"):
        group_cells(rows[["sales"]], "sales")


@pytest.mark.parametrize("class_weight", [None, "balanced", {"little": 1, "much": 9}])
def test_a_fit_on_cells_of_classes_is_a_fit_on_rows(rows, class_weight):
    rows = rows.assign(label=np.where(rows["sales"] > 3, "much", "little"))
    classifier = EmbeddingClassifier(
        n_networks=1, class_weight=class_weight, random_state=0
    )
    expected = clone(classifier).fit(rows[KEYS], rows["label"])
    sizes = rows.groupby([*KEYS, "label"], dropna=False, observed=True).size()
    frame = sizes.reset_index(name="count")
    for cells in (
        group_cells(rows[[*KEYS, "label"]], "label"),
        make_cells(frame[KEYS], frame["label"], frame["count"]),
    ):
        found = clone(classifier).fit(cells)
        np.testing.assert_allclose(
            found.predict_proba(rows[KEYS]),
            expected.predict_proba(rows[KEYS]),
            atol=1e-10,
        )


def test_cells_have_their_target_and_cannot_be_held_out(rows):
    cells = group_cells(rows[["year", "sales"]], "sales")
    with pytest.raises(
        ValueError, match=r"y and sample_weight must be None.*fit\(cells"
    ):
        EmbeddingRegressor().fit(cells, cells.y)
    with pytest.raises(ValueError, match=r"got cells. Call fit\(cells\)"):
        EmbeddingEncoder().fit_transform(cells, None)
    levels = pd.DataFrame({"shop": ["Oslo", "Rome", "Bern"]})
    means = make_cells(levels, [1.0, 2.0, 3.0], [5, 5, 5], [1.0, 1.0, 1.0])
    for estimator in EmbeddingEncoder(), EmbeddingClassifier():
        with pytest.raises(ValueError, match="got cells with means of numbers"):
            estimator.fit(means)


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_targets_that_are_not_finite_are_refused(value):
    table = pl.DataFrame({"shop": ["a", "a", "b"], "sales": [1.0, value, 2.0]})
    with pytest.raises(ColumnError, match="'sales' has values that are not finite"):
        group_cells(table, "sales")


def test_levels_that_are_not_in_memory_are_refused():
    with pytest.raises(TypeError, match=r"are a LazyFrame.* as its df\(\), compute"):
        make_cells(pl.LazyFrame({"shop": ["a"]}), [1.0], [1], [0.0])


def test_dask_reads_a_table_once(rows):
    """But for its first part, of which a target is taken; some have no rows."""
    dask = pytest.importorskip("dask")
    frame = pytest.importorskip("dask.dataframe")
    read = []

    def part(number):
        read.append(number)
        return rows[number::4] if number else rows[:0]

    with dask.config.set(scheduler="synchronous"):
        table = frame.from_map(part, range(4), meta=rows[:0])
        cells = group_cells(table, "sales")
    assert sorted(read) == [0, 0, 1, 1, 2, 3]
    assert cells.n_rows.sum() == len(rows) * 3 // 4


def test_columns_that_are_not_there_are_named(rows):
    with pytest.raises(ColumnError, match="no column 'price'; it has 'the shop'"):
        group_cells(rows, "sales", features=["price"])
    with pytest.raises(ColumnError, match="no column 'price'"):
        group_cells(rows, "price")


def test_a_target_must_be_known(rows):
    dates = rows[["year"]].assign(date=pd.Timestamp("2020-01-01"))
    with pytest.raises(ColumnError, match=r"'date' must hold numbers, .* got Datetime"):
        group_cells(dates, "date")
    with pytest.raises(ColumnError, match="'size' is missing in"):
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
    n_rows = cells.n_rows.sum()
    for settings in {"n_networks": 1}, {"model": "network", "epochs": 3}:
        model = EmbeddingRegressor(**settings, random_state=0)
        expected = model.fit(X, y).predict(X)
        print(np.abs(model.fit(cells).predict(X) - expected).max(), n_rows)
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
    for line in result.stdout.splitlines()[-2:]:
        apart, n_rows = (float(number) for number in line.split())
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
model = EmbeddingRegressor(model="network", epochs=1, random_state=0).fit(cells)
levels = cells.X.to_pandas()[:2000:2]
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
