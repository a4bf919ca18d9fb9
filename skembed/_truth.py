"""What generated outcomes are made of."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from sklearn.metrics import pairwise_distances


@dataclass(frozen=True, eq=False)
class Truth:
    """What the outcomes of `make_effects` are made of.

    Attributes
    ----------
    columns : list of str
        Names of the columns.
    effects : list of ndarray of shape (n_levels,)
        Of each column.
    vectors : list of ndarray of shape (n_levels, latent_dim)
        Of each column, scaled so that their products are what pairs add.
    coefficients : ndarray of shape (n_quantities,)
        Of the quantities.
    slopes : ndarray of shape (n_levels,)
        Of the first column.

    Examples
    --------
    >>> from skembed.datasets import make_effects
    >>> X, y, truth = make_effects(100, return_truth=True, random_state=0)
    >>> truth.gaps(X, "b").loc["b0", ["b0", "b1"]].round(2).tolist()
    [0.0, 1.78]
    """

    columns: list[str]
    effects: list[np.ndarray]
    vectors: list[np.ndarray]
    coefficients: np.ndarray
    slopes: np.ndarray

    def levels(self, column: str) -> np.ndarray:
        """Name the levels of a column, drawn or not.

        Parameters
        ----------
        column : str
            Its name.

        Returns
        -------
        ndarray of shape (n_levels,)
            As they are in X.
        """
        n_levels = len(self.effects[self.columns.index(column)])
        return np.array([f"{column}{i}" for i in range(n_levels)], dtype=object)

    def mean(self, codes: list[np.ndarray], quantities: np.ndarray) -> np.ndarray:
        """Return the expected outcome of each row.

        Parameters
        ----------
        codes : list of ndarray of shape (n_samples,)
            The number of each column's level.
        quantities : ndarray of shape (n_samples, n_quantities)
            As they are in X.

        Returns
        -------
        ndarray of shape (n_samples,)
            In units of the outcome.
        """
        mean = quantities @ self.coefficients
        for column, effects in zip(codes, self.effects, strict=True):
            mean += effects[column]
        mean += _sum_of_products(self.vectors, codes)
        if quantities.shape[1]:
            mean += self.slopes[codes[0]] * quantities[:, 0]
        return mean

    def gaps(self, X: pd.DataFrame, column: str) -> pd.DataFrame:
        """Tell how differently levels of a column act.

        Parameters
        ----------
        X : DataFrame
            Generated rows.
        column : str
            Which column.

        Returns
        -------
        DataFrame of shape (n_levels, n_levels)
            The root mean square, over the rows, of what the expected outcome would
            change by if one level took the other's place.
        """
        codes = [self.codes(X, name) for name in self.columns]
        quantities = X.drop(columns=self.columns).to_numpy()
        factors = self.factors(codes, quantities, column)
        squares, axes = np.linalg.eigh(factors.T @ factors / len(factors))
        scale = axes * np.sqrt(np.maximum(squares, 0))
        points = self.coordinates(column) @ scale
        levels = self.levels(column)
        return pd.DataFrame(pairwise_distances(points), index=levels, columns=levels)

    def coordinates(self, column: str) -> np.ndarray:
        """Return all that is true of each level of a column.

        Parameters
        ----------
        column : str
            Which column.

        Returns
        -------
        ndarray of shape (n_levels, 1 + latent_dim) or (n_levels, 2 + latent_dim)
            The effect, the vector, and for the first column the slope, if there is a
            quantity.
        """
        place = self.columns.index(column)
        parts = [self.effects[place][:, np.newaxis], self.vectors[place]]
        if place == 0 and len(self.coefficients):
            parts.append(self.slopes[:, np.newaxis])
        return np.hstack(parts)

    def factors(
        self, codes: list[np.ndarray], quantities: np.ndarray, column: str
    ) -> np.ndarray:
        """Return what the coordinates of a column's levels are multiplied by.

        Parameters
        ----------
        codes : list of ndarray of shape (n_samples,)
            The number of each column's level.
        quantities : ndarray of shape (n_samples, n_quantities)
            As they are in X.
        column : str
            Which column.

        Returns
        -------
        ndarray of shape (n_samples, 1 + latent_dim) or (n_samples, 2 + latent_dim)
            1, the sum of the other levels' vectors, and for the first column the first
            quantity, if there is one.
        """
        place = self.columns.index(column)
        met = np.zeros((len(codes[0]), self.vectors[0].shape[1]))
        for other, (table, levels) in enumerate(zip(self.vectors, codes, strict=True)):
            if other != place:
                met += table[levels]
        parts = [np.ones((len(met), 1)), met]
        if place == 0 and len(self.coefficients):
            parts.append(quantities[:, :1])
        return np.hstack(parts)

    def codes(self, X: pd.DataFrame, column: str) -> np.ndarray:
        """Return the number of each row's level.

        Parameters
        ----------
        X : DataFrame
            Generated rows.
        column : str
            Which column.

        Returns
        -------
        ndarray of shape (n_samples,)
            Whole numbers.
        """
        return X[column].str[len(column) :].astype(int).to_numpy()


def _sum_of_products(vectors: list[np.ndarray], codes: list[np.ndarray]) -> np.ndarray:
    """Sum the scalar products of all pairs, as the square of a sum less squares."""
    n_rows, latent_dim = len(codes[0]), vectors[0].shape[1]
    total = np.zeros((n_rows, latent_dim))
    squares = np.zeros(n_rows)
    for column, table in zip(codes, vectors, strict=True):
        total += table[column]
        squares += (table**2).sum(axis=1)[column]
    return ((total**2).sum(axis=1) - squares) / 2
