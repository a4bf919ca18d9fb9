"""The answer at a glance counts losses as it counts wins."""

import re

import numpy as np
import pandas as pd

from benchmarks.accuracy.costs import costs_of
from benchmarks.accuracy.glance import format_glance
from benchmarks.accuracy.measured import gather
from benchmarks.contenders import all_contenders
from benchmarks.problems import all_problems
from benchmarks.wording import interval, listed, percent, span

MINUS = "\N{MINUS SIGN}"
# losses by skembed's: the same on all folds, but for a little
RIVALS = {
    "additive_150": {"ridge": 1.0, "catboost": 1.2, "lightgbm": 1.5, "mean": 4.0},
    "curves": {"ridge": 1.5, "catboost": 0.8, "lightgbm": 0.9, "mean": 4.0},
    "imdb": {"ridge": 1.25, "catboost": 1.1, "lightgbm": 1.5, "mean": 4.0},
}
WOBBLE = np.array([0.99, 1.01, 1.0, 0.995, 1.005])

SECONDS = {"skembed": 10.0, "skembed-quick": 5.0}


def make_cells():
    """Make five folds of each table, on one of which boosting is ahead."""
    losses = {
        table: {"skembed": 1.0, "skembed-quick": 1.1, **ratios}
        for table, ratios in RIVALS.items()
    }
    losses["slopes"] = {"skembed": 1.0, "slopes-oracle": 0.5, "ridge": 1.3}
    return pd.DataFrame(
        [
            {
                "table": table,
                "contender": name,
                "seed": 0,
                "fold": fold,
                "n_train": 80,
                "n_test": 20,
                "loss": 2 * ratio * wobble,
                "fit_cpu_seconds": 2 * SECONDS.get(name, 1.0),
                "peak_megabytes": 100 * SECONDS.get(name, 1.0) + fold,
            }
            for table, ratios in losses.items()
            for name, ratio in ratios.items()
            for fold, wobble in enumerate(WOBBLE if name != "ridge" else WOBBLE[::-1])
        ]
    )


def of_rivals():
    cells = make_cells()
    return cells[cells["table"].isin(RIVALS)]


def glance_of(cells):
    return format_glance(gather(cells, all_problems(), all_contenders()))


def tables_of(text):
    """Return each table of a text as a list of lines, each a dict by the header."""
    tables = re.findall(r"(?:^\|.*\n?)+", text, flags=re.MULTILINE)
    lines = [
        [
            [cell.strip() for cell in line.strip("|").split("|")]
            for line in t.split("\n")
        ]
        for t in map(str.strip, tables)
    ]
    return [[dict(zip(t[0], line, strict=True)) for line in t[2:]] for t in lines]


def test_the_tally_counts_wins_ties_and_losses():
    text = glance_of(of_rivals())
    by_name = {line["contender"]: line for line in tables_of(text)[0]}
    counts = "skembed: wins / ties / losses"
    assert by_name["CatBoost"][counts] == "2 / 0 / 1"
    assert by_name["one-hot + tuned ridge"][counts] == "2 / 1 / 0"
    assert by_name["mean"][counts] == "3 / 0 / 0"
    # quick's losses are a tenth larger: those of CatBoost on imdb are its own
    assert by_name["CatBoost"]["skembed, quick: wins / ties / losses"] == "1 / 1 / 1"
    assert by_name["skembed"][counts] == "-"
    typical = np.cbrt(1.2 * 0.8 * 1.1) - 1
    assert by_name["CatBoost"]["loss"] == percent(typical)
    assert by_name["CatBoost"]["CPU s"] == "0.10 x"
    assert by_name["skembed, quick"]["CPU s"] == "0.50 x"
    assert by_name["CatBoost"]["peak MB"] == "104"
    names = list(by_name)
    assert names[0] == "CatBoost"
    assert names[-3:] == ["mean", "skembed", "skembed, quick"]


def test_sentences_name_losses_as_wins():
    text = glance_of(of_rivals())
    assert "skembed wins 1, ties 0 and loses 0 of 1 table of real data" in text
    assert "wins 0, ties 1 and loses 1 of 2 tables of generated data" in text
    assert "CatBoost has the smallest losses: typically 1.8% larger than" in text
    assert "skembed, which wins 2, ties 0 and loses 1 of 3 tables" in text
    assert "A fit of skembed takes 20.0 CPU seconds" in text
    assert "CatBoost 10;" in text
    assert "held 1,004 MB at most (median over tables); those of rivals 104 MB" in text
    assert "Mean ranks over 3 tables: " in text
    assert "mean " not in text.split("Mean ranks over 3 tables: ")[1].split(".\n")[0]


def test_every_table_with_a_rival_ahead_is_listed():
    text = glance_of(of_rivals())
    assert "a rival is ahead of skembed for certain: 1 of 3." in text
    ahead = tables_of(text)[1]
    assert [(line["table"], line["rival ahead of skembed"]) for line in ahead] == [
        ("curves", "CatBoost"),
        ("curves", "LightGBM"),
    ]
    assert [line["its loss"] for line in ahead] == [f"{MINUS}20.0%", f"{MINUS}10.0%"]
    assert ahead[0]["95% interval"] == f"{MINUS}20.0% to {MINUS}20.0%"


def test_where_no_rival_is_ahead_it_says_so():
    cells = make_cells()
    text = glance_of(cells[cells["table"] == "imdb"])
    assert text.count("for certain: none.") == 1
    text = glance_of(cells[cells["table"] == "slopes"])
    assert text.count("for certain: none.") == 1  # the oracle is ahead, and no rival
    assert "truth" not in text


def test_who_is_not_on_all_tables_is_not_ranked():
    cells = of_rivals()
    is_gone = (cells["contender"] == "lightgbm") & (cells["table"] == "imdb")
    text = glance_of(cells[~(is_gone & (cells["fold"] > 2))])
    assert "Not ranked, being not on all tables: LightGBM." in text


# costs


def test_costs_are_medians_of_the_tables_that_skembed_is_on():
    cells = of_rivals()
    is_slow = (cells["table"] == "imdb") & (cells["contender"] == "catboost")
    cells.loc[is_slow, "fit_cpu_seconds"] = 800.0
    is_alone = (cells["table"] == "curves") & (cells["contender"] == "skembed")
    costs = costs_of(gather(cells[~is_alone], all_problems(), all_contenders()))
    assert costs["skembed"].relative_cpu_seconds == 1
    assert costs["skembed"].cpu_seconds == 20
    assert costs["catboost"].relative_cpu_seconds == (0.1 + 40) / 2
    assert costs["catboost"].peak_megabytes == 104
    assert "slopes-oracle" not in costs


# wording


def test_percents_have_the_decimals_they_need():
    shares = [0.1234, -0.0567, 0.00123, -0.00123, 2.5, -0.00001, 0.0, np.nan]
    assert [percent(share) for share in shares] == [
        "+12.3%",
        f"{MINUS}5.7%",
        "+0.12%",
        f"{MINUS}0.12%",
        "+250%",
        "0.00%",
        "0.00%",
        "-",
    ]
    assert percent(12.5) == "+1,250%"
    assert percent(0.1234, is_signed=False) == "12.3%"
    assert interval(-0.05, 0.1) == f"{MINUS}5.0% to +10.0%"
    assert interval(np.nan, np.nan) == "-"


def test_lists_and_spans():
    assert listed(["a"]) == "a"
    assert listed(["a", "b", "c"]) == "a, b and c"
    assert (span([5, 5]), span([5, 2, 3])) == ("5", "2 to 5")
