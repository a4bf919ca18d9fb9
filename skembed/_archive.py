"""A file of a JSON header and of arrays, none of which is code.

It is a zip archive of uncompressed members, with a check sum of each: ``header.json``,
then ``arrays/0``, ``arrays/1`` and so on. The header lists the type and the shape of
every array. A member holds the bytes of its array, in C order, or the JSON list of its
values, where its type is "object".
"""

from __future__ import annotations

import json
import math
import os
import struct
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from zipfile import ZIP_STORED, BadZipFile, ZipFile, ZipInfo

import numpy as np

from skembed._files import replaced
from skembed.exceptions import SavedFileError

HEADER = "header.json"
KINDS = "biufU"  # of numpy's types: truth values, numbers and text
LONGEST = 8  # bytes of a number: those of longer ones differ between machines
SCALARS = {str, int, float, bool, type(None)}
OBJECT = "object"
READABLE = 0o644 << 16  # where somebody unzips it
DAMAGE = (
    ArithmeticError,
    AttributeError,
    BadZipFile,
    EOFError,
    LookupError,
    OSError,
    RuntimeError,  # of what is encrypted, compressed otherwise or nested too deeply
    TypeError,
    ValueError,
    struct.error,
)


def write_archive(
    path: str | os.PathLike[str], header: dict[str, Any], arrays: Sequence[np.ndarray]
) -> None:
    """Write a file, which is there as a whole or not at all.

    Parameters
    ----------
    path : str or path-like
        Where. A file that is there is replaced in the end.
    header : dict
        What JSON can hold.
    arrays : sequence of ndarray
        Of truth values, numbers or text, or of objects that JSON can hold.
    """
    described = {**header, "arrays": [_described(array) for array in arrays]}
    with replaced(path) as file, ZipFile(file, "w") as archive:
        _write(archive, HEADER, json.dumps(described).encode())
        for i, array in enumerate(arrays):
            _write(archive, _member(i), _bytes_of(array))


@contextmanager
def damage_reported(path: str | os.PathLike[str]) -> Iterator[None]:
    """Name the file in an error about what it holds.

    Raises
    ------
    SavedFileError
        In place of what is raised where bytes are not what they should be.
    """
    try:
        yield
    except SavedFileError:
        raise
    except DAMAGE as error:
        raise SavedFileError(
            f"{os.fspath(path)!r} is damaged, or was not written by save: {error}"
        ) from error


def read_archive(
    path: str | os.PathLike[str], newest_format: int
) -> tuple[dict[str, Any], list[np.ndarray]]:
    """Read a file, nothing of which is run.

    Parameters
    ----------
    path : str or path-like
        Where it is.
    newest_format : int
        Of the header's "format", up to which the file is read.

    Returns
    -------
    header : dict
        As it was written, and "arrays".
    arrays : list of ndarray
        As they were written.

    Raises
    ------
    SavedFileError
        If it is damaged, of a later format, or another kind of file.
    """
    with (
        Path(path).open("rb") as file,
        damage_reported(path),
        ZipFile(file) as archive,
    ):
        _check_sizes(archive, os.fstat(file.fileno()).st_size)
        header = json.loads(archive.read(HEADER))
        _check_format(header, newest_format, path)
        arrays = [
            _read(archive, _member(i), described)
            for i, described in enumerate(header["arrays"])
        ]
    return header, arrays


def _described(array: np.ndarray) -> dict[str, Any]:
    dtype = OBJECT if array.dtype == object else array.dtype.str
    return {"dtype": dtype, "shape": list(array.shape)}


def _bytes_of(array: np.ndarray) -> bytes:
    if array.dtype != object:
        return array.tobytes()
    return json.dumps(array.tolist()).encode()


def _member(i: int) -> str:
    return f"arrays/{i}"


def _write(archive: ZipFile, name: str, data: bytes) -> None:
    member = ZipInfo(name)  # of no date: equal models have equal files
    member.external_attr = READABLE
    archive.writestr(member, data)


def _check_sizes(archive: ZipFile, n_bytes: int) -> None:
    """Raise if members would take more memory than the file takes."""
    members = archive.infolist()
    if any(member.compress_type != ZIP_STORED for member in members):
        raise ValueError("it has compressed members")
    if sum(member.file_size for member in members) > n_bytes:
        raise ValueError("its members are larger than the file")


def _check_format(
    header: dict[str, Any], newest_format: int, path: str | os.PathLike[str]
) -> None:
    number = header["format"]
    if type(number) is not int or number < 1:
        raise ValueError(f"its format is {number!r}")
    if number > newest_format:
        raise SavedFileError(
            f"{os.fspath(path)!r} is of format {number}, and this skembed reads up to "
            f"{newest_format}: install a later one, as the {header['writer']} that has "
            "written it."
        )


def _read(archive: ZipFile, name: str, described: dict[str, Any]) -> np.ndarray:
    shape = _shape(described["shape"])
    if described["dtype"] == OBJECT:
        return _objects(json.loads(archive.read(name)), shape, name)
    dtype = np.dtype(described["dtype"])
    n_bytes = dtype.itemsize * math.prod(shape)
    if not is_storable(dtype) or archive.getinfo(name).file_size != n_bytes:
        raise ValueError(f"{name} is not what its header says")
    return np.frombuffer(archive.read(name), dtype).reshape(shape).copy()


def _shape(described: Any) -> tuple[int, ...]:
    if not all(type(n) is int and n >= 0 for n in described):
        raise ValueError(f"the shape of an array is {described!r}")
    return tuple(described)


def _objects(values: Any, shape: tuple[int, ...], name: str) -> np.ndarray:
    are_scalars = type(values) is list and {type(v) for v in values} <= SCALARS
    if not are_scalars or shape != (len(values),):
        raise ValueError(f"{name} is not what its header says")
    return array_of(values)


def is_storable(dtype: np.dtype[Any]) -> bool:
    """Say whether the bytes of an array of a type can be stored."""
    return dtype.kind in KINDS and (dtype.kind == "U" or dtype.itemsize <= LONGEST)


def array_of(values: list[Any]) -> np.ndarray:
    """Return an array of objects."""
    array: np.ndarray = np.empty(len(values), dtype=object)
    array[:] = values
    return array
