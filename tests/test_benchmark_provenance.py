"""Where figures come from is said once, however many lines say it."""

import pandas as pd

from benchmarks.provenance import provenance


def test_provenance_says_each_thing_once():
    cells = pd.DataFrame(
        {
            "size": "full",
            "date": ["2026-01-02", "2026-01-05", "2026-01-02"],
            "commit": ["abc", "def+", "abc"],
            "machine": "Linux x86_64",
            "cores": [2, 4, 2],
            "versions": [
                "Python 3.11.7, lightgbm 4.6.0",
                "Python 3.11.7, lightgbm 4.7.0, torch 2.13.0",
                "Python 3.11.7, lightgbm 4.6.0",
            ],
        }
    )
    assert provenance(cells, "serving") == (
        "Measured by `python -m benchmarks serving` from 2026-01-02 to 2026-01-05, at "
        "commit abc and def+ (+: with changes), on Linux x86_64 with 2 cores and Linux "
        "x86_64 with 4 cores, with Python 3.11.7, lightgbm 4.6.0 and 4.7.0, torch "
        "2.13.0."
    )


def test_one_of_each_and_nothing():
    one = {"date": "2026-01-02", "commit": 1234567, "machine": "Linux", "cores": 1}
    cells = pd.DataFrame([{**one, "size": "quick", "versions": "Python 3.13.1"}])
    assert provenance(cells, "speed") == (
        "Measured by `python -m benchmarks speed --quick` on 2026-01-02, at commit "
        "1234567, on Linux with 1 core, with Python 3.13.1."
    )
    assert provenance(cells[:0], "speed") == "Nothing was measured."
