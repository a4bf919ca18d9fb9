import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from skembed._parts import parts_of


@given(st.integers(0, 50), st.integers(1, 20))
def test_parts_are_all_rows_in_their_order(n_rows, at_a_time):
    rows = np.arange(n_rows)
    parts = [rows[part] for part in parts_of(n_rows, at_a_time)]
    assert [len(part) for part in parts[:-1]] == [at_a_time] * (len(parts) - 1)
    assert np.concatenate([[], *parts]).tolist() == rows.tolist()
    assert all(len(part) for part in parts)
