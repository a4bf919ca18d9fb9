"""Cells are run once, on the same folds for all, and summed up as the report says."""

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from sklearn.dummy import DummyRegressor
from sklearn.model_selection import KFold
from threadpoolctl import threadpool_limits

from benchmarks.accuracy.cells import Cell, CellFile, Measures
from benchmarks.accuracy.overview import format_overview
from benchmarks.accuracy.reliability import ReliabilityFile
from benchmarks.accuracy.report import format_report
from benchmarks.accuracy.running import Plan, run_missing
from benchmarks.accuracy.summary import cost_ratio, floor_of, summarize
from benchmarks.contenders import Contender, all_contenders
from benchmarks.measures import CLASSES, task_of
from benchmarks.problem import Problem
from benchmarks.problems import Declaration, Options, all_problems
from benchmarks.problems._folds import folds_of, largest_column
from benchmarks.progress import progress_bar
from skembed.datasets import make_effects

OPTIONS = Options()
QUICK = Options(is_quick=True)
RATIO = "MSE / tuned ridge"


def make_problem(n_samples=300, n_levels=(30, 6), seed=0):
    X, y, mean = make_effects(
        n_samples,
        n_levels=n_levels,
        n_quantities=2,
        return_mean=True,
        random_state=seed,
    )
    names = X.columns.tolist()
    splits = folds_of(X, OPTIONS)
    return Problem("small", X, y, names[:2], names[2:], splits, true_means=mean)


SMALL = Declaration("small", "a small table", lambda options: make_problem())


def accuracy(*arguments):
    return subprocess.run(
        [sys.executable, "-m", "benchmarks", "accuracy", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
    )


# contenders and problems


def test_names_are_unique():
    for named in (all_contenders(), all_problems()):
        names = [item.name for item in named]
        assert len(names) == len(set(names))


RIVALS = [c for c in all_contenders() if not c.is_ours]


@pytest.mark.parametrize("rival", RIVALS, ids=lambda rival: rival.name)
def test_rivals_take_many_levels_unseen_ones_missing_quantities_whole_targets(rival):
    if rival.is_missing:
        pytest.skip(f"{rival.package} is not installed")
    problem = make_problem(n_samples=900, n_levels=(300, 5))
    X, y = problem.X.copy(), problem.y.round()
    if not rival.is_oracle:
        X.loc[::9, "x1"] = np.nan
    unseen = X[:50].assign(a="never seen")
    # threads that wait for each other on a busy machine take minutes
    with threadpool_limits(limits=1, user_api="openmp"):
        predictions = rival.make(problem, 0).fit(X, y).predict(unseen)
    assert np.isfinite(predictions).all()
    assert len(np.unique(predictions)) > 5 or rival.name == "mean"


GENERATED = [
    problem
    for problem in all_problems()
    if problem.note.startswith("generated") or problem.is_sweep
]


@pytest.mark.parametrize("declared", GENERATED, ids=lambda problem: problem.name)
def test_problems_are_as_declared(declared):
    problem = declared.load(QUICK)
    assert problem.name == declared.name
    assert len(problem.splits) == declared.n_splits(QUICK)
    assert task_of(problem) is declared.task
    assert problem.X.columns.tolist() == problem.categorical + problem.quantities
    for train, test in problem.splits:
        assert not set(train) & set(test)
        if declared.task is CLASSES:
            assert set(problem.y.iloc[train]) == set(range(problem.y.max() + 1))


def test_unseen_levels_are_unseen():
    declared = {problem.name: problem for problem in all_problems()}
    problem = declared["unseen:additive_4000"].load(QUICK)
    column = problem.X[largest_column(problem)]
    assert largest_column(problem) == "a"
    for train, test in problem.splits:
        assert not set(column.iloc[train]) & set(column.iloc[test])


def test_who_takes_part():
    contenders = {contender.name: contender for contender in all_contenders()}
    problems = {problem.name: problem for problem in all_problems()}
    plain, unseen = problems["additive_150"], problems["unseen:additive_4000"]
    assert contenders["catboost"].takes_part_in(plain)
    assert not contenders["catboost"].takes_part_in(unseen)
    assert not contenders["skembed-without-largest"].takes_part_in(plain)
    assert contenders["skembed-without-largest"].takes_part_in(unseen)
    assert contenders["slopes-oracle"].takes_part_in(problems["slopes"])
    assert not contenders["slopes-oracle"].takes_part_in(plain)
    assert list(contenders["skembed"].seeds(3)) == [0, 1, 2]
    assert list(contenders["ridge"].seeds(3)) == [0]


# running


class Recorder(DummyRegressor):
    """Predicts the mean, and remembers the rows that it was fitted on."""

    def __init__(self, seen=None, falls=False):
        super().__init__()
        self.seen = seen
        self.falls = falls

    def fit(self, X, y, sample_weight=None):
        if self.falls:
            raise RuntimeError("fell")
        self.seen.append(X.index.tolist())
        return super().fit(X, y, sample_weight)


def recording(name, seen, **parameters):
    return Contender(name, name, lambda *_: Recorder(seen, falls=False), **parameters)


def run(plans, path):
    file = CellFile(path / "accuracy.csv")
    with progress_bar(sum(len(plan.missing(file.done())) for plan in plans)) as bar:
        reliability = ReliabilityFile(path / "reliability.csv")
        failures = run_missing(plans, file, reliability, bar)
    return file.read(), failures


def test_all_contenders_and_seeds_get_the_same_folds(tmp_path):
    theirs, ours = [], []
    contenders = [recording("a", theirs), recording("b", ours, is_ours=True)]
    cells, _ = run([Plan(SMALL, contenders, OPTIONS, n_seeds=2)], tmp_path)
    expected = [train.tolist() for train, _ in make_problem().splits]
    assert theirs == expected
    assert ours == [rows for rows in expected for _ in range(2)]
    assert cells["fold"].tolist() == [f for f in range(5) for _ in range(3)]
    assert cells["seed"].tolist() == [0, 0, 1] * 5
    assert (cells["n_train"] + cells["n_test"] == 300).all()
    assert cells["floor"].mean() == pytest.approx(1, rel=0.2)


def test_folds_are_those_that_were_published():
    X = make_problem().X
    for ours, expected in zip(
        folds_of(X, OPTIONS),
        KFold(5, shuffle=True, random_state=0).split(X),
        strict=True,
    ):
        assert np.array_equal(ours[1], expected[1])
    assert len(folds_of(X, QUICK)) == 2


def test_a_run_goes_on_where_it_stopped(tmp_path):
    seen = []
    first = Plan(SMALL, [recording("a", seen)], OPTIONS, n_seeds=1)
    cells, _ = run([first], tmp_path)
    lines = (tmp_path / "accuracy.csv").read_text().splitlines(keepends=True)
    (tmp_path / "accuracy.csv").write_text("".join(lines[:-2]))  # interrupted
    seen.clear()
    again, _ = run([first], tmp_path)
    assert len(seen) == 2
    assert again[["fold", "loss"]].equals(cells[["fold", "loss"]])
    seen.clear()
    run([first], tmp_path)
    assert seen == []
    more = replace(first, contenders=[recording("b", seen, is_ours=True)], n_seeds=2)
    cells, _ = run([first, more], tmp_path)
    assert len(seen) == 10
    assert len(cells) == 15


def test_quick_cells_do_not_count_as_full_ones(tmp_path):
    seen = []
    plan = Plan(SMALL, [recording("a", seen)], OPTIONS, n_seeds=1)
    run([replace(plan, options=QUICK)], tmp_path)
    cells, _ = run([plan], tmp_path)
    assert cells["size"].value_counts().to_dict() == {"full": 5, "quick": 2}


def test_who_falls_is_named_and_the_others_run_on(tmp_path):
    fallen = Contender("a", "a", lambda *_: Recorder(falls=True))
    contenders = [fallen, recording("b", [])]
    cells, failures = run([Plan(SMALL, contenders, OPTIONS, n_seeds=1)], tmp_path)
    assert set(cells["contender"]) == {"b"}
    assert len(failures) == 5
    assert "small, a, seed 0, fold 0: not measured: RuntimeError('fell')" in failures


def test_predictions_are_clipped(tmp_path):
    clipped = replace(SMALL, bounds=(5.0, 6.0))
    cells, _ = run([Plan(clipped, [recording("a", [])], OPTIONS, 1)], tmp_path)
    y, (_, test) = make_problem().y, make_problem().splits[0]
    assert cells["loss"][0] == pytest.approx(((y.iloc[test] - 5) ** 2).mean())


def test_a_file_of_other_columns_is_refused(tmp_path):
    (tmp_path / "accuracy.csv").write_text("size,problem\n")
    with pytest.raises(ValueError, match="choose another folder by --out"):
        CellFile(tmp_path / "accuracy.csv")


# report


def make_cells(tmp_path, entries):
    """Write cells of (problem, contender, seed, fold, mse, seconds)."""
    file = CellFile(tmp_path / "accuracy.csv")
    for problem, contender, seed, fold, mse, seconds in entries:
        cell = Cell("full", problem, contender, seed, fold)
        measures = Measures(8, 2, mse, 1 - mse / 10, 0.5, seconds, 2 * seconds, 0.25)
        file.append(cell, measures)
    return file.read()


@pytest.fixture
def cells(tmp_path):
    return make_cells(
        tmp_path,
        [
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
        ],
    )


def summaries(cells, problem, measure):
    of_problem = summarize(cells[cells["problem"] == problem], measure)
    return {summary.contender: summary for summary in of_problem}


def test_means_are_over_folds_and_seeds_spreads_over_either(cells):
    by_name = summaries(cells, "slopes", "MSE")
    ours, theirs = by_name["skembed"], by_name["ridge"]
    assert (ours.mean, ours.n_runs) == (1.75, 4)
    assert ours.spread == pytest.approx(np.std([1.5, 2.0]))  # of seeds
    assert theirs.spread == pytest.approx(np.std([2.0, 4.0]))  # of folds
    assert (ours.fit_seconds, ours.fit_cpu_seconds) == (4, 8)
    assert summaries(cells, "slopes", "R2")["skembed"].mean == pytest.approx(0.825)


def test_ratios_are_to_ridge_on_the_same_folds(cells):
    by_name = summaries(cells, "slopes", RATIO)
    assert by_name["skembed"].mean == pytest.approx(np.mean([0.5, 0.75, 0.5, 0.625]))
    assert by_name["skembed"].ratio == pytest.approx(7 / 12)
    assert by_name["catboost"].ratio == 1.5
    assert np.isnan(summaries(cells, "imdb", RATIO)["skembed"].ratio)


def test_costs_are_medians_over_tables(cells):
    assert cost_ratio(cells, "skembed", "catboost", "fit_seconds") == (0.5, 2)
    cells["fit_cpu_seconds"] *= np.where(cells["contender"] == "skembed", 3, 1)
    assert cost_ratio(cells, "skembed", "catboost", "fit_cpu_seconds") == (1.5, 2)
    assert cost_ratio(cells, "skembed-quick", "lightgbm", "fit_seconds")[1] == 0


def test_the_floor_is_averaged_over_folds():
    cells = pd.DataFrame({"fold": [0, 0, 1], "floor": [1.0, 1.0, 2.0]})
    assert floor_of(cells) == 1.5


def test_the_report_says_who_is_best_and_what_was_worst(cells):
    report = format_report(cells, all_problems(), all_contenders())
    sections = dict(part.split("\n", 1) for part in report.split("## ")[1:])
    assert list(sections) == ["imdb", "never_worse", "slopes", "Cost"]
    bold = [line for line in sections["slopes"].splitlines() if "**" in line]
    assert [line.split(" | ")[0].strip("| ") for line in bold] == ["skembed"]
    assert "Noise floor: MSE 0.5000, 0.1667 of tuned ridge's." in sections["slopes"]
    assert "Worst: 1.0250 of tuned ridge's MSE, skembed on never_worse:02." in report
    assert "takes 0.50 times the seconds of CatBoost" in sections["Cost"]
    assert "0.50 times its CPU seconds (medians of 2" in sections["Cost"]
    assert "skembed 0.1.0" in report


def lines_of_overview(cells):
    contenders = {contender.name: contender for contender in all_contenders()}
    text = format_overview(cells, all_problems(), contenders)
    header, _, *lines = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in text.splitlines()
        if line.startswith("|")
    ]
    return {line[0]: dict(zip(header, line, strict=True)) for line in lines}


def test_the_overview_has_a_line_for_each_table(cells):
    lines = lines_of_overview(cells)
    assert set(lines) == {"slopes", "imdb"}  # where everyone takes part
    slopes = lines["slopes"]
    assert slopes["measure"] == "MSE"
    assert slopes["one-hot + tuned ridge"] == "3.000"
    assert slopes["skembed"] == "**1.750**"
    assert slopes["CatBoost"] == "3.000 [1]"
    assert slopes["LightGBM"] == slopes["CPU s: LightGBM"] == "-"
    assert (slopes["CPU s: skembed"], slopes["CPU s: CatBoost"]) == ("8.0", "16.0")


def test_the_overview_takes_none_for_best_that_ran_on_fewer_folds(cells):
    is_catboost = cells["contender"] == "catboost"
    cells.loc[is_catboost, "loss"] = 0.1
    slopes = lines_of_overview(cells)["slopes"]
    assert (slopes["CatBoost"], slopes["skembed"]) == ("0.1000 [1]", "**1.750**")


def test_without_ridge_there_are_no_ratios_and_no_best(cells):
    without = cells[cells["contender"] != "ridge"]
    report = format_report(without, all_problems(), all_contenders())
    slopes = report.split("## slopes")[1].split("## Cost")[0]
    assert "**" not in slopes
    assert "Noise floor: MSE 0.5000." in slopes
    assert "Worst" not in report


# the command


@pytest.mark.slow
def test_a_tiny_run_writes_cells_and_report(tmp_path):
    arguments = ["--quick", "--contenders", "ridge", "mean", "--out", tmp_path]
    result = accuracy("--tables", "additive_150", "imdb", *arguments)
    assert result.returncode == 0, result.stderr
    assert "Warning" not in result.stderr
    assert "imdb: left out, give the folder of its table by --data" in result.stdout
    assert len(pd.read_csv(tmp_path / "accuracy.csv")) == 4
    assert (tmp_path / "accuracy.md").read_text("utf-8").startswith("# Accuracy\n")
    assert "| one-hot + tuned ridge |" in result.stdout


@pytest.mark.parametrize(
    ("option", "known"), [("--tables", "never_worse"), ("--contenders", "catboost")]
)
def test_an_unknown_name_is_refused_with_the_names_of_all(option, known, tmp_path):
    result = accuracy(option, "marathon", "--out", tmp_path / "none")
    assert result.returncode == 2
    assert "is called 'marathon'" in result.stderr
    assert known in result.stderr
    assert not (tmp_path / "none").exists()


def test_a_folder_that_is_not_there_is_refused(tmp_path):
    result = accuracy("--data", tmp_path / "none")
    assert result.returncode == 2
    assert "is no folder" in result.stderr


def test_help_explains():
    result = accuracy("--help")
    assert "--contenders" in result.stdout
    assert "goes on where it stopped" in " ".join(result.stdout.split())
