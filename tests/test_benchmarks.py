"""The benchmarks run as the README says, in their quick form."""

import subprocess
import sys

import pytest

PICTURES = ["embedding.png", "loss_curve.png", "outcomes.png", "similarity.png"]


@pytest.mark.slow
def test_the_main_job_prints_its_table_and_draws_its_pictures(tmp_path):
    command = [sys.executable, "-m", "benchmarks", "--quick", "--out", str(tmp_path)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    assert "Warning" not in result.stderr
    rows = [line.split() for line in result.stdout.splitlines()]
    assert ["flights", "EmbeddingRegressor"] in [row[:2] for row in rows]
    assert "Ranked as the effects are: yes" in result.stdout
    drawn = sorted(path.name for path in tmp_path.iterdir())
    assert drawn == PICTURES
    assert all((tmp_path / name).stat().st_size > 5_000 for name in drawn)


def test_help_explains():
    command = [sys.executable, "-m", "benchmarks", "--help"]
    result = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "--quick" in result.stdout
    assert "motivating example" in result.stdout
