"""The benchmark of the geometry: its ceiling, its tables, its questions."""

import numpy as np
import pytest

from benchmarks.geometry import command, scale
from benchmarks.geometry.ceiling import posterior_profiles
from benchmarks.geometry.fidelity import CONTENDERS, METRICS, draw
from benchmarks.geometry.problems import CASES, COLUMN, Case, levels_drawn
from benchmarks.geometry.report import format_report
from benchmarks.problems import Options
from benchmarks.request import Request
from benchmarks.results_file import Cell, ResultsFile


@pytest.mark.parametrize("case", CASES[:3], ids=lambda case: case.name)
def test_of_one_column_the_ceiling_is_the_conjugate_posterior(case):
    X, y, truth = case.make(0)
    known = posterior_profiles(case, X, y, truth, 0)
    codes = truth.codes(X, COLUMN)
    n, sums = np.bincount(codes, minlength=150), np.bincount(codes, y, minlength=150)
    np.testing.assert_allclose(known[:, 0], sums / (n + case.noise**2))
    np.testing.assert_allclose(known, known[:, :1].repeat(known.shape[1], axis=1))


def test_the_ceiling_of_interactions_is_near_the_truth():
    case = Case("enough", "rows enough", 60, 0.3, (10,), {"interaction_scale": 1.0})
    X, y, truth = case.make(0)
    known = posterior_profiles(case, X, y, truth, 0)
    gaps = truth.gaps(X, COLUMN).to_numpy()
    distances = np.linalg.norm(known[:, np.newaxis] - known, axis=2)
    distances /= np.sqrt(known.shape[1])
    off = distances - gaps
    # a level's profile is known to about the noise over the root of 10 rows
    assert np.sqrt(np.mean(off**2)) < 0.3 / np.sqrt(10)


def test_distances_are_measured_against_the_ceiling():
    drawn = draw(CASES[1], 0)
    found = {c.name: c.measure(drawn, 0) for c in CONTENDERS}
    ceiling = found["ceiling"]["euclidean"]
    assert 0.85 < ceiling < 0.97
    ours = found["skembed"]
    assert abs(ours["effect"] - ceiling) < 0.03
    assert abs(ours["euclidean"] - ceiling) < 0.08
    assert ours["agreement"] > 0.8
    # of one column without interactions, means are all there is to know
    assert abs(found["target-encoder"]["euclidean"] - ceiling) < 0.03
    assert 0.5 < found["skembed-network"]["euclidean"] <= ceiling + 0.03


def test_a_case_has_as_many_rows_as_it_says():
    for case in CASES:
        X, _, truth = case.make(0)
        assert len(X) == 150 * case.rows_per_level
        assert len(truth.columns) == 1 + len(case.others)
        assert 100 < len(levels_drawn(X, truth)) <= 150


def written(path, entries):
    file = ResultsFile(path)
    for (table, contender, seed), measures in entries.items():
        file.append(Cell("geometry", "full", table, contender, seed), measures)
    return format_report(file.cells("geometry", "full"))


def lines_of(report, first):
    return [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in report.splitlines()
        if line.startswith(f"| {first}")
    ]


def test_reports_show_medians_and_the_worst(tmp_path):
    entries = {}
    for seed, d in enumerate((0, 0.1, -0.2)):
        ours = dict.fromkeys(METRICS, 0.9 + d) | {"agreement": 1 - d}
        entries["additive_30", "skembed", seed] = ours
        entries["additive_30", "ceiling", seed] = {"euclidean": 0.9}
        entries["additive_30", "target-encoder", seed] = {"euclidean": 0.8 + d}
    fidelity, others = lines_of(written(tmp_path, entries), "additive, 30")
    assert fidelity[1:5] == ["3", "0.900", "+0.000", "-0.200"]
    assert fidelity[-2:] == ["1.00", "0.90"]
    assert others[1:] == ["+0.000", "1.00", "-", "-", "-0.100", "-"]


def test_questions_are_timed_beside_their_rivals(tmp_path):
    entries = {
        (question.name, "skembed", 0): question.measure(question.n_levels // 500)
        for question in scale.QUESTIONS
    }
    for measures in entries.values():
        assert measures["n_levels"] == 500
        assert measures["rival_seconds"] > 0 < measures["our_seconds"]
    one, _ = lines_of(written(tmp_path, entries), "10 nearest")
    assert one[0] == "10 nearest of one of 500 levels"
    measures = entries["one_query", "skembed", 0]
    ratio = measures["our_seconds"] / measures["rival_seconds"]
    assert one[4] == f"{ratio:.3g}"


def test_cells_that_are_done_are_not_run_again(tmp_path, monkeypatch):
    tables = ("additive_7", "one_query")
    options = Options(is_quick=True)
    request = Request(tables, ("target-encoder",), options, 2, tmp_path)
    file = ResultsFile(tmp_path)
    command.measure(request, file)
    before = file.path.read_text()
    assert {(c.table, c.contender, c.seed) for c in file.done()} == {
        ("additive_7", "target-encoder", 0),
        ("additive_7", "target-encoder", 1),
        ("one_query", "skembed", 0),
    }
    monkeypatch.setattr(command, "progress_bar", None)  # would fail
    command.measure(request, file)
    assert file.path.read_text() == before
