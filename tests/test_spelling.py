"""Near misses."""

import pytest

from skembed._spelling import close_spellings


@pytest.mark.parametrize(
    ("name", "clause"),
    [
        ("tokne", "; did you mean 'token'?"),
        ("1001", "; did you mean 1001?"),
        ("entirely else", "."),
    ],
)
def test_what_may_have_been_meant_is_named_as_it_is_written(name, clause):
    assert close_spellings(name, ["token", 1001, "city"]) == clause
