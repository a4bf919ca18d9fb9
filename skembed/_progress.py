"""What is shown of passes over batches."""

from __future__ import annotations

import numpy as np

from skembed._tensorflow import load_tensorflow


class EpochProgress:
    """A pass over batches, shown as Keras shows an epoch.

    Parameters
    ----------
    epoch, n_epochs : int
        Which pass it is, of how many.
    verbose : int
        0 is silent, 1 shows a bar, 2 a line.

    Attributes
    ----------
    losses : list of float
        Those of the batches so far.
    """

    def __init__(self, epoch: int, n_epochs: int, verbose: int) -> None:
        load_tensorflow()
        import keras

        self.losses: list[float] = []
        self._weights: list[float] = []
        self._bar = keras.utils.Progbar(
            None, verbose=verbose, stateful_metrics=["loss"], unit_name="batch"
        )
        if verbose:
            print(f"Epoch {epoch + 1}/{n_epochs}")  # noqa: T201 - was asked for

    def add(self, loss: float, weight: float) -> None:
        """Tell of a batch."""
        self.losses.append(loss)
        self._weights.append(weight)
        self._show(is_last=False)

    def end(self) -> float:
        """Return the loss of all batches, of which there is one at least."""
        self._bar.target = len(self.losses)  # how many, is known only now
        self._show(is_last=True)
        return self._mean

    @property
    def _mean(self) -> float:
        return float(np.average(self.losses, weights=self._weights))

    def _show(self, is_last: bool) -> None:
        losses = [("loss", self._mean)]
        self._bar.update(len(self.losses), losses, finalize=is_last)
