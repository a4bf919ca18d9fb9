"""Close spellings, prefixes first."""

import pytest

from skembed._spelling import close_spellings

FILMS = ["Star Maps (1997)", "Star Wars (1977)", "Star Wars: Episode IV", "Casablanca"]


@pytest.mark.parametrize(
    ("name", "clause"),
    [
        ("tokne", "; did you mean 'token'?"),
        ("1001", "; did you mean 1001?"),
        ("entirely else", "."),
        ("TOKEN", "; did you mean 'token'?"),
        ("to", "."),
    ],
)
def test_close_spellings_are_named_as_they_are_written(name, clause):
    assert close_spellings(name, ["token", 1001, "city"]) == clause


@pytest.mark.parametrize("name", ["Star Wars", "star wars"])
def test_close_spellings_begin_with_the_names_that_the_name_is_a_prefix_of(name):
    clause = close_spellings(name, FILMS)
    assert clause.startswith(
        "; did you mean 'Star Wars (1977)' or 'Star Wars: Episode IV'"
    )


def test_close_spellings_are_found_of_a_short_prefix_of_a_long_name():
    assert close_spellings("Casa", FILMS) == "; did you mean 'Casablanca'?"


def test_close_spellings_that_differ_by_case_only_are_all_named():
    assert (
        close_spellings("oslo", ["OSLO", "Oslo"]) == "; did you mean 'OSLO' or 'Oslo'?"
    )
