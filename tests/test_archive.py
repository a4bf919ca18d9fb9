"""Files of arrays come back as they were, or not at all."""

import json
from zipfile import ZIP_DEFLATED, ZipFile

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays_of

from skembed._archive import HEADER, array_of, read_archive, write_archive
from skembed.exceptions import SavedFileError

NUMBERS = arrays_of.arrays(
    st.sampled_from(["<f8", "<f4", "<i8", "<i4", "|b1", "|u1", "<U3"]),
    arrays_of.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4),
)
VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(st.characters())
)
OBJECTS = st.lists(VALUES, max_size=5).map(array_of)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "model.skembed"


@pytest.fixture
def written(path):
    """A small file."""
    write_archive(path, {"format": 1, "writer": "us"}, [np.arange(3.0)])
    return path


def rewritten(path, header=None, member=b"", *, compression=0):
    """Write a file as `write_archive` never would."""
    described = [{"dtype": "<f8", "shape": [3]}]
    header = {"format": 1, "writer": "us", "arrays": described} | (header or {})
    with ZipFile(path, "w", compression) as archive:
        archive.writestr(HEADER, json.dumps(header))
        archive.writestr("arrays/0", member or np.arange(3.0).tobytes())
    return path


@given(st.lists(NUMBERS | OBJECTS, max_size=3))
@settings(max_examples=100, deadline=None)
def test_arrays_come_back(tmp_path_factory, arrays):
    path = tmp_path_factory.mktemp("archive") / "file"
    write_archive(path, {"format": 1, "note": "ø"}, arrays)
    header, read = read_archive(path, 1)
    assert header["note"] == "ø"
    assert len(read) == len(arrays)
    for there, back in zip(arrays, read, strict=True):
        assert (back.dtype, back.shape) == (there.dtype, there.shape)
        assert repr(back.tolist()) == repr(there.tolist())
        assert back.flags.writeable


def test_equal_content_is_an_equal_file(path, tmp_path):
    other = tmp_path / "other"
    for where in (path, other):
        write_archive(where, {"format": 1}, [np.arange(3)])
    assert path.read_bytes() == other.read_bytes()


def test_what_cannot_be_written_leaves_the_earlier_file(written):
    before = written.read_bytes()
    with pytest.raises(TypeError):
        write_archive(written, {"format": 1}, [array_of([object()])])
    assert written.read_bytes() == before
    assert list(written.parent.iterdir()) == [written]


def test_a_file_cut_off_anywhere_is_refused(written):
    whole = written.read_bytes()
    for length in range(len(whole)):
        written.write_bytes(whole[:length])
        with pytest.raises(SavedFileError, match="is damaged, or was not written"):
            read_archive(written, 1)


def test_a_changed_byte_is_noticed_or_does_not_matter(written):
    whole = written.read_bytes()
    header, (array,) = read_archive(written, 1)
    n_noticed = 0
    for i, byte in enumerate(whole):
        for changed in {0, 255, byte ^ 1, byte ^ 128} - {byte}:
            written.write_bytes(whole[:i] + bytes([changed]) + whole[i + 1 :])
            try:
                read_header, (read,) = read_archive(written, 1)
            except SavedFileError:
                n_noticed += 1
                continue
            assert read_header == header
            np.testing.assert_array_equal(read, array)
    assert n_noticed > len(whole)


@pytest.mark.parametrize(
    ("header", "member"),
    [
        ({}, np.arange(4.0).tobytes()),
        ({"arrays": [{"dtype": "<f8", "shape": [10**12]}]}, b""),
        ({"arrays": [{"dtype": "<f8", "shape": [-3]}]}, b""),
        ({"arrays": [{"dtype": "<f8", "shape": [10**9, "a"]}]}, b""),
        ({"arrays": [{"dtype": "<f8", "shape": [10**9, [0]]}]}, b""),
        ({"arrays": [{"dtype": "<f16", "shape": [1]}]}, bytes(16)),
        ({"arrays": [{"dtype": "object", "shape": [1]}]}, b'{"a": 1}'),
        ({"arrays": [{"dtype": "object", "shape": [1]}]}, b'"a"'),
        ({"arrays": [{"dtype": "<f8", "shape": [1.5, 2]}]}, b""),
        ({"arrays": [{"dtype": "|O", "shape": [3]}]}, b""),
        ({"arrays": [{"dtype": "<f4,<f4", "shape": [3]}]}, b""),
        ({"arrays": [{"dtype": "object", "shape": [1]}]}, b"[[1]]"),
        ({"arrays": [{"dtype": "object", "shape": [2]}]}, b"[1]"),
        ({"arrays": [{"dtype": "object", "shape": [1]}]}, b"[" * 100_000),
        ({"arrays": [{"dtype": "<f8", "shape": [3]}] * 2}, b""),
        ({"arrays": None}, b""),
        ({"arrays": [None]}, b""),
        ({"format": True}, b""),
        ({"format": 0}, b""),
        ({"format": "1"}, b""),
    ],
)
def test_what_does_not_fit_together_is_refused(path, header, member):
    with pytest.raises(SavedFileError, match="is damaged, or was not written"):
        read_archive(rewritten(path, header, member), 1)


def test_what_would_grow_in_memory_is_refused(path):
    rewritten(path, {}, bytes(10**6), compression=ZIP_DEFLATED)
    with pytest.raises(SavedFileError, match="compressed members"):
        read_archive(path, 1)


def test_members_that_claim_more_than_the_file_has_are_refused(written):
    whole = bytearray(written.read_bytes())
    entry = whole.rindex(b"PK\x01\x02")  # of the array, in the archive's directory
    for size in (20, 24):
        whole[entry + size : entry + size + 4] = (10**9).to_bytes(4, "little")
    written.write_bytes(whole)
    with pytest.raises(SavedFileError, match="larger than the file"):
        read_archive(written, 1)


def test_a_later_format_says_what_to_install(path):
    rewritten(path, {"format": 3, "writer": "skembed 9.0"})
    expected = "is of format 3, and this skembed reads up to 1: .* the skembed 9.0"
    with pytest.raises(SavedFileError, match=expected):
        read_archive(path, 1)


def test_another_kind_of_file_is_refused(path):
    path.write_text("not a zip archive")
    with pytest.raises(SavedFileError, match=r"model\.skembed' is damaged, or was not"):
        read_archive(path, 1)


def test_what_cannot_be_opened_is_not_called_damaged(tmp_path):
    with pytest.raises(FileNotFoundError):
        read_archive(tmp_path / "nowhere", 1)
    with pytest.raises(IsADirectoryError):
        read_archive(tmp_path, 1)
