"""The lines that verbose prints of a fit."""

import re

import numpy as np
import pandas as pd
import pytest

from skembed import EmbeddingClassifier, EmbeddingRegressor, _blending
from skembed._stages import Report, Stage, report_with_names, reported, reported_part
from skembed.datasets import make_effects, make_tokens

QUICK = {"n_networks": 2, "hidden_units": (4,), "epochs": 2, "random_state": 0}
SECONDS = re.compile(r" \(\d+\.\d s\)$")


def printed_stages(capsys):
    """Return the lines of stages without their time; TensorFlow loads but once."""
    lines = capsys.readouterr().out.splitlines()
    assert all(line.startswith("[skembed] ") and SECONDS.search(line) for line in lines)
    lines = [SECONDS.sub("", line.removeprefix("[skembed] ")) for line in lines]
    return [line for line in lines if not line.startswith("Load TensorFlow")]


def make_slopes(seed=0):
    """Slopes of a numeric feature by level, some of whose values are missing."""
    rng = np.random.default_rng(seed)
    city = rng.integers(20, size=1_000)
    size = rng.normal(size=1_000)
    y = rng.normal(size=20)[city] * size + rng.normal(0, 0.3, 1_000)
    X = pd.DataFrame({"city": city.astype(str), "size": size})
    X.loc[:9, "size"] = np.nan
    return X, y


def test_stage_prints_nothing_unless_reported(capsys):
    Stage("Mixed model").end("found")
    with reported(Report()):
        Stage("Mixed model").end("found")
    assert capsys.readouterr().out == ""


def test_stage_prints_part_name_and_what_was_found(capsys):
    with reported(Report(is_printed=True)), reported_part("Class 1 of 2"):
        Stage("Network").end("2 epochs")
    assert printed_stages(capsys) == ["Class 1 of 2: Network: 2 epochs"]


def test_report_names_the_inputs_for_missing_values():
    report = report_with_names(["city", 3], ["x", "y"], [False, True])
    assert report.columns == ("city", "3")
    assert report.numbers == ("x", "y", "missing y")
    assert report.without(0).columns == ("3",)


def test_verbose_names_every_stage_of_a_blend(capsys):
    EmbeddingRegressor(**QUICK, verbose=1).fit(*make_slopes())
    lines = printed_stages(capsys)
    assert lines[:2] == [
        "Mixed model: effects of city (20 levels); 2 numeric inputs",
        "Interactions: slopes of size by city",
    ]
    assert re.match(r"Network 1 of 2: 2 epochs, loss [\d.]+$", lines[2])
    assert re.match(r"Network 2 of 2: 2 epochs, loss [\d.]+$", lines[3])
    assert re.match(
        r"Weight of the networks: \d\.\d\d, and \d\.\d\d for rows", lines[4]
    )
    assert lines[5:] == ["Unseen levels: predicted by the same model"]


def test_verbose_names_columns_that_interact(capsys):
    X, y = make_effects(3_000, n_levels=(20, 15), interaction_scale=1, random_state=0)
    EmbeddingRegressor(n_networks=0, verbose=1).fit(X, y)
    assert re.match(r"Interactions: (.*; )?a x b", printed_stages(capsys)[1])


def test_verbose_says_that_few_observations_have_no_networks(capsys):
    EmbeddingRegressor(verbose=1).fit(*make_tokens(99, random_state=0))
    none = "Networks: none, because of fewer than 100 observations"
    assert none in printed_stages(capsys)


def test_verbose_names_a_second_model_for_unseen_levels(capsys, monkeypatch):
    monkeypatch.setattr(_blending, "is_better_without", lambda *_: True)
    EmbeddingRegressor(n_networks=0, verbose=1).fit(*make_slopes())
    lines = printed_stages(capsys)
    assert lines[2] == (
        "Unseen levels: those of city are predicted by a second model, without city"
    )
    assert lines[3:] == [
        "Second model: Mixed model: no effects; 2 numeric inputs",
        "Second model: Interactions: none",
    ]


def test_verbose_names_the_class_of_each_stage(capsys):
    X, y = make_tokens(600, random_state=0)
    labels = np.digitize(y, [-5, 5])
    EmbeddingClassifier(n_networks=0, verbose=1).fit(X, labels)
    parts = [line.partition(": ")[0] for line in printed_stages(capsys)]
    assert list(dict.fromkeys(parts)) == [f"Class {k} of 3" for k in (1, 2, 3)]


@pytest.mark.parametrize("verbose", [0, False])
def test_verbose_of_zero_prints_nothing(capsys, verbose):
    EmbeddingRegressor(**QUICK, verbose=verbose).fit(*make_slopes())
    assert capsys.readouterr().out == ""


def test_a_fit_inside_of_a_reported_one_is_silent(capsys):
    with reported(Report(is_printed=True)):
        EmbeddingRegressor(n_networks=0).fit(*make_tokens(99, random_state=0))
    assert capsys.readouterr().out == ""
