"""The benchmark of the geometry: its ceiling, its tables, its questions."""

import numpy as np
import pytest

from benchmarks.geometry import scale
from benchmarks.geometry.ceiling import posterior_profiles
from benchmarks.geometry.fidelity import METRICS, Fidelity, measure
from benchmarks.geometry.problems import CASES, COLUMN, Case, levels_drawn
from benchmarks.geometry.report import fidelity_table, scale_table


@pytest.mark.parametrize("case", CASES[:3], ids=lambda case: case.name)
def test_of_one_column_the_ceiling_is_the_conjugate_posterior(case):
    X, y, truth = case.make(0)
    known = posterior_profiles(case, X, y, truth, 0)
    codes = truth.codes(X, COLUMN)
    n, sums = np.bincount(codes, minlength=150), np.bincount(codes, y, minlength=150)
    np.testing.assert_allclose(known[:, 0], sums / (n + case.noise**2))
    np.testing.assert_allclose(known, known[:, :1].repeat(known.shape[1], axis=1))


def test_the_ceiling_of_interactions_is_near_the_truth():
    case = Case("rows enough", 60, 0.3, (10,), {"interaction_scale": 1.0})
    X, y, truth = case.make(0)
    known = posterior_profiles(case, X, y, truth, 0)
    gaps = truth.gaps(X, COLUMN).to_numpy()
    distances = np.linalg.norm(known[:, np.newaxis] - known, axis=2)
    distances /= np.sqrt(known.shape[1])
    off = distances - gaps
    # a level's profile is known to about the noise over the root of 10 rows
    assert np.sqrt(np.mean(off**2)) < 0.3 / np.sqrt(10)


def test_distances_are_measured_against_the_ceiling():
    found = measure(CASES[1], 0)
    assert 0.85 < found.ceiling < 0.97
    assert set(found.of_metric) == set(METRICS)
    assert abs(found.of_metric["effect"] - found.ceiling) < 0.03
    assert abs(found.of_metric["euclidean"] - found.ceiling) < 0.08
    assert found.agreement > 0.8


def test_a_case_has_as_many_rows_as_it_says():
    for case in CASES:
        X, _, truth = case.make(0)
        assert len(X) == 150 * case.rows_per_level
        assert len(truth.columns) == 1 + len(case.others)
        assert 100 < len(levels_drawn(X, truth)) <= 150


def test_reports_show_medians_and_the_worst():
    found = [
        Fidelity(0.9, dict.fromkeys(METRICS, 0.9 + d), 1 - d) for d in (0, 0.1, -0.2)
    ]
    last = fidelity_table({CASES[0]: found}).splitlines()[-1]
    cells = [cell.strip() for cell in last.strip("|").split("|")]
    assert cells[1:5] == ["3", "0.900", "+0.000", "-0.200"]
    assert cells[-2:] == ["1.00", "0.90"]


def test_questions_are_timed_beside_their_rivals():
    rows = [scale.one_query(2_000), scale.all_neighbors(300)]
    for row in rows:
        assert row["rival s"] > 0
        assert row["ratio"] == row["our s"] / row["rival s"]
    assert len(scale_table(rows).splitlines()) == 4
