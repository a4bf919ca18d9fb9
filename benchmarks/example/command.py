"""What ``python -m benchmarks`` does: two problems, one table, four pictures."""

from __future__ import annotations

from pathlib import Path

from threadpoolctl import threadpool_limits
from tqdm import tqdm

from benchmarks.example import fitted, pictures, tokens
from benchmarks.example.contenders import Contender, contenders_for
from benchmarks.example.measuring import Measurement, measure, noise_ceiling, warm_up
from benchmarks.example.table import Row, format_table
from benchmarks.problem import Problem
from benchmarks.problems import _flights
from benchmarks.progress import progress_bar, step
from benchmarks.tensorflow_loading import load_tensorflow

FOOTNOTE = """\
Seconds are medians of warm runs: a fit before them, not counted, loads and compiles.
NumPy and SciPy compute on one thread.
R2 ceiling, RMSE floor: what predicting the true effects scores on the test rows."""


# threads of BLAS that wait for each other on a busy machine ruin the seconds
@threadpool_limits.wrap(limits=1, user_api="blas")
def run(out: Path, seed: int, quick: bool) -> None:
    """Measure, print and draw.

    Parameters
    ----------
    out : Path
        The folder for the pictures.
    seed : int
        Draws tokens and initial weights.
    quick : bool
        Whether to take few flights and folds.
    """
    n_flights, n_folds = (10_000, 2) if quick else (100_000, 5)
    motivating = tokens.load(seed)
    problems = [motivating, _flights.load(n_flights, n_folds)]
    line_up = [(problem, contenders_for(problem.name)) for problem in problems]
    n_steps = sum(_n_fits(*entry) for entry in line_up) + 3
    with progress_bar(n_steps) as bar:
        with step(bar, "loading TensorFlow"):
            load_tensorflow()
        rows = [row for entry in line_up for row in _compare(*entry, seed, bar)]
        with step(bar, "tokens: the fit to draw"):
            drawn = fitted.fit(motivating, seed)
        with step(bar, "pictures"):
            written = pictures.draw_all(drawn, out)
    print(format_table(rows))
    print()
    print(*(f"{problem.name}: {problem.note}" for problem in problems), sep="\n")
    print(FOOTNOTE)
    print(f"\n{drawn.describe_similarities()}")
    print("\nPictures:", ", ".join(map(str, written)))


def _n_fits(problem: Problem, contenders: list[Contender]) -> int:
    return len(contenders) * (1 + problem.repeats * len(problem.splits))


def _compare(
    problem: Problem, contenders: list[Contender], seed: int, bar: tqdm
) -> list[Row]:
    """Measure all contenders in turns, so that a busy moment strikes all of them."""
    for contender in contenders:
        with step(bar, f"{problem.name}: {contender.name}, warm-up"):
            warm_up(contender.pipeline_for(problem, seed), problem)
    measurements: dict[str, list[Measurement]] = {c.name: [] for c in contenders}
    for split in problem.splits * problem.repeats:
        for contender in contenders:
            with step(bar, f"{problem.name}: {contender.name}"):
                pipeline = contender.pipeline_for(problem, seed)
                measured = measure(pipeline, problem, split)
            measurements[contender.name].append(measured)
    ceiling = noise_ceiling(problem)
    return [Row(problem, *item, ceiling) for item in measurements.items()]
