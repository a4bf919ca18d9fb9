"""Learned objects taken apart into what JSON and arrays can hold, and put together.

Plain values stay as they are. Everything else is a dict of one entry, whose key says
what it is: {"tuple": [...]}, {"dict": [[key, value], ...]}, {"scalar": [type, value]}
of numpy, {"index": {"array": i}} of pandas, or {"array": i} and {"object": i}, the i-th
of its kind. An object is of one of the classes that are given, with what its fields
hold; it refers to earlier objects only. What is referred to twice is kept once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from typing import Any, TypeAlias

import numpy as np
import pandas as pd

from skembed._archive import SCALARS, array_of, is_storable

Classes: TypeAlias = Mapping[str, type]


class Packer:
    """Takes values apart.

    Parameters
    ----------
    classes : dict of type
        Those whose instances are taken apart, by their names. Without fields, if they
        are no dataclasses.

    Attributes
    ----------
    arrays : list of ndarray
        That were met so far.
    objects : list of dict
        What the objects that were met are made of.
    """

    def __init__(self, classes: Classes) -> None:
        self.arrays: list[np.ndarray] = []
        self.objects: list[dict[str, Any]] = []
        self._classes = classes
        self._met: dict[int, tuple[Any, dict[str, int]]] = {}

    def pack(self, value: Any) -> Any:
        """Return what JSON can hold in place of a value.

        Raises
        ------
        TypeError
            If the value, or one inside it, is of another type.
        """
        if type(value) in SCALARS:
            return value
        if isinstance(value, np.generic) and is_storable(value.dtype):
            return {"scalar": [value.dtype.str, value.item()]}
        if type(value) in (list, tuple, dict) or isinstance(value, pd.Index):
            return self._container(value)
        return self._once(value)

    def _container(self, value: Any) -> Any:
        if isinstance(value, pd.Index):
            return {"index": self.pack(value.to_numpy())}
        if isinstance(value, dict):
            return {"dict": [[self.pack(k), self.pack(v)] for k, v in value.items()]}
        items = [self.pack(item) for item in value]
        return items if isinstance(value, list) else {"tuple": items}

    def _once(self, value: Any) -> dict[str, int]:
        """Return a reference to an array or to an object."""
        if id(value) not in self._met:
            # what was met is kept, or another could get its id
            self._met[id(value)] = value, self._reference(value)
        return self._met[id(value)][1]

    def _reference(self, value: Any) -> dict[str, int]:
        if isinstance(value, np.ndarray):
            self.arrays.append(_storable(value))
            return {"array": len(self.arrays) - 1}
        name = type(value).__name__
        if self._classes.get(name) is not type(value):
            raise TypeError(f"{value!r}, of type {name}")
        held = {name: self.pack(getattr(value, name)) for name in _fields(type(value))}
        self.objects.append({"class": name, "fields": held})
        return {"object": len(self.objects) - 1}


class Unpacker:
    """Puts values together.

    Parameters
    ----------
    classes : dict of type
        Those that the objects are instances of, by their names.
    arrays : list of ndarray
        What values refer to.
    objects : list of dict
        What values refer to, each made of earlier ones only.

    Raises
    ------
    KeyError, TypeError, ValueError
        If they are not what `Packer` makes.
    """

    def __init__(
        self, classes: Classes, arrays: list[np.ndarray], objects: list[dict[str, Any]]
    ) -> None:
        self._arrays = arrays
        self._objects: list[Any] = []
        for described in objects:
            self._objects.append(self._made(classes[described["class"]], described))

    def _made(self, kind: type, described: dict[str, Any]) -> Any:
        held = described["fields"]
        if not _needed(kind) <= set(held) <= set(_fields(kind)):
            raise ValueError(f"{kind.__name__} has other fields than {sorted(held)}")
        return kind(**{name: self.unpack(value) for name, value in held.items()})

    def unpack(self, value: Any) -> Any:
        """Return the value that was taken apart.

        Raises
        ------
        IndexError, KeyError, TypeError, ValueError
            If it is not what `Packer.pack` returns.
        """
        if isinstance(value, list):
            return [self.unpack(item) for item in value]
        if not isinstance(value, dict):
            return value
        ((kind, content),) = value.items()
        makers: dict[str, Callable[[Any], Any]] = {
            "array": self._arrays.__getitem__,
            "object": self._objects.__getitem__,
            "scalar": _scalar,
            "index": lambda array: pd.Index(self.unpack(array)),
            "tuple": lambda items: tuple(self.unpack(item) for item in items),
            "dict": lambda items: {self.unpack(k): self.unpack(v) for k, v in items},
        }
        return makers[kind](content)


def _fields(kind: type) -> list[str]:
    return [field.name for field in fields(kind)] if is_dataclass(kind) else []


def _needed(kind: type) -> set[str]:
    """Return the fields without a default: files of older versions may lack others."""
    return {name for name in _fields(kind) if not hasattr(kind, name)}


def _storable(array: np.ndarray) -> np.ndarray:
    """Return an array as it can be stored: of objects, those of Python's own types.

    Raises
    ------
    TypeError
        If there are others.
    """
    if is_storable(array.dtype):
        return array
    if array.dtype != object or array.ndim != 1:
        raise TypeError(f"an array of type {array.dtype} and shape {array.shape}")
    values = [v.item() if isinstance(v, np.generic) else v for v in array.tolist()]
    for value in values:
        if type(value) not in SCALARS:
            raise TypeError(f"{value!r}, of type {type(value).__name__}")
    return array_of(values)


def _scalar(content: Any) -> Any:
    dtype, value = np.dtype(content[0]), content[1]
    if not is_storable(dtype):
        raise ValueError(f"a scalar of type {dtype}")
    return dtype.type(value)
