"""The benchmarks run as the README says, in their quick form."""

import subprocess
import sys

import pandas as pd
import pytest

from benchmarks import BENCHMARKS
from benchmarks.__main__ import main

PICTURES = ["embedding.png", "loss_curve.png", "outcomes.png", "similarity.png"]


def benchmarks(*arguments):
    result = subprocess.run(
        [sys.executable, "-m", "benchmarks", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Warning" not in result.stderr
    return result


def refusal_of(monkeypatch, capsys, *arguments):
    """Run the command line here, and return what it says before it ends."""
    monkeypatch.setattr("sys.argv", ["benchmarks", *map(str, arguments)])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    return capsys.readouterr().err


@pytest.mark.slow
def test_the_main_job_prints_its_table_and_draws_its_pictures(tmp_path):
    result = benchmarks("--quick", "--out", tmp_path)
    assert result.returncode == 0, result.stderr
    rows = [line.split() for line in result.stdout.splitlines()]
    assert ["flights", "EmbeddingRegressor"] in [row[:2] for row in rows]
    assert "Ranked as the effects are: yes" in result.stdout
    drawn = sorted(path.name for path in tmp_path.iterdir())
    assert drawn == PICTURES
    assert all((tmp_path / name).stat().st_size > 5_000 for name in drawn)


@pytest.mark.slow
def test_all_run_quickly(tmp_path):
    names = "mean", "ridge", "skembed", "target", "ceiling", "OrdinalEncoder"
    who = *names, "few rows"
    command = "all", "--quick", "--contenders", *who, "--out", tmp_path
    result = benchmarks(*command)
    assert result.returncode == 0, result.stderr
    lines = pd.read_csv(tmp_path / "results.csv")
    assert set(lines["benchmark"]) == set(BENCHMARKS)
    assert (lines["size"] == "quick").all()
    failed = lines.loc[lines["measure"] == "failed", ["contender", "note"]]
    assert failed.empty, failed.to_string()
    for name in BENCHMARKS:
        report = (tmp_path / f"{name}.md").read_text("utf-8")
        assert report.startswith(f"# {name.capitalize()}\n")
        assert report in result.stdout
    assert (tmp_path / "report.html").stat().st_size > 100_000


@pytest.mark.slow
def test_a_table_of_a_folder_is_left_out_without_it(tmp_path):
    who = "--contenders", "ridge", "mean"
    tables = "--tables", "additive_150", "imdb", "classes:late"
    result = benchmarks("accuracy", "--quick", "--out", tmp_path, *tables, *who)
    assert result.returncode == 0, result.stderr
    assert "imdb: left out, give the folder of its table by --data" in result.stdout
    assert "| one-hot + tuned ridge" in result.stdout
    assert "| one-hot + tuned logistic" in result.stdout
    assert (tmp_path / "reliability.png").stat().st_size > 10_000


@pytest.mark.parametrize("command", ["all", *BENCHMARKS])
def test_an_unknown_table_is_refused_with_the_names_of_all(
    command, tmp_path, monkeypatch, capsys
):
    out = tmp_path / "none"
    error = refusal_of(monkeypatch, capsys, command, "--tables", "nix", "--out", out)
    assert "no table is called 'nix'; there are\n" in error
    known = {
        "speed": "grid search",
        "geometry": "destinations",
        "encoders": "noise",
        "accelerators": "many steps",
        "scale": "network, batches",
    }
    assert f"  {known.get(command, 'air_time')}\n" in error
    assert not out.exists()


def test_an_unknown_contender_is_refused_with_the_names_of_all(monkeypatch, capsys):
    error = refusal_of(monkeypatch, capsys, "accuracy", "--contenders", "nobody")
    assert "no contender is called 'nobody'; there are\n" in error
    assert "  catboost\n" in error


def test_a_folder_that_is_not_there_is_refused(tmp_path, monkeypatch, capsys):
    folder = tmp_path / "none"
    error = refusal_of(monkeypatch, capsys, "accuracy", "--data", folder)
    assert "is no folder" in error


def test_all_leave_out_who_has_nothing_of_a_name(tmp_path, monkeypatch):
    out = "--quick", "--seeds", "1", "--out", str(tmp_path)
    names = "--tables", "one_query", "noise_100", "--contenders", "skembed", "target"
    monkeypatch.setattr("sys.argv", ["benchmarks", "all", *names, *out])
    main()
    lines = pd.read_csv(tmp_path / "results.csv")
    asked = lines[["benchmark", "table", "contender"]].drop_duplicates()
    assert sorted(map(tuple, asked.to_numpy())) == [
        ("encoders", "noise_100", "skembed"),
        ("encoders", "noise_100", "target"),
        ("geometry", "one_query", "skembed"),
    ]


@pytest.mark.parametrize("command", ["all", *BENCHMARKS])
def test_help_explains(command, monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["benchmarks", command, "--help"])
    with pytest.raises(SystemExit):
        main()
    text = " ".join(capsys.readouterr().out.split())
    assert "goes on where it stopped" in text
    for option in ("--quick", "--tables", "--contenders", "--data", "--out", "--seeds"):
        assert option in text


def test_help_of_the_main_job_explains(monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["benchmarks", "--help"])
    with pytest.raises(SystemExit):
        main()
    text = capsys.readouterr().out
    assert "motivating example" in text
    assert all(name in text for name in ("all", *BENCHMARKS))
