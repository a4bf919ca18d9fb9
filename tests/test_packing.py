"""What is taken apart is put together again, and nothing else is."""

import json
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skembed._packing import Packer, Unpacker


@dataclass(frozen=True)
class Point:
    x: Any
    y: Any


@dataclass(frozen=True)
class Stranger:
    x: Any


class Mark:
    """Has no fields."""


CLASSES = {"Point": Point, "Mark": Mark}
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False),
    st.text(),
    st.floats(width=32, allow_nan=False).map(np.float32),
    st.integers(-5, 5).map(np.int64),
)
KEYS = st.one_of(st.text(), st.integers(), st.tuples(st.text(), st.integers()))
NESTED = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.lists(inner, max_size=3).map(tuple),
        st.dictionaries(KEYS, inner, max_size=3),
        st.builds(Point, inner, inner),
    ),
    max_leaves=10,
)


def round_trip(value):
    packer = Packer(CLASSES)
    packed, objects = json.loads(json.dumps([packer.pack(value), packer.objects]))
    return Unpacker(CLASSES, packer.arrays, objects).unpack(packed)


def kinds_in(value):
    """Types of a nested value, which equality would not tell apart."""
    if isinstance(value, dict):
        return [(kinds_in(k), kinds_in(v)) for k, v in value.items()]
    if isinstance(value, list | tuple):
        return type(value), [kinds_in(item) for item in value]
    if isinstance(value, Point):
        return Point, kinds_in(value.x), kinds_in(value.y)
    return type(value)


@given(NESTED)
@settings(max_examples=200, deadline=None)
def test_values_come_back(value):
    back = round_trip(value)
    assert back == value
    assert kinds_in(back) == kinds_in(value)


def test_arrays_and_numbers_that_are_none_come_back():
    value = {"a": np.arange(3), "b": [np.nan, np.inf, -0.0], "c": Mark()}
    back = round_trip(value)
    np.testing.assert_array_equal(back["a"], value["a"])
    assert repr(back["b"]) == "[nan, inf, -0.0]"
    assert isinstance(back["c"], Mark)


@pytest.mark.parametrize(
    "index", [pd.Index(["a", "b"]), pd.Index([1, 2]), pd.RangeIndex(3)], ids=repr
)
def test_columns_of_a_frame_come_back(index):
    back = round_trip({"a": (index,)})["a"][0]
    pd.testing.assert_index_equal(back, index, exact="equiv")


def test_what_is_referred_to_twice_is_kept_once():
    array = np.arange(3)
    point = Point(array, array)
    packer = Packer(CLASSES)
    packer.pack([point, point, (array, array.copy())])
    assert len(packer.arrays) == 2
    assert len(packer.objects) == 1
    first, second = round_trip([point, point])
    assert first is second
    assert first.x is first.y


def test_arrays_of_objects_hold_values_of_python():
    values = np.array(["a", np.str_("b"), np.int64(3), np.nan, None], dtype=object)
    packer = Packer(CLASSES)
    packer.pack(values)
    assert [type(v) for v in packer.arrays[0]] == [str, str, int, float, type(None)]


@pytest.mark.parametrize(
    ("value", "named"),
    [
        (Stranger(1), r"Stranger\(x=1\), of type Stranger"),
        (print, "built-in function print"),
        ([{"a": {1, 2}}], r"\{1, 2\}, of type set"),
        (np.array([Stranger(2)], dtype=object), "x=2.*, of type Stranger"),
        (np.zeros((2, 2), dtype=object), "type object and shape"),
        (np.zeros(2, dtype="M8[ns]"), "type datetime64"),
        (np.complex128(1j), "of type complex128"),
        (np.longdouble(1), "of type longdouble"),
        (np.ones(1, dtype=np.longdouble), "type float128 and shape"),
    ],
)
def test_code_and_other_types_are_named(value, named):
    with pytest.raises(TypeError, match=named):
        Packer(CLASSES).pack(value)


def test_a_class_of_the_same_name_is_another_one():
    other = type("Point", (), {})
    with pytest.raises(TypeError, match="of type Point"):
        Packer(CLASSES).pack(other())


@pytest.mark.parametrize(
    ("objects", "value"),
    [
        ([{"class": "Popen", "fields": {}}], 1),
        ([{"class": "Point", "fields": {"x": 1}}], 1),
        ([{"class": "Point", "fields": {"x": 1, "y": 2, "z": 3}}], 1),
        ([{"class": "Point", "fields": {"x": {"object": 0}, "y": 1}}], 1),
        ([{"class": "Mark"}], 1),
        ([], {"array": 0}),
        ([], {"lambda": 0}),
        ([], {"tuple": [], "dict": []}),
        ([], {"scalar": ["|O", 1]}),
        ([], {"scalar": ["<i8", "one"]}),
    ],
)
def test_what_was_not_taken_apart_is_not_put_together(objects, value):
    with pytest.raises((LookupError, TypeError, ValueError)):
        Unpacker(CLASSES, [], objects).unpack(value)
