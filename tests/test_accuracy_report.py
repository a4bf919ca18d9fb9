"""The report says who is ahead and by how much, losses as plainly as wins."""

import re

import numpy as np
import pandas as pd
import pytest

from benchmarks.accuracy.failures import format_failures
from benchmarks.accuracy.glance import format_glance
from benchmarks.accuracy.measured import gather
from benchmarks.accuracy.overview import format_overview
from benchmarks.accuracy.report import CAPTIONS, format_report
from benchmarks.accuracy.summary import cost_ratio, floor_of, summarize
from benchmarks.contenders import all_contenders
from benchmarks.problems import all_problems
from benchmarks.results_file import Cell, ResultsFile
from benchmarks.wording import interval, percent

RATIO = "MSE / tuned ridge"
SMALL = [
    ("slopes", "ridge", 0, 0, 2.0, 1.0),
    ("slopes", "ridge", 0, 1, 4.0, 1.0),
    ("slopes", "slopes-oracle", 0, 0, 0.5, 1.0),
    ("slopes", "skembed", 0, 0, 1.0, 3.0),
    ("slopes", "skembed", 1, 0, 1.5, 3.0),
    ("slopes", "skembed", 0, 1, 2.0, 5.0),
    ("slopes", "skembed", 1, 1, 2.5, 5.0),
    ("slopes", "catboost", 0, 0, 3.0, 8.0),
    ("imdb", "skembed", 0, 0, 7.0, 1.0),
    ("imdb", "catboost", 0, 0, 7.0, 2.0),
    ("never_worse:01", "ridge", 0, 0, 2.0, 1.0),
    ("never_worse:01", "skembed", 0, 0, 1.9, 1.0),
    ("never_worse:02", "ridge", 0, 0, 4.0, 1.0),
    ("never_worse:02", "skembed", 0, 0, 4.1, 1.0),
]
OF_CLASSES = [
    ("classes:slopes", "ridge", 0, 0, 0.5, 1.0),
    ("classes:slopes", "skembed", 0, 0, 0.4, 2.0),
    ("classes:slopes", "catboost", 0, 0, 0.6, 8.0),
    ("classes:late", "skembed", 0, 0, 0.45, 1.0),
    ("never_worse_classes:01", "ridge", 0, 0, 0.5, 1.0),
    ("never_worse_classes:01", "skembed", 0, 0, 0.51, 1.0),
    ("slopes", "ridge", 0, 0, 2.0, 1.0),
    ("slopes", "skembed", 0, 0, 1.0, 3.0),
    ("slopes", "catboost", 0, 0, 3.0, 3.0),
]
# losses by skembed's: the same on all folds, but for a little
RIVALS = {
    "additive_150": {"ridge": 1.0, "catboost": 1.2, "lightgbm": 1.5, "mean": 4.0},
    "curves": {"ridge": 1.5, "catboost": 0.8, "lightgbm": 0.9, "mean": 4.0},
    "imdb": {"ridge": 1.25, "catboost": 1.1, "lightgbm": 1.5, "mean": 4.0},
}
WOBBLE = np.array([0.99, 1.01, 1.0, 0.995, 1.005])


def measures_of(fold, loss, seconds):
    return {
        "n_train": 80_000,
        "n_test": 20_000,
        "loss": loss,
        "score": 1 - loss / 10,
        "fit_seconds": seconds,
        "fit_cpu_seconds": 2 * seconds,
        "predict_seconds": 0.25,
        "peak_megabytes": 100 * seconds + fold,
    }


def write_cells(folder, entries, floor=None):
    """Write cells of (table, contender, seed, fold, loss, seconds)."""
    file = ResultsFile(folder)
    for table, contender, seed, fold, loss, seconds in entries:
        measures = measures_of(fold, loss, seconds)
        measures |= {} if floor is None else {"floor": floor}
        measures |= {"start_seconds": 1.5} if fold == seed == 0 else {}
        cell = Cell("accuracy", "full", table, contender, seed, fold)
        file.append(cell, measures)
    return file


def found_in(file):
    cells = file.cells("accuracy", "full")
    return gather(cells, all_problems(), all_contenders())


def report_of(file, pictures=()):
    failures = file.failures("accuracy", "full")
    return format_report(found_in(file), failures, list(pictures))


def sections_of(report):
    return dict(part.split("\n", 1) for part in report.split("\n## ")[1:])


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


@pytest.fixture
def small(tmp_path):
    return write_cells(tmp_path, SMALL, floor=0.5)


@pytest.fixture
def compared(tmp_path):
    """Five folds of three tables, on one of which boosting is ahead."""
    entries = [
        (table, name, 0, fold, ratio * 2.0 * wobble, seconds)
        for table, ratios in RIVALS.items()
        for name, ratio, seconds in [
            ("skembed", 1.0, 10.0),
            ("skembed-quick", 1.1, 5.0),
            *((name, ratio, 1.0) for name, ratio in ratios.items()),
        ]
        for fold, wobble in enumerate(WOBBLE if name != "ridge" else WOBBLE[::-1])
    ]
    return write_cells(tmp_path, entries)


# sums


def summaries(file, table, measure):
    found = summarize(found_in(file).rows_of([table]), measure)
    return {summary.contender: summary for summary in found}


def test_means_are_over_folds_and_seeds_spreads_over_either(small):
    by_name = summaries(small, "slopes", "MSE")
    ours, theirs = by_name["skembed"], by_name["ridge"]
    assert (ours.mean, ours.n_runs) == (1.75, 4)
    assert ours.spread == pytest.approx(np.std([1.5, 2.0]))  # of seeds
    assert theirs.spread == pytest.approx(np.std([2.0, 4.0]))  # of folds
    assert (ours.fit_seconds, ours.fit_cpu_seconds) == (4, 8)
    assert (ours.start_seconds, ours.peak_megabytes) == (1.5, 501)
    assert summaries(small, "slopes", "R2")["skembed"].mean == pytest.approx(0.825)


def test_ratios_are_to_ridge_on_the_same_folds(small):
    by_name = summaries(small, "slopes", RATIO)
    assert by_name["skembed"].mean == pytest.approx(np.mean([0.5, 0.75, 0.5, 0.625]))
    assert by_name["skembed"].ratio == pytest.approx(7 / 12)
    assert by_name["catboost"].ratio == 1.5
    assert np.isnan(summaries(small, "imdb", RATIO)["skembed"].ratio)


def test_costs_are_medians_over_tables(small):
    cells = found_in(small).cells
    assert cost_ratio(cells, "skembed", "catboost", "fit_seconds") == (0.5, 2)
    cells["fit_cpu_seconds"] *= np.where(cells["contender"] == "skembed", 3, 1)
    assert cost_ratio(cells, "skembed", "catboost", "fit_cpu_seconds") == (1.5, 2)
    assert cost_ratio(cells, "skembed-quick", "lightgbm", "fit_seconds")[1] == 0


def test_the_floor_is_averaged_over_folds():
    cells = pd.DataFrame({"fold": [0, 0, 1], "floor": [1.0, 1.0, 2.0]})
    assert floor_of(cells) == 1.5


# the overview


def overview_of(file):
    (lines,) = tables_of(format_overview(found_in(file)))
    return {line["table"]: line for line in lines}


def test_the_overview_has_a_line_for_each_table(small):
    lines = overview_of(small)
    assert set(lines) == {"slopes", "imdb"}  # where everyone takes part
    slopes = lines["slopes"]
    assert slopes["measure"] == "MSE"
    assert slopes["one-hot + tuned ridge"] == "3.000"
    assert slopes["skembed"] == "**1.750**"
    assert slopes["CatBoost"] == "3.000 [1]"
    assert lines["imdb"]["one-hot + tuned ridge"] == "-"
    assert "LightGBM" not in slopes  # whom nobody measured
    assert (slopes["CPU s: skembed"], slopes["CPU s: CatBoost"]) == ("8.0", "16.0")


def test_the_overview_takes_none_for_best_that_ran_on_fewer_folds(tmp_path):
    entries = [(*e[:4], 0.1, e[5]) if e[1] == "catboost" else e for e in SMALL]
    slopes = overview_of(write_cells(tmp_path, entries))["slopes"]
    assert (slopes["CatBoost"], slopes["skembed"]) == ("0.1000 [1]", "**1.750**")


def test_the_overview_has_a_table_for_each_task(tmp_path):
    overview = format_overview(found_in(write_cells(tmp_path, OF_CLASSES)))
    numbers, classes = tables_of(overview)
    assert "one-hot + tuned ridge" in numbers[0]
    assert "one-hot + tuned logistic" in classes[0]
    assert [line["table"] for line in classes] == ["classes:late", "classes:slopes"]
    assert classes[1]["skembed"] == "**0.4000**"


def test_parts_that_the_readme_shows_are_between_marks(tmp_path):
    report = report_of(write_cells(tmp_path, OF_CLASSES))
    names = re.findall("<!-- begin (.*) -->", report)
    assert names == [
        "accuracy glance",
        "accuracy overview of tables",
        "accuracy overview of tables of classes",
    ]
    for name in names:
        part = report.split(f"<!-- begin {name} -->")[1].split("<!--")[0]
        assert report.count(f"<!-- end {name} -->") == 1
        assert "| ---" in part
        assert "#" not in part


# the report


def test_without_skembed_or_rivals_there_is_nothing_to_compare(tmp_path):
    alone = write_cells(tmp_path / "a", [("imdb", "skembed", 0, 0, 1.0, 1.0)])
    without = write_cells(tmp_path / "b", [("imdb", "ridge", 0, 0, 1.0, 1.0)])
    for file in (alone, without):
        assert format_glance(found_in(file)) == ""
        assert "## At a glance" not in report_of(file)
        assert "## imdb" in report_of(file)


def test_the_report_says_who_is_best_and_what_was_worst(small):
    report = report_of(small)
    sections = sections_of(report)
    assert list(sections) == [
        "At a glance",
        "All tables",
        "imdb",
        "never_worse",
        "slopes",
        "Cost",
        "Who competes",
        "What the columns say",
    ]
    bold = [line for line in sections["slopes"].splitlines() if "**" in line]
    assert [line.split(" | ")[0].strip("| ") for line in bold] == ["skembed"]
    assert "trained on 80,000 rows, tested on 20,000." in sections["slopes"]
    assert "Noise floor: MSE 0.5000, 0.1667 of tuned ridge's." in sections["slopes"]
    assert "Worst: 1.0250 of tuned ridge's MSE, skembed on never_worse:02." in report
    assert "takes 0.50 times the seconds of CatBoost" in sections["Cost"]
    assert "0.50 times its CPU seconds (of tables: 2, medians)" in sections["Cost"]


def test_a_line_tells_differences_times_and_memory_apart(compared):
    (lines,) = tables_of(sections_of(report_of(compared))["imdb"])
    by_name = {line["contender"]: line for line in lines}
    rival, ours = by_name["one-hot + tuned ridge"], by_name["skembed"]
    ratios = 1.25 * WOBBLE[::-1] / WOBBLE - 1
    half = 2.776445 * np.sqrt(ratios.var(ddof=1) * (1 / 5 + 1 / 4))
    assert rival["vs skembed"] == percent(ratios.mean())
    ends = ratios.mean() - half, ratios.mean() + half
    assert rival["95% interval"] == interval(*ends)
    assert (ours["vs skembed"], ours["95% interval"]) == ("-", "-")
    costs = ["fit s", "CPU s", "predict s", "start s (cold)", "peak MB", "runs"]
    expected = ["10.00", "20.00", "0.250", "1.5", "1,004", "5"]
    assert [ours[cost] for cost in costs] == expected


def test_every_column_of_a_table_is_explained(compared):
    sections = sections_of(report_of(compared))
    explained = " ".join(sections["What the columns say"].split())
    header = tables_of(sections["imdb"])[0][0]
    for column in set(header) - {"contender", "MSE", "runs"}:
        assert column.removesuffix("s").strip() in explained, column
    for word in ("warm", "cold", "Nadeau and Bengio", "Demsar"):
        assert word in explained


def test_the_report_of_classes(tmp_path):
    report = report_of(write_cells(tmp_path, OF_CLASSES, floor=0.3))
    sections = sections_of(report)
    assert list(sections)[2:] == [
        "classes:late",
        "classes:slopes",
        "never_worse_classes",
        "slopes",
        "Cost",
        "Who competes",
        "What the columns say",
    ]
    line = tables_of(sections["classes:slopes"])[0][0]
    assert line["contender"] == "skembed"
    assert line["log loss / tuned logistic"] == "**0.8000**"
    assert (line["log loss"], line["AUC"]) == ("0.4000", "0.9600")
    assert "Noise floor: log loss 0.3000, 0.6000 of tuned logistic's." in report
    assert "Worst: 1.0200 of tuned logistic's log loss, skembed on never" in report
    assert "| one-hot + tuned logistic |" in sections["classes:slopes"]
    assert "AUC" not in sections["slopes"]
    assert "0.25 times the seconds of CatBoost" in sections["Cost"]
    assert "(of tables of classes: 1, medians)" in sections["Cost"]
    assert "1.00 times the seconds of CatBoost" in sections["Cost"]


def test_a_report_without_classes_does_not_explain_them(tmp_path):
    only = [entry for entry in OF_CLASSES if entry[0] == "slopes"]
    report = report_of(write_cells(tmp_path / "a", only))
    assert "MSE / tuned ridge: to" in report
    assert "log loss / tuned logistic" not in report
    assert "AUC" not in report
    only = [entry for entry in OF_CLASSES if entry[0] == "never_worse_classes:01"]
    report = report_of(write_cells(tmp_path / "b", only))
    others = ["Who competes", "What the columns say"]
    assert list(sections_of(report)) == ["never_worse_classes", *others]
    assert "MSE / tuned ridge" not in report


def test_without_ridge_there_are_no_ratios_and_no_best(tmp_path):
    without = [entry for entry in SMALL if entry[1] != "ridge"]
    report = report_of(write_cells(tmp_path, without, floor=0.5))
    slopes = sections_of(report)["slopes"]
    assert "**" not in slopes
    assert "Noise floor: MSE 0.5000." in slopes
    assert "Worst" not in report


def test_unknown_floors_and_starts_are_no_obstacle(tmp_path):
    file = ResultsFile(tmp_path)
    for contender in ("ridge", "skembed"):
        measures = measures_of(0, loss=1.0, seconds=1.0)
        file.append(Cell("accuracy", "full", "imdb", contender), measures)
    report = report_of(file)
    assert "Noise floor: MSE" not in report
    (lines,) = tables_of(sections_of(report)["imdb"])
    assert {line["start s (cold)"] for line in lines} == {"-"}


def test_who_was_measured_is_described_in_the_words_of_its_file(small):
    described = sections_of(report_of(small))["Who competes"].strip().splitlines()
    labels = [line.split(".**")[0].removeprefix("- **") for line in described]
    oracle = "ridge that knows the truth's form"
    assert labels == ["CatBoost", "one-hot + tuned ridge", "skembed", oracle]
    assert "by five inner folds of the training rows" in described[1]


def test_pictures_are_shown_if_they_were_drawn(compared):
    assert "![" not in report_of(compared)
    report = report_of(compared, ["ranks", "error_by_table"])
    assert re.findall(r"!\[.*\]\((.*)\)", report) == ["ranks.png", "error_by_table.png"]
    assert all(f"[{CAPTIONS[name]}]" in report for name in ("ranks", "error_by_table"))


# where it comes from


def test_the_report_says_where_it_comes_from(compared):
    report = report_of(compared)
    assert "`python -m benchmarks accuracy --data FOLDER` on 20" in report
    assert "3 tables of 5 folds each, the same for all, and 1 seed of sk" in report


def test_who_failed_is_named_once_with_the_reason(small):
    for table in ("imdb", "slopes"):
        for fold in range(2):
            cell = Cell("accuracy", "full", table, "lightgbm", 0, fold)
            small.append_failure(cell, "given up | after `900` s")
    small.append_failure(Cell("accuracy", "full", "imdb", "ridge"), "killed")
    lines = sections_of(report_of(small))["Who failed"].strip().splitlines()
    cells = [re.split(r" +\| +", line.strip("| ")) for line in lines[2:]]
    assert cells[0][:2] == ["LightGBM", "imdb and slopes"]
    assert lines[2].endswith(r"| `given up \| after '900' s` |")
    assert cells[1] == ["one-hot + tuned ridge", "imdb", "`killed`"]
    assert len(cells) == 2
    none = small.failures("accuracy", "full").iloc[:0]
    assert format_failures(none, found_in(small)) == ""


def test_a_run_on_which_everyone_failed_has_a_report(tmp_path):
    file = ResultsFile(tmp_path)
    file.append_failure(Cell("accuracy", "full", "imdb", "ridge"), "killed")
    report = report_of(file)
    assert report.startswith("# Accuracy\n\nNothing was measured.")
    assert "`killed`" in report
