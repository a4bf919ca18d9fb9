"""Learning which levels a column of strings has."""

from __future__ import annotations

from functools import partial

from sklearn.preprocessing import OrdinalEncoder

from benchmarks.speed.data.single_column import SingleColumn
from benchmarks.speed.race import Contestant, Race, Work


def prepare_ours(is_quick: bool, n_levels: int) -> Work:
    from skembed._columns import as_table, read_columns
    from skembed._vocabulary import learn_vocabulary

    data = SingleColumn(n_levels, None, is_quick)
    return Work(
        run=lambda: learn_vocabulary(read_columns(as_table(data.X))[0]),
        reset=data.renew,
    )


def prepare_ordinal(is_quick: bool, n_levels: int) -> Work:
    data = SingleColumn(n_levels, None, is_quick)
    return Work(run=lambda: OrdinalEncoder().fit(data.X), reset=data.renew)


def _race(n_levels: int) -> Race:
    return Race(
        f"learn {n_levels:,} levels",
        Contestant("learn_vocabulary", partial(prepare_ours, n_levels=n_levels)),
        (
            Contestant(
                "OrdinalEncoder",
                partial(prepare_ordinal, n_levels=n_levels),
                asked="2.5",
            ),
        ),
    )


RACES = (_race(1_000), _race(100_000))
