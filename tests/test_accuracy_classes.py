"""Classes are measured by their probabilities, on the same folds and in one report."""

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from sklearn.calibration import calibration_curve
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, StratifiedKFold
from threadpoolctl import threadpool_limits

from benchmarks.accuracy.cells import Cell, CellFile, Measures
from benchmarks.accuracy.reliability import ReliabilityFile, bins_of, pooled
from benchmarks.accuracy.report import format_report
from benchmarks.accuracy.running import Plan, run_missing
from benchmarks.accuracy.summary import summarize
from benchmarks.contenders import Contender, all_contenders, ridge
from benchmarks.contenders._penalties import ALPHAS
from benchmarks.contenders._tuned_logistic import TunedLogistic
from benchmarks.measures import CLASSES, NUMBERS, task_of
from benchmarks.pictures.reliability import draw
from benchmarks.problems import Declaration, Options, all_problems, flights
from benchmarks.problems._generated import generate
from benchmarks.problems.classes import load_late
from benchmarks.progress import progress_bar

OPTIONS = Options()
QUICK = Options(is_quick=True)
CONTENDERS = {contender.name: contender for contender in all_contenders()}
PROBLEMS = {problem.name: problem for problem in all_problems()}


def make_problem(options=OPTIONS, n_samples=300, n_classes=2, n_levels=(30, 6)):
    return generate(
        "small",
        n_samples,
        options,
        n_classes=n_classes,
        n_levels=n_levels,
        n_quantities=2,
    )


SMALL = Declaration("small", "a small table", make_problem, measure=CLASSES.loss)


def run(contender, path, declaration=SMALL):
    file = CellFile(path / "accuracy.csv")
    reliability = ReliabilityFile(path / "reliability.csv")
    plan = Plan(declaration, [contender], OPTIONS, n_seeds=1)
    with progress_bar(len(plan.missing(file.done()))) as bar:
        assert run_missing([plan], file, reliability, bar) == []
    return file.read(), reliability.read()


# tuned logistic regression


@pytest.mark.parametrize("n_classes", [2, 3])
def test_tuned_logistic_is_a_grid_search_over_logistic_regression(n_classes):
    problem = make_problem(n_samples=250, n_classes=n_classes)
    matrix = ridge.make(problem, 0)[0].fit_transform(problem.X)
    ours = TunedLogistic(random_state=1).fit(matrix, problem.y)
    naive = GridSearchCV(
        LogisticRegression(tol=1e-6, max_iter=5_000),
        {"C": [1 / alpha for alpha in ALPHAS]},
        scoring="neg_log_loss",
        cv=StratifiedKFold(5, shuffle=True, random_state=1),
    ).fit(matrix, problem.y)
    assert 1 / ours.alpha_ == naive.best_params_["C"]
    losses = -naive.cv_results_["mean_test_score"]
    tried = [ours.log_loss_.get(alpha, np.nan) for alpha in ALPHAS]
    assert np.nanmax(np.abs(tried / losses - 1)) < 1e-4
    assert 3 < np.isfinite(tried).sum() < len(ALPHAS)  # it stops after two rises
    np.testing.assert_allclose(
        ours.predict_proba(matrix), naive.predict_proba(matrix), atol=1e-4
    )
    assert np.array_equal(ours.predict(matrix), naive.predict(matrix))


# contenders and problems


OPEN = [c for c in all_contenders() if c.takes_part_in(SMALL)]


@pytest.mark.parametrize("n_classes", [2, 3])
@pytest.mark.parametrize(
    "rival", [c for c in OPEN if not c.is_ours], ids=lambda rival: rival.name
)
def test_rivals_take_many_levels_unseen_ones_and_missing_quantities(rival, n_classes):
    if rival.is_missing:
        pytest.skip(f"{rival.package} is not installed")
    problem = make_problem(n_samples=900, n_classes=n_classes, n_levels=(300, 5))
    X = problem.X.copy()
    X.loc[::9, "x1"] = np.nan
    unseen = X[:50].assign(a="never seen")
    # threads that wait for each other on a busy machine take minutes
    with threadpool_limits(limits=1, user_api="openmp"):
        predictions = rival.make(problem, 0).fit(X, problem.y).predict_proba(unseen)
    assert predictions.shape == (50, n_classes)
    np.testing.assert_allclose(predictions.sum(axis=1), 1, rtol=1e-6)
    assert len(np.unique(predictions)) > 5 or rival.name == "mean"


def test_who_takes_part_and_what_they_are_called():
    assert {contender.name for contender in OPEN} == {
        "mean",
        "ridge",
        "target-ridge",
        "target-hgb",
        "hgb",
        "lightgbm",
        "catboost",
        "skembed",
        "skembed-linear",
        "skembed-quick",
    }
    assert CONTENDERS["ridge"].label_for(NUMBERS) == "one-hot + tuned ridge"
    assert CONTENDERS["ridge"].label_for(CLASSES) == "one-hot + tuned logistic"
    assert CONTENDERS["hgb"].label_for(CLASSES) == CONTENDERS["hgb"].label


def test_whole_numbers_are_no_classes_unless_they_are_integers():
    problem = make_problem()
    assert task_of(problem) is CLASSES
    assert task_of(replace(problem, y=problem.y.astype(float))) is NUMBERS


def test_late_flights_are_those_of_the_other_problems():
    late, delays = load_late(QUICK), flights.load("arr_delay", QUICK)
    assert late.X.equals(delays.X)
    assert late.y.tolist() == [int(delay > 15) for delay in delays.y]
    assert PROBLEMS[late.name].task is task_of(late) is CLASSES
    for ours, expected in zip(late.splits, delays.splits, strict=True):
        assert np.array_equal(ours[1], expected[1])


def test_names_of_measures():
    assert CLASSES.ratio == "log loss / tuned logistic"
    assert PROBLEMS["classes:late"].measure == "log loss"
    assert PROBLEMS["never_worse_classes:01"].measure == CLASSES.ratio


# measures


def share_of_pairs(is_positive, scores):
    """Count the pairs of a positive and a negative row that scores rank rightly."""
    ahead = scores[is_positive][:, None] - scores[~is_positive]
    return np.mean((ahead > 0) + 0.5 * (ahead == 0))


@pytest.mark.parametrize("n_classes", [2, 4])
def test_log_loss_and_auc(n_classes):
    rng = np.random.default_rng(n_classes)
    y = pd.Series(rng.integers(0, n_classes, 80))
    p = rng.dirichlet(np.ones(n_classes), 80).round(2)
    p = (p + 0.01) / (p + 0.01).sum(axis=1, keepdims=True)
    naive = -np.mean([np.log(p[i, label]) for i, label in enumerate(y)])
    assert CLASSES.loss_of(y, p) == pytest.approx(naive)
    areas = [share_of_pairs(y.to_numpy() == k, p[:, k]) for k in range(n_classes)]
    assert CLASSES.score_of(y, p) == pytest.approx(np.mean(areas))


def test_a_class_that_is_not_tested_on_keeps_its_column():
    p = np.array([[0.5, 0.25, 0.25], [0.25, 0.5, 0.25]])
    loss = CLASSES.loss_of(pd.Series([0, 1]), p)
    assert loss == pytest.approx(np.log(2))


@pytest.mark.parametrize("n_classes", [2, 3])
def test_a_run_measures_probabilities_and_the_floor(tmp_path, n_classes):
    problem = make_problem(n_classes=n_classes)
    declared = replace(SMALL, load=lambda options: problem)
    cells, bins = run(CONTENDERS["mean"], tmp_path, declared)
    for cell, (train, test) in zip(cells.itertuples(), problem.splits, strict=True):
        shares = problem.y.iloc[train].value_counts(normalize=True)
        y = problem.y.iloc[test]
        assert cell.loss == pytest.approx(-np.log(shares[y]).mean())
        assert cell.score == 0.5
        truth = problem.true_means[test, y]
        assert cell.floor == pytest.approx(-np.log(truth).mean())
    assert len(bins) == (5 if n_classes == 2 else 0)  # one constant, one bin


def test_ratios_are_to_tuned_logistic_on_the_same_fold(tmp_path):
    run(CONTENDERS["mean"], tmp_path)
    cells, _ = run(CONTENDERS["ridge"], tmp_path)
    ours, theirs = summarize(cells, CLASSES.ratio)
    means = cells[cells["contender"] == "mean"]["loss"].to_numpy()
    logistic = cells[cells["contender"] == "ridge"]["loss"].to_numpy()
    assert ours.mean == pytest.approx(np.mean(means / logistic))
    assert ours.ratio == pytest.approx(means.sum() / logistic.sum())
    assert (theirs.mean, theirs.ratio) == (1, 1)


# reliability


def test_bins_are_those_of_a_calibration_curve():
    rng = np.random.default_rng(0)
    p = rng.beta(1, 3, 457)
    y = pd.Series((rng.uniform(size=457) < p).astype(int), index=range(7, 464))
    bins = bins_of(y, np.column_stack([1 - p, p]))
    share, predicted = calibration_curve(y, p, n_bins=10, strategy="quantile")
    np.testing.assert_allclose([b.share for b in bins], share)
    np.testing.assert_allclose([b.predicted for b in bins], predicted)
    counts = [b.count for b in bins]
    assert sum(counts) == 457
    assert max(counts) - min(counts) <= 1


def test_bins_are_of_two_classes_only():
    y = pd.Series([0, 1, 2])
    assert bins_of(y, np.full((3, 3), 1 / 3)) == []
    assert bins_of(y, np.zeros(3)) == []


def test_runs_are_pooled_by_their_rows():
    bins = pd.DataFrame(
        {
            "bin": [0, 0, 1],
            "predicted": [0.1, 0.4, 0.9],
            "share": [0.0, 0.6, 1.0],
            "count": [10, 20, 5],
        }
    )
    means = pooled(bins)
    np.testing.assert_allclose(means["predicted"], [0.3, 0.9])
    np.testing.assert_allclose(means["share"], [0.4, 1.0])
    assert means["count"].tolist() == [30, 5]


def test_a_cell_that_was_interrupted_has_its_bins_once(tmp_path):
    rival = Contender("prior", "prior", lambda *_: DummyClassifier())
    cells, bins = run(rival, tmp_path)
    lines = (tmp_path / "accuracy.csv").read_text().splitlines(keepends=True)
    (tmp_path / "accuracy.csv").write_text("".join(lines[:-1]))
    again, bins_again = run(rival, tmp_path)
    assert again[["fold", "loss"]].equals(cells[["fold", "loss"]])
    assert len((tmp_path / "reliability.csv").read_text().splitlines()) == 7
    assert bins_again.reset_index(drop=True).equals(bins)


def test_the_picture_says_how_far_off_each_is():
    curves = {
        name: pd.DataFrame(
            {"predicted": [0.1, 0.5], "share": [0.1 + gap, 0.5], "count": [30, 10]}
        )
        for name, gap in {"a": 0.0, "b": 0.04}.items()
    }
    panels = draw(curves).axes
    assert [axes.get_title() for axes in panels] == ["a", "b"]
    assert "0.0 percentage" in panels[0].texts[0].get_text()
    assert "3.0 percentage" in panels[1].texts[0].get_text()
    for axes in panels:
        assert axes.get_xlim() == axes.get_ylim() == pytest.approx((0, 0.6))


# report


@pytest.fixture
def cells(tmp_path):
    file = CellFile(tmp_path / "accuracy.csv")
    for problem, contender, loss, seconds in [
        ("classes:slopes", "ridge", 0.5, 1.0),
        ("classes:slopes", "skembed", 0.4, 2.0),
        ("classes:slopes", "catboost", 0.6, 8.0),
        ("classes:late", "skembed", 0.45, 1.0),
        ("never_worse_classes:01", "ridge", 0.5, 1.0),
        ("never_worse_classes:01", "skembed", 0.51, 1.0),
        ("slopes", "ridge", 2.0, 1.0),
        ("slopes", "skembed", 1.0, 3.0),
        ("slopes", "catboost", 3.0, 3.0),
    ]:
        cell = Cell("full", problem, contender, 0, 0)
        measures = Measures(8, 2, loss, 1 - loss / 4, 0.3, seconds, seconds, 0.1)
        file.append(cell, measures)
    return file.read()


def test_the_report_of_classes(cells):
    report = format_report(cells, all_problems(), all_contenders())
    sections = dict(part.split("\n", 1) for part in report.split("## ")[1:])
    assert list(sections) == [
        "classes:late",
        "classes:slopes",
        "never_worse_classes",
        "slopes",
        "Cost",
    ]
    header, _, best, *_ = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in sections["classes:slopes"].splitlines()
        if line.startswith("|")
    ]
    line = dict(zip(header, best, strict=True))
    assert line["contender"] == "skembed"
    assert line["log loss / tuned logistic"] == "**0.8000**"
    assert (line["log loss"], line["AUC"]) == ("0.4000", "0.9000")
    assert "Noise floor: log loss 0.3000, 0.6000 of tuned logistic's." in report
    assert "Worst: 1.0200 of tuned logistic's log loss, skembed on never" in report
    assert "| one-hot + tuned logistic |" in sections["classes:slopes"]
    assert "AUC" not in sections["slopes"]
    assert "0.25 times the seconds of CatBoost" in sections["Cost"]
    assert "(medians of 1 tables of classes)" in sections["Cost"]
    assert "1.00 times the seconds of CatBoost" in sections["Cost"]


def test_the_overview_has_a_table_for_each_task(cells):
    report = format_report(cells, all_problems(), all_contenders())
    overview = report.split("## ")[0]
    numbers, classes = overview.split("\n\n")[:2]
    assert "one-hot + tuned ridge" in numbers
    assert "one-hot + tuned logistic" in classes
    assert [line.split()[1] for line in classes.splitlines()[2:]] == [
        "classes:late",
        "classes:slopes",
    ]
    assert "**0.4000**" in classes


def test_a_report_without_classes_says_nothing_of_them(cells):
    report = format_report(
        cells[cells["problem"] == "slopes"], all_problems(), all_contenders()
    )
    assert "MSE" in report
    assert "log loss" not in report
    assert "logistic" not in report
    only = cells[cells["problem"].str.startswith("never_worse_classes")]
    report = format_report(only, all_problems(), all_contenders())
    assert report.startswith("## never_worse_classes\n")
    assert "MSE" not in report


# the command


@pytest.mark.slow
def test_a_tiny_run_writes_probabilities_and_their_picture(tmp_path):
    arguments = ["--quick", "--contenders", "ridge", "mean", "--out", tmp_path]
    result = subprocess.run(
        [
            *(sys.executable, "-m", "benchmarks", "accuracy", "--tables"),
            *("classes:late", "never_worse_classes:01", *map(str, arguments)),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    assert "Warning" not in result.stderr
    assert len(pd.read_csv(tmp_path / "accuracy.csv")) == 5
    assert set(pd.read_csv(tmp_path / "reliability.csv")["bin"]) == set(range(10))
    assert (tmp_path / "reliability.png").stat().st_size > 10_000
    assert "| one-hot + tuned logistic |" in result.stdout
