import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skembed._architecture import (
    Architecture,
    choose_embedding_dims,
    power_of_two,
    read_activations,
    read_hidden_units,
    round_up,
)
from skembed._columns import Column
from skembed._vocabulary import learn_vocabulary
from skembed.exceptions import ColumnError

SIZES = st.integers(1, 10**6)


def architecture(**changes):
    sizes = {
        "table_rows": (5, 12),
        "embedding_dims": (2, 3),
        "n_quantities": 4,
        "hidden_units": (8, 6),
        "activations": ("relu", "tanh"),
        "n_outputs": 2,
    }
    return Architecture(**(sizes | changes))


def vocabulary(n_levels, name="city", **options):
    """Level i occurs i + 1 times."""
    values = pd.Series(np.repeat(np.arange(n_levels), np.arange(n_levels) + 1))
    return learn_vocabulary(Column(name, "integer", values.to_numpy()), **options)


def test_layers_lead_from_vectors_and_quantities_to_the_outputs():
    assert architecture().layer_sizes == [(2 + 3 + 4, 8), (8, 6), (6, 2)]


def test_without_hidden_layers_the_outputs_follow_at_once():
    linear = architecture(hidden_units=(), activations=())
    assert linear.layer_sizes == [(9, 2)]


def test_without_tables_the_quantities_are_the_inputs():
    numeric = architecture(table_rows=(), embedding_dims=())
    assert numeric.layer_sizes == [(4, 8), (8, 6), (6, 2)]


def test_equal_sizes_are_the_same_architecture():
    assert architecture() == architecture()
    assert hash(architecture()) == hash(architecture())
    assert architecture() != architecture(n_outputs=1)


def test_only_tables_are_rounded_up():
    rounded = architecture(table_rows=(5, 1001)).rounded_up(round_up)
    assert rounded == architecture(table_rows=rounded.table_rows)
    assert rounded != architecture(table_rows=(5, 1001))


@given(SIZES)
def test_tables_are_rounded_up_to_a_multiple_of_8_or_by_at_most_a_quarter(rows):
    (rounded,) = architecture(table_rows=(rows,)).rounded_up(round_up).table_rows
    assert rounded % 8 == 0
    assert rows <= rounded <= max(rows + 7, 1.25 * rows)


@given(SIZES)
def test_rounded_tables_stay_as_they_are(rows):
    once = architecture(table_rows=(rows,)).rounded_up(round_up)
    assert once.rounded_up(round_up) == once


@given(SIZES, SIZES)
def test_longer_tables_are_rounded_to_no_shorter_ones(first, second):
    tables = architecture(table_rows=tuple(sorted([first, second])))
    shorter, longer = tables.rounded_up(round_up).table_rows
    assert shorter <= longer


def test_few_lengths_are_left_after_rounding():
    tables = architecture(table_rows=tuple(range(1, 1025)))
    assert len(set(tables.rounded_up(round_up).table_rows)) < 40


@given(SIZES)
def test_powers_of_two_are_the_next_ones(rows):
    rounded = power_of_two(rows)
    assert rounded.bit_count() == 1
    assert rows <= rounded < max(2 * rows, 16)


def test_tables_can_be_exchanged():
    assert architecture().with_table_rows((7, 7)) == architecture(table_rows=(7, 7))


@pytest.mark.parametrize(
    ("n_levels", "dim"),
    [(1, 2), (5, 2), (10, 3), (50, 7), (104, 11), (200, 16), (300, 16)],
)
def test_auto_grows_with_the_number_of_levels_from_2_to_16(n_levels, dim):
    assert choose_embedding_dims("auto", [vocabulary(n_levels)]) == (dim,)


def test_auto_counts_pooled_levels_as_one():
    pooled = vocabulary(50, min_frequency=42)  # leaves 9 levels and the pool
    assert choose_embedding_dims("auto", [pooled]) == (3,)


def test_auto_counts_the_missing_level():
    values = pd.Series([*"abcdefg", None], dtype=object).to_numpy()
    with_missing = learn_vocabulary(Column("a", "text", values))
    without = learn_vocabulary(Column("b", "text", values[:-1]))
    assert choose_embedding_dims("auto", [with_missing, without]) == (3, 2)


@pytest.mark.parametrize("dim", [1, 4, 100, np.int64(4)])
def test_a_number_is_the_dimension_of_every_column(dim):
    dims = choose_embedding_dims(dim, [vocabulary(3), vocabulary(300)])
    assert dims == (dim, dim)
    assert all(type(d) is int for d in dims)


def test_a_dict_has_the_dimension_by_column():
    vocabularies = [vocabulary(10, "a"), vocabulary(10, "b"), vocabulary(50, 2)]
    choice = {2: "auto", "b": 5}
    assert choose_embedding_dims(choice, vocabularies) == (3, 5, 7)
    assert choose_embedding_dims({}, vocabularies) == (3, 3, 7)


def test_without_categorical_columns_there_are_no_dimensions():
    assert choose_embedding_dims("auto", []) == choose_embedding_dims(4, []) == ()


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("citty", "'citty', which is not a categorical column; did you mean 'city'"),
        ("xyz", r"'xyz', which is not a categorical column\."),
        (1, "1, which is not a categorical column"),
    ],
)
def test_a_dict_cannot_name_another_column(name, message):
    with pytest.raises(ColumnError, match=message):
        choose_embedding_dims({name: 3}, [vocabulary(3)])


@pytest.mark.parametrize("dim", [0, -1, 2.5, "large", None], ids=repr)
def test_a_dimension_is_a_positive_integer(dim):
    with pytest.raises(ValueError, match=f"'city' is {dim!r}"):
        choose_embedding_dims({"city": dim}, [vocabulary(3)])


@settings(deadline=None)
@given(st.lists(st.integers(1, 999)), st.sampled_from([list, tuple, np.array]))
def test_hidden_units_become_integers(units, container):
    if container is np.array:
        read = read_hidden_units(np.array(units, dtype=np.int64))
    else:
        read = read_hidden_units(container(units))
    assert read == tuple(units)
    assert all(type(n) is int for n in read)


@pytest.mark.parametrize("units", [0, -3, 2.0, "8", None], ids=repr)
def test_a_layer_has_a_positive_integer_of_units(units):
    with pytest.raises(ValueError, match=f"hidden_units holds {units!r}"):
        read_hidden_units([8, units])


def test_one_activation_is_that_of_every_layer():
    assert read_activations("relu", 3) == ("relu", "relu", "relu")
    assert read_activations("relu", 0) == ()


def test_each_layer_can_have_an_activation_of_its_own():
    assert read_activations(["relu", "tanh"], 2) == ("relu", "tanh")
    assert read_activations(np.array(["relu", "tanh"]), 2) == ("relu", "tanh")


@pytest.mark.parametrize("names", [["relu"], ["relu"] * 3, []], ids=repr)
def test_there_are_as_many_activations_as_layers(names):
    message = f"names {len(names)} activations for 2 hidden layers"
    with pytest.raises(ValueError, match=message):
        read_activations(names, 2)


def test_an_unknown_activation_is_refused():
    with pytest.raises(ValueError, match="'rleu', which is not one of linear, relu"):
        read_activations(["relu", "rleu"], 2)
