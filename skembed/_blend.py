"""A mixed model, corrected by networks as far as they can be believed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from skembed._bilinear import Bilinear
from skembed._encoding import Encoded
from skembed._evidence import ROWS_AT_ONCE, Knowledge, evidence
from skembed._members import Member
from skembed._newcomers import drop_column
from skembed._parts import parts_of
from skembed._terms import Located


@dataclass(frozen=True, eq=False)
class Corrections:
    """Networks that read what the model knows of a row.

    Attributes
    ----------
    share, share_if_new : float
        How much of their average is believed, and how much of it where a row has levels
        that were not learned.
    members : tuple of Member
        Each trained without one fold.
    knowledge : Knowledge
        What they read of a row.
    """

    share: float
    share_if_new: float
    members: tuple[Member, ...]
    knowledge: Knowledge

    def output(self, rows: Located, n_columns: int) -> np.ndarray:
        """Return what is to be added to the model's prediction."""
        known = evidence(rows, self.knowledge)
        inputs = Encoded(np.empty((len(rows), 0), dtype=np.int32), known.features)
        is_known = known.is_known(n_columns)
        share = np.where(is_known, self.share, self.share_if_new)
        return share * np.mean([m.output(inputs) for m in self.members], axis=0)


@dataclass(frozen=True, eq=False)
class Newcomers:
    """What predicts rows of new levels of a column that do better without it.

    Attributes
    ----------
    column : int
        Which categorical column.
    unseen_row : int
        Its code of levels that were not learned.
    blend : Blend
        Fitted without the column.
    """

    column: int
    unseen_row: int
    blend: Blend

    def replace_in(self, output: np.ndarray, inputs: Encoded) -> None:
        """Predict the rows of new levels anew."""
        new = np.flatnonzero(inputs.codes[:, self.column] == self.unseen_row)
        if len(new):
            output[new] = self.blend.forward(drop_column(inputs.take(new), self.column))


@dataclass(frozen=True, eq=False)
class Blend:
    """Everything that predicts, in units of the standardised target.

    Attributes
    ----------
    model : Bilinear
        What is corrected.
    corrections : Corrections or None
        None where they are not believed, or there was too little to train on.
    newcomers : Newcomers or None
        None where new levels are predicted well with their column.
    tables : tuple of ndarray
        The vectors of each categorical column's levels, those of unseen levels last.
    """

    model: Bilinear
    corrections: Corrections | None
    newcomers: Newcomers | None
    tables: tuple[np.ndarray, ...]

    @property
    def n_outputs(self) -> int:
        """A blend has one output."""
        return 1

    @property
    def blends(self) -> tuple[Blend]:
        """Itself alone: for each output one."""
        return (self,)

    def forward(self, inputs: Encoded) -> np.ndarray:
        """Return predictions of shape (n_rows, 1)."""
        parts = parts_of(max(len(inputs), 1), ROWS_AT_ONCE)
        return np.vstack([self._forward(inputs.take(part)) for part in parts])

    def _forward(self, inputs: Encoded) -> np.ndarray:
        rows = self.model.mixed.locate(inputs)
        output = self.model.predict(rows)
        if self.corrections is not None:
            output += self.corrections.output(rows, len(self.tables))
        output = output[:, np.newaxis]
        if self.newcomers is not None:
            self.newcomers.replace_in(output, inputs)
        return output
