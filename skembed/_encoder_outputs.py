"""The two outputs of an encoder: numbers for each level, or predictions of each row."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias, cast

import numpy as np

from skembed._columns import Column
from skembed._cross_encoding import (
    Blended,
    Tables,
    tables_without_folds,
    whole_tables,
)
from skembed._folds import group_by_fold, with_folds
from skembed._model import Model, replace_levels
from skembed._observations import make_observations
from skembed._training_data import TrainingData

Refit: TypeAlias = Callable[[TrainingData], Model]


class Output(Protocol):
    """What an encoder returns of rows."""

    @property
    def model(self) -> Model:
        """What was fitted to all rows."""

    @property
    def is_of_levels(self) -> bool:
        """Whether each column has numbers of its own."""

    def encode(self, columns: Sequence[Column], handle_unknown: str) -> np.ndarray:
        """Return numbers in place of levels; other columns pass unchanged."""

    def without_folds(
        self, data: TrainingData, of_row: np.ndarray, n_folds: int, refit: Refit
    ) -> Sequence[Output]:
        """Return the same from fits without each of some folds.

        Parameters
        ----------
        data : TrainingData
            What it was fitted to.
        of_row : ndarray of shape (n_rows,)
            The fold of each of its rows.
        n_folds : int
            How many there are.
        refit : callable
            ``refit(data)`` fits another model as the whole one was fitted.
        """


@dataclass(frozen=True, eq=False)
class LevelNumbers:
    """Numbers for each level: the mean prediction of its rows, and its vector.

    Attributes
    ----------
    model : Model
        A blend, or several.
    tables : tuple of ndarray
        The numbers, for each categorical column.
    """

    model: Model
    tables: Tables

    @property
    def is_of_levels(self) -> bool:
        """Whether each column has numbers of its own."""
        return True

    @classmethod
    def of(cls, model: Model, data: TrainingData) -> LevelNumbers:
        """Make it of a model and what that was fitted to."""
        core = cast(Blended, model.core)
        inputs = model.encoding.encode(data.columns, "average")
        sample = make_observations(inputs, data)
        return cls(model, whole_tables(core, sample, model.scale))

    def encode(self, columns: Sequence[Column], handle_unknown: str) -> np.ndarray:
        """Return numbers in place of levels; other columns pass unchanged."""
        encoding = self.model.encoding
        codes = encoding.encode(columns, handle_unknown).codes
        return replace_levels(columns, encoding, codes, self.tables)

    def without_folds(
        self, data: TrainingData, of_row: np.ndarray, n_folds: int, _refit: Refit
    ) -> Sequence[Output]:
        """Fit effects and vectors again; what model they are of stays."""
        model = self.model
        inputs = with_folds(model.encoding.encode(data.columns, "average"), of_row)
        sample = make_observations(inputs, data).standardized(model.scale)
        folds = group_by_fold(sample, n_folds)
        core = cast(Blended, model.core)
        found = tables_without_folds(core, folds, model.scale)
        return [LevelNumbers(model, tables) for tables in found]


@dataclass(frozen=True, eq=False)
class Predictions:
    """What a model predicts of rows: numbers of the target, or log-odds.

    Attributes
    ----------
    model : Model
        The model.
    """

    model: Model

    @property
    def is_of_levels(self) -> bool:
        """Whether each column has numbers of its own."""
        return False

    @classmethod
    def of(cls, model: Model, _data: TrainingData) -> Predictions:
        """Make it of a model and what that was fitted to."""
        return cls(model)

    def encode(self, columns: Sequence[Column], handle_unknown: str) -> np.ndarray:
        """Return predictions, then the columns that have no levels."""
        predicted = self.model.predict(columns, handle_unknown)
        roles = zip(columns, self.model.encoding.is_categorical, strict=True)
        others = [
            column.to_float() for column, is_categorical in roles if not is_categorical
        ]
        return np.column_stack([predicted, *others])

    def without_folds(
        self, data: TrainingData, of_row: np.ndarray, n_folds: int, refit: Refit
    ) -> Sequence[Output]:
        """Fit everything again."""
        kept = (np.flatnonzero(of_row != fold) for fold in range(n_folds))
        return [Predictions(refit(data.take(rows))) for rows in kept]


OUTPUTS: dict[str, type[LevelNumbers] | type[Predictions]] = {
    "embedding": LevelNumbers,
    "prediction": Predictions,
}


def encode_without_folds(
    encoded: np.ndarray,
    columns: Sequence[Column],
    output: Output,
    data: TrainingData,
    folds: tuple[np.ndarray, int],
    refit: Refit,
) -> None:
    """Encode rows anew, each by a fit without its fold.

    Parameters
    ----------
    encoded : ndarray of shape (n_samples, n_numbers)
        What the whole fit returns, which stays for rows that it has not seen.
    columns : sequence of Column
        All rows.
    output : Output
        The whole fit.
    data : TrainingData
        What it was fitted to.
    folds : tuple of ndarray of shape (n_samples,) and int
        The fold of each row, and how many there are.
    refit : callable
        Fits another model as the whole one was fitted.
    """
    of_row, n_folds = folds
    held_out = output.without_folds(data, of_row[data.is_kept], n_folds, refit)
    for fold, of_fold in enumerate(held_out):
        rows = np.flatnonzero(data.is_kept & (of_row == fold))
        taken = [column.take(rows) for column in columns]
        encoded[rows] = of_fold.encode(taken, "average")
