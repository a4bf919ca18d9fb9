"""Vectors are the same wherever they were written to."""

import sys
import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import Ridge

from skembed import EmbeddingEncoder, EmbeddingRegressor
from skembed.cells import make_cells
from skembed.exceptions import ColumnError
from skembed.exports import (
    read_word2vec,
    to_keyed_vectors,
    write_projector,
    write_word2vec,
)
from skembed.exports._words import escape, unescape

LEVELS = {
    "text": ["New York", "%20", "", "tab\there", "a\u2028b", "Tromsø", None],
    "whole": [3, 1, -2, 0, None, 7, 8],
    "exact": [2**70, 1, 2, 3, 4, 5, None],
    "truth": [True, False, True, False, True, False, None],
    "share": [0.5, 1.5, 0.25, 3.0, np.nan, 1e-9, 2.0],
}
WORDS = {
    "text": ["", "%20", "New York", "Tromsø", "a\u2028b", "tab\there"],
    "whole": ["-2", "0", "1", "3", "7", "8"],
    "exact": ["1", "2", "3", "4", "5", str(2**70)],
    "truth": ["False", "True"],
    "share": ["1e-09", "0.25", "0.5", "1.5", "2", "3"],
}


@pytest.fixture(scope="module")
def model():
    """Levels of all kinds, each with a missing one."""
    rng = np.random.default_rng(0)
    columns = {name: pd.Series(values, dtype=object) for name, values in LEVELS.items()}
    X = pd.DataFrame(
        {n: c[rng.integers(7, size=300)].array for n, c in columns.items()}
    )
    y = X["text"].map(len, na_action="ignore").fillna(3) + rng.normal(size=300)
    return EmbeddingRegressor(
        model="network", categorical_features="all", embedding_dim=3, epochs=1
    ).fit(X, y)


@given(st.none() | st.text(st.characters(codec=None)))
@example("%")
@example("%nan")
@example("\ud800 \udfff")
def test_words_come_back_and_have_no_spaces(word):
    token = escape(word)
    assert unescape(token) == word
    assert len(token.split()) == len(token.splitlines()) == 1
    assert token.encode().decode() == token


@pytest.mark.parametrize("column", LEVELS)
def test_a_table_has_levels_counts_and_vectors(model, column):
    frame = model.embedding_frame(column)
    dims = [f"{column}_{i}" for i in range(3)]
    assert frame.columns.tolist() == ["level", "count", *dims]
    assert repr(frame["level"].tolist()) == repr(model.categories_[column].tolist())
    np.testing.assert_array_equal(frame["count"], model.category_counts_[column])
    np.testing.assert_array_equal(frame[dims], model.embeddings_[column])


@pytest.mark.parametrize(
    "column", [*LEVELS][:2] + [*LEVELS][3:]
)  # "exact" is beyond 64 bits
def test_a_table_is_read_from_parquet_as_it_was(model, column, tmp_path):
    frame = model.embedding_frame(column)
    frame.to_parquet(tmp_path / "vectors.parquet")
    back = pd.read_parquet(tmp_path / "vectors.parquet")
    back["level"] = back["level"].fillna(np.nan)
    pd.testing.assert_frame_equal(back, frame, check_dtype=False)
    numbers = frame.columns[1:]
    frame.to_csv(tmp_path / "vectors.csv", index=False)
    back = pd.read_csv(tmp_path / "vectors.csv")
    np.testing.assert_array_equal(back[numbers].astype(np.float32), frame[numbers])


@pytest.mark.parametrize("column", LEVELS)
def test_word2vec_is_read_by_us_and_by_gensim(model, column, tmp_path):
    gensim = pytest.importorskip("gensim.models")
    path = tmp_path / "vectors.txt"
    write_word2vec(model, path, column)
    ours = read_word2vec(path)
    assert ours.index.tolist() == [*WORDS[column], None]
    np.testing.assert_array_equal(ours, model.embeddings_[column])
    theirs = gensim.KeyedVectors.load_word2vec_format(path)
    assert [unescape(key) for key in theirs.index_to_key] == [*WORDS[column], None]
    np.testing.assert_array_equal(theirs.vectors, model.embeddings_[column])


@pytest.mark.parametrize("column", LEVELS)
def test_gensim_knows_levels_vectors_and_counts(model, column):
    pytest.importorskip("gensim")
    keyed = to_keyed_vectors(model, column)
    assert keyed.index_to_key == [*WORDS[column], "%nan"]
    np.testing.assert_array_equal(keyed.vectors, model.embeddings_[column])
    counts = [keyed.get_vecattr(key, "count") for key in keyed.index_to_key]
    np.testing.assert_array_equal(counts, model.category_counts_[column])
    nearest = keyed.most_similar(WORDS[column][0], topn=1)[0][0]
    first = model.categories_[column][0]
    distances = model.similarities(first, column, metric="cosine").to_numpy()
    assert keyed.key_to_index[nearest] == 1 + distances[1:].argmin()


def test_tensorboard_reads_what_is_written(model, tmp_path):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of its own imports
        projector = pytest.importorskip(
            "tensorboard.plugins.projector.projector_config_pb2"
        )
    from google.protobuf import text_format

    write_projector(model, tmp_path / "new" / "folder")
    folder = tmp_path / "new" / "folder"
    text = (folder / "projector_config.pbtxt").read_text("utf-8")
    config = text_format.Parse(text, projector.ProjectorConfig())
    assert [e.tensor_name for e in config.embeddings] == list(LEVELS)
    for described, name in zip(config.embeddings, LEVELS, strict=True):
        vectors = np.loadtxt(folder / described.tensor_path, dtype=np.float32)
        np.testing.assert_array_equal(vectors, model.embeddings_[name])
        lines = (folder / described.metadata_path).read_text("utf-8").split("\n")
        assert lines[0] == "level\tcount"
        counts = [float(line.split("\t")[1]) for line in lines[1:-1]]
        np.testing.assert_array_equal(counts, model.category_counts_[name])
    assert "New York" in (folder / "metadata_0.tsv").read_text("utf-8")


def test_counts_keep_their_digits(tmp_path):
    X = pd.DataFrame({"level": ["a", "b", "c"]})
    cells = make_cells(X, [0.0, 1.0, 5.0], [1_234_567, 1, 2], np.zeros(3))
    model = EmbeddingRegressor(n_networks=0).fit(cells)
    write_projector(model, tmp_path)
    lines = (tmp_path / "metadata_0.tsv").read_text().split("\n")
    assert lines[1:3] == ["a\t1234567", "b\t1"]


def test_without_categorical_features_there_is_nothing_to_project(tmp_path):
    X = np.random.default_rng(0).normal(size=(50, 2))
    model = EmbeddingRegressor(n_networks=0).fit(X, X[:, 0])
    with pytest.raises(ColumnError, match="no categorical features"):
        write_projector(model, tmp_path)


def test_a_level_that_means_missing_has_no_place_in_gensim(tmp_path):
    pytest.importorskip("gensim")
    tokens = np.array(["%nan", "a"] * 20, dtype=object)
    model = EmbeddingRegressor(n_networks=0).fit(tokens, np.arange(40.0))
    with pytest.raises(ColumnError, match=r"has a level '%nan'.*in gensim"):
        to_keyed_vectors(model)
    write_word2vec(model, tmp_path / "file")
    assert read_word2vec(tmp_path / "file").index.tolist() == ["%nan", "a"]


def test_names_are_those_of_transform():
    X = np.array(["a", "b"] * 20)
    model = EmbeddingRegressor(n_networks=0).fit(X, np.arange(40.0))
    names = model.embedding_frame().columns[2:].tolist()
    assert names == model.get_feature_names_out().tolist() == ["x0_0"]


def test_another_file_is_not_read(tmp_path):
    (tmp_path / "file").write_text("level,count\n")
    with pytest.raises(ValueError, match="to begin with the numbers of levels"):
        read_word2vec(tmp_path / "file")


def test_an_encoder_has_vectors_too(tmp_path):
    rng = np.random.default_rng(0)
    tokens = rng.choice(["a", "b", "c"], 100)
    encoder = EmbeddingEncoder().fit(tokens, rng.normal(size=100))
    write_word2vec(encoder, tmp_path / "vectors.txt")
    written = read_word2vec(tmp_path / "vectors.txt")
    np.testing.assert_array_equal(written, encoder.embedding_)
    assert encoder.embedding_frame().shape == (3, 2 + encoder.embedding_.shape[1])


def test_a_file_that_was_cut_off_is_refused(model, tmp_path):
    path = tmp_path / "vectors.txt"
    write_word2vec(model, path, "text")
    lines = path.read_text("utf-8").split("\n")
    for cut in (lines[:-2], [*lines[:-2], lines[-2].rsplit(" ", 1)[0]]):
        path.write_text("\n".join(cut), "utf-8")
        with pytest.raises(ValueError, match="to have 7 lines of a level and 3"):
            read_word2vec(path)


WRITERS = {
    "write_word2vec": lambda model, path: write_word2vec(model, path / "x"),
    "to_keyed_vectors": lambda model, path: to_keyed_vectors(model),
    "write_projector": write_projector,
}


@pytest.mark.parametrize("caller", WRITERS)
def test_what_cannot_be_written_is_refused(caller, tmp_path, model):
    write = WRITERS[caller]
    with pytest.raises(TypeError, match=f"{caller} expects .* got Ridge"):
        write(Ridge(), tmp_path)
    with pytest.raises(NotFittedError):
        write(EmbeddingRegressor(), tmp_path)
    if caller != "write_projector":
        with pytest.raises(ColumnError, match="No column given"):
            write(model, tmp_path)
    assert not list(tmp_path.iterdir())


def test_gensim_is_optional(model, monkeypatch):
    monkeypatch.setitem(sys.modules, "gensim", None)
    with pytest.raises(ImportError, match="pip install gensim"):
        to_keyed_vectors(model, "text")
