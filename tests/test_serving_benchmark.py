"""A served model is timed from outside, says what it said, and is told fairly."""

import json
import pickle
import sys
import threading
from importlib import import_module

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LinearRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from benchmarks.contenders import Contender
from benchmarks.own_process import NotMeasuredError
from benchmarks.problem import Problem
from benchmarks.problems import Declaration, Options, all_problems
from benchmarks.progress import progress_bar
from benchmarks.request import Request
from benchmarks.results_file import ResultsFile
from benchmarks.serving import command, fresh, fresh_process, running
from benchmarks.serving.fitting import fit_and_pickle
from benchmarks.serving.running import Plan, run_missing

OPTIONS = Options()
MODELS = """
import time
import numpy as np
from sklearn.base import BaseEstimator


class Drifting(BaseEstimator):
    "Predicts something else after it was unpickled."

    def __init__(self, drift):
        self.drift = drift

    def fit(self, X, y):
        self.shift_ = 0.0
        return self

    def predict(self, X):
        return np.ones(len(X)) + self.shift_

    def __setstate__(self, state):
        self.__dict__ = state | {"shift_": state["drift"]}


class Sleeping(BaseEstimator):
    "Takes a millisecond for each row."

    def fit(self, X, y):
        return self

    def predict(self, X):
        time.sleep(len(X) / 1e3)
        return np.zeros(len(X))


class Torching(Sleeping):
    "Needs a library of networks."

    def __setstate__(self, state):
        import torch
"""


@pytest.fixture
def models(tmp_path, monkeypatch):
    """A module of models that fresh processes can import."""
    (tmp_path / "models_to_serve.py").write_text(MODELS, encoding="utf-8")
    (tmp_path / "torch.py").write_text("", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    yield import_module("models_to_serve")
    del sys.modules["models_to_serve"]


def make_problem(options=OPTIONS):
    rng = np.random.default_rng(0)
    X = pd.DataFrame(rng.normal(size=(50, 2)), columns=["u", "v"])
    rows = np.arange(50)
    return Problem("small", X, X["u"], [], ["u", "v"], [(rows[:20], rows[20:])])


SMALL = Declaration("small", "a small table", make_problem)


def contender(name, model, **parameters):
    return Contender(name, name, lambda *_: model, **parameters)


def fitted(model, folder):
    """Leave what a server needs of a model."""
    folder.mkdir(exist_ok=True)
    return fit_and_pickle(contender("a", model), SMALL, OPTIONS, folder)


def served(folder, is_exact=True, n_batch_rows=40):
    """Serve in this process."""
    fresh.main(folder, "predict", n_batch_rows, is_exact)
    return json.loads((folder / fresh.MEASURED).read_text(encoding="utf-8"))


# fitting


def test_what_a_server_needs_is_written(tmp_path):
    model = LinearRegression()
    measures = fitted(model, tmp_path)
    problem = make_problem()
    expected = LinearRegression().fit(problem.X[:20], problem.y[:20])
    predictions = np.load(tmp_path / fresh.PREDICTIONS)
    np.testing.assert_array_equal(predictions, expected.predict(problem.X[20:]))
    n_bytes = len(pickle.dumps(expected))
    assert measures == {
        "n_train": 20,
        "file_megabytes": pytest.approx(n_bytes / 1e6),
        "needs_cloudpickle": 0,
    }
    assert (tmp_path / fresh.MODEL).stat().st_size == n_bytes


def test_cloudpickle_takes_what_pickle_cannot(tmp_path):
    doubled = FunctionTransformer(lambda X: 2 * X)
    measures = fitted(make_pipeline(doubled, LinearRegression()), tmp_path)
    assert measures["needs_cloudpickle"] == 1
    served(tmp_path)


# serving


def test_rows_are_timed_one_by_one_and_at_once(tmp_path, models):
    fitted(models.Sleeping(), tmp_path)
    measures = served(tmp_path)
    assert 1e-3 < measures["row_seconds"] <= measures["slow_row_seconds"] < 0.1
    assert 40e-3 < measures["batch_seconds"] < 0.5
    assert measures["batch_cpu_seconds"] < measures["batch_seconds"]
    assert 0 < measures["megabytes"] <= measures["batch_megabytes"]


def test_there_is_an_end_to_rows_one_by_one(monkeypatch):
    now = iter(range(100))
    monkeypatch.setattr(fresh.time, "perf_counter", lambda: next(now))
    predicted = []
    measures = fresh._row_by_row(predicted.append, make_problem().X)
    assert [len(row) for row in predicted] == [1, 1]  # a second each
    assert measures == {"row_seconds": 1, "slow_row_seconds": 1}


@pytest.mark.parametrize(
    ("drift", "is_exact", "is_accepted"),
    [
        (0.0, True, True),
        (1e-9, True, False),
        (1e-9, False, True),
        (0.25, False, False),
        (np.nan, False, False),
    ],
)
def test_predictions_have_to_be_the_same(
    tmp_path, models, drift, is_exact, is_accepted
):
    fitted(models.Drifting(drift), tmp_path)
    if is_accepted:
        served(tmp_path, is_exact)
    else:
        with pytest.raises(ValueError, match="predictions differ by up to"):
            served(tmp_path, is_exact)


def serve(folder):
    return fresh_process.serve(folder, "predict", n_batch_rows=40, is_exact=True)


def test_a_fresh_process_fails_with_its_reason(tmp_path, models):
    fitted(models.Drifting(0.25), tmp_path)
    with pytest.raises(NotMeasuredError, match=r"differ by up to 0\.25 after"):
        serve(tmp_path)


def test_one_that_takes_too_long_is_given_up(tmp_path, monkeypatch):
    monkeypatch.setattr(fresh_process, "LIMIT", 0.01)
    with pytest.raises(NotMeasuredError, match="given up after 0 s"):
        serve(tmp_path)


def test_skembed_serves_without_tensorflow(fitted_shops, tmp_path):
    model, X, _ = fitted_shops
    (tmp_path / fresh.MODEL).write_bytes(pickle.dumps(model))
    (tmp_path / fresh.ROWS).write_bytes(pickle.dumps(X))
    (tmp_path / fresh.FEW_ROWS).write_bytes(pickle.dumps(X[:5]))
    np.save(tmp_path / fresh.PREDICTIONS, model.predict(X))
    measures = serve(tmp_path)  # to the last bit
    assert measures["imports_tensorflow"] == measures["imports_torch"] == 0
    assert 0 < measures["loading_seconds"] < measures["cold_seconds"] < 60
    assert 0 < measures["row_seconds"] < measures["cold_seconds"]


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="others count it")
def test_who_imports_torch_is_told_and_the_parents_memory_is_not_counted(
    models, tmp_path
):
    fitted(models.Torching(), tmp_path)
    held = np.ones(40_000_000)
    measures = serve(tmp_path)
    assert measures["imports_torch"] == 1
    assert measures["imports_tensorflow"] == 0
    assert measures["batch_megabytes"] < held.nbytes / 1e6


# running


class InThisProcess:
    """Stands for a process."""

    def ask(self, function, *arguments):
        self.call = function, arguments

    def answer(self, limit=None):
        function, arguments = self.call
        try:
            return function(*arguments)
        except Exception as error:
            raise NotMeasuredError(f"Traceback\n{error}") from None

    def stop(self):
        pass


class Log(LinearRegression):
    """Remembers who was fitted."""

    entries = []

    def __init__(self, name=None):
        super().__init__()
        self.name = name

    def fit(self, X, y):
        self.entries.append(f"{self.name} fitted")
        return super().fit(X, y)


def logged(name):
    return contender(name, Log(name))


@pytest.fixture
def log(monkeypatch):
    """What was done, in order; serving is not, but for who is called bad."""

    def serve(folder, method, n_batch_rows, is_exact):
        Log.entries.append(f"{folder.name} served")
        if folder.name == "bad":
            raise NotMeasuredError("Traceback\nbad luck")
        return {"row_seconds": 1.0}

    monkeypatch.setattr(running, "serve", serve)
    Log.entries.clear()
    yield Log.entries
    Log.entries.clear()


def run(file, contenders, n_laps=2):
    plan = Plan(SMALL, contenders, OPTIONS, n_laps)
    with progress_bar(plan.n_steps(file)) as bar:
        run_missing([plan], file, bar, InThisProcess)
        assert bar.n == bar.total


def test_contenders_take_turns_and_nothing_is_run_twice(tmp_path, log):
    file = ResultsFile(tmp_path)
    contenders = [logged("a"), logged("b")]
    run(file, contenders)
    assert log == ["a fitted", "b fitted"] + 2 * ["a served", "b served"]
    cells = file.cells("serving", "full")
    assert cells["contender"].tolist() == ["a", "b", "a", "b"]
    assert cells["seed"].tolist() == [0, 0, 1, 1]
    assert (cells["n_train"] == 20).all()
    log.clear()
    run(ResultsFile(tmp_path), contenders)
    assert log == []
    run(file, [*contenders, logged("c")])
    assert log == ["c fitted", "c served", "c served"]
    log.clear()
    run(file, contenders, n_laps=3)
    assert log == ["a fitted", "b fitted", "a served", "b served"]


def _unlocked(X, lock):
    return X


def test_who_fails_is_named_and_the_others_run_on(tmp_path, log):
    file = ResultsFile(tmp_path)
    locked = FunctionTransformer(_unlocked, kw_args={"lock": threading.Lock()})
    unpicklable = contender("locked", make_pipeline(locked, LinearRegression()))
    contenders = [unpicklable, logged("bad"), logged("good")]
    run(file, contenders)
    assert log[2:] == ["bad served", "good served", "good served"]
    assert set(file.cells("serving", "full")["contender"]) == {"good"}
    failures = file.failures("serving", "full").set_index("contender")["note"]
    assert set(failures.index) == {"locked", "bad"}
    assert "pickle" in failures["locked"]
    assert failures["bad"] == "bad luck"
    log.clear()
    run(file, contenders)
    assert log == []


# command


def test_who_is_served():
    names = command.contender_names()
    assert {"skembed", "skembed-quick", "skembed-linear", "ridge", "mean"} <= names
    for left_out in ("hgb-400", "slopes-oracle"):
        assert left_out not in names
    assert set(command.TABLES) <= command.table_names()
    assert "spotify" not in command.table_names()
    declared = {problem.name: problem for problem in all_problems()}
    tasks = [declared[name].task.method for name in command.TABLES]
    assert tasks == ["predict", "predict_proba"]


@pytest.mark.slow
def test_a_quick_run(tmp_path, capsys):
    request = Request(
        tables=("classes:interaction",),
        contenders=("ridge", "skembed-linear"),
        options=Options(is_quick=True),
        out=tmp_path,
    )
    file = ResultsFile(tmp_path)
    command.measure(request, file)
    cells = file.cells("serving", "quick")
    assert cells["contender"].tolist() == ["ridge", "skembed-linear"]
    assert file.failures("serving", "quick").empty
    assert (cells["n_batch_rows"] == 5000).all()
    text = command.report(request, file)
    assert (
        "skembed, linear on classes:interaction, compared with whichever of 1" in text
    )
    assert "--quick" in text
    before = file.path.read_bytes()
    command.measure(request, file)
    assert file.path.read_bytes() == before
