"""Row groups come as batches, as often as they are asked for."""

import sys

import numpy as np
import pandas as pd
import pytest

from skembed import EmbeddingRegressor
from skembed.batches import ParquetBatches
from skembed.exceptions import ColumnError


@pytest.fixture
def frame():
    rng = np.random.default_rng(0)
    return pd.DataFrame(
        {
            "shop": rng.choice(["a", "b", None], size=250),
            "size": rng.normal(size=250),
            "sold": rng.normal(size=250),
            "n": rng.integers(1, 4, size=250),
        }
    )


@pytest.fixture
def path(frame, tmp_path):
    path = tmp_path / "table.parquet"
    frame.to_parquet(path, row_group_size=100)
    return path


def test_row_groups_are_batches_again_and_again(frame, path):
    batches = ParquetBatches(path, "sold", ["size", "shop"])
    assert len(batches) == 3
    for _ in range(2):
        X, y = zip(*batches, strict=True)
        assert [len(part) for part in X] == [100, 100, 50]
        pd.testing.assert_frame_equal(
            pd.concat(X, ignore_index=True), frame[["size", "shop"]], check_dtype=False
        )
        np.testing.assert_array_equal(np.concatenate(y), frame["sold"])


def test_weights_are_the_third_part_and_no_feature(frame, path):
    batches = list(ParquetBatches(path, "sold", sample_weight="n"))
    assert [batch[0].columns.tolist() for batch in batches] == [["shop", "size"]] * 3
    np.testing.assert_array_equal(np.concatenate([b[2] for b in batches]), frame["n"])


def test_files_of_a_folder_follow_each_other(frame, tmp_path):
    for name, rows in (("2", slice(100, None)), ("1", slice(0, 100))):
        frame[rows].to_parquet(tmp_path / f"{name}.parquet")
    batches = ParquetBatches(tmp_path, "sold")
    assert len(batches) == 2
    outcomes = np.concatenate([y for _, y in batches])
    np.testing.assert_array_equal(outcomes, frame["sold"])


def dask_file(frame, path):
    dask = pytest.importorskip("dask.dataframe")
    dask.from_pandas(frame, npartitions=2).to_parquet(path)


@pytest.mark.filterwarnings("ignore:The inplace keyword")  # Dask uses it of pandas
@pytest.mark.parametrize(
    "write",
    [
        lambda frame, path: frame.sample(frac=1, random_state=0).to_parquet(path),
        lambda frame, path: frame.set_index("n").to_parquet(path),
        dask_file,
    ],
    ids=["shuffled", "with an index", "by Dask"],
)
def test_what_was_stored_of_an_index_is_no_feature(frame, tmp_path, write):
    write(frame[["shop", "n", "sold"]], tmp_path / "table.parquet")
    batches = ParquetBatches(tmp_path / "table.parquet", "sold")
    names = {tuple(X.columns) for X, _ in batches}
    assert names <= {("shop",), ("shop", "n")}
    assert sum(len(y) for _, y in batches) == len(frame)


def test_an_index_can_be_named(frame, tmp_path):
    frame.set_index("n").to_parquet(tmp_path / "table.parquet")
    batches = ParquetBatches(tmp_path / "table.parquet", "sold", ["n", "shop"])
    ((X, _),) = batches
    assert X["n"].tolist() == frame["n"].tolist()


def test_missing_values_in_some_groups_change_no_column(tmp_path):
    ids = [2**53 + 1, 2**53 + 3, None, 2**53 + 5, 2**53 + 1, 2**53 + 3]
    frame = pd.DataFrame({"id": pd.array(ids, dtype="Int64"), "y": np.arange(6.0)})
    frame.to_parquet(tmp_path / "table.parquet", row_group_size=3)
    batches = ParquetBatches(tmp_path / "table.parquet", "y")
    model = EmbeddingRegressor(epochs=1, hidden_units=(4,)).fit(batches)
    assert model.is_categorical_.tolist() == [True]
    assert model.category_counts_["id"].tolist() == [2, 2, 1, 1]


def test_empty_row_groups_are_none(frame, tmp_path):
    for name, rows in (("1", slice(0, 0)), ("2", slice(0, 100))):
        frame[rows].to_parquet(tmp_path / f"{name}.parquet")
    batches = ParquetBatches(tmp_path, "sold")
    assert len(batches) == len(list(batches)) == 1


def test_a_file_that_lacks_a_column_is_named_at_once(frame, tmp_path):
    frame.to_parquet(tmp_path / "1.parquet")
    frame.drop(columns="size").to_parquet(tmp_path / "2.parquet")
    with pytest.raises(ColumnError, match=r"2\.parquet has no column 'size'"):
        ParquetBatches(tmp_path, "sold")


def test_a_network_is_fitted_to_them(path):
    batches = ParquetBatches(path, "sold", ["shop", "size"], sample_weight="n")
    model = EmbeddingRegressor(epochs=2, hidden_units=(4,), random_state=0).fit(batches)
    n_rows = sum((weight > 0).sum() for *_, weight in batches)
    assert model.category_counts_["shop"].sum() == pytest.approx(n_rows)


@pytest.mark.parametrize(
    "names", [{"target": "price"}, {"features": ["price"]}, {"sample_weight": "price"}]
)
def test_a_name_that_there_is_not_is_refused(path, names):
    with pytest.raises(ColumnError, match="has no column 'price'; it has 'shop', "):
        ParquetBatches(path, **({"target": "sold"} | names))


def test_a_file_that_there_is_not_is_refused(tmp_path):
    with pytest.raises(FileNotFoundError, match="no Parquet file, nor a folder"):
        ParquetBatches(tmp_path, "sold")


def test_it_says_what_to_install(path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(ImportError, match="pip install pyarrow"):
        ParquetBatches(path, "sold")
