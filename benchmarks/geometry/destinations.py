"""What air times know of the world: destinations' vectors beside their geography."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from sklearn.linear_model import LinearRegression
from sklearn.metrics import r2_score
from sklearn.metrics.pairwise import haversine_distances
from sklearn.model_selection import LeaveOneOut, cross_val_predict

from benchmarks.geometry.fidelity import rank_correlation
from benchmarks.pictures.style import new_figures
from benchmarks.problems._flights import read_flights, read_table
from skembed import EmbeddingRegressor

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.collections import PathCollection
    from matplotlib.figure import Figure

COLUMN = "dest"
N_AXES = 4
FAR_AWAY = ("HNL", "ANC")  # off the map of the contiguous states
N_LABELLED = 45


@dataclass(frozen=True)
class Destinations:
    """Airports, where they are, and where air times put them.

    Attributes
    ----------
    places : DataFrame of shape (n_airports, 2)
        Longitude and latitude in degrees, by airport.
    found : DataFrame of shape (n_airports, 2)
        The same, read off the first axes of the vectors by a linear map that was
        fitted to all other airports.
    effects : Series of shape (n_airports,)
        By how many minutes each moves the predicted air time.
    counts : Series of shape (n_airports,)
        Flights to each.
    rank_correlation : float
        Spearman's, of distances between vectors with those on the globe.
    n_flights : int
        How many there were.
    """

    places: pd.DataFrame
    found: pd.DataFrame
    effects: pd.Series
    counts: pd.Series
    rank_correlation: float
    n_flights: int

    @property
    def r2(self) -> dict[str, float]:
        """The share of the variance of longitude and latitude that is found."""
        return {
            name: float(r2_score(self.places[name], self.found[name]))
            for name in self.places
        }


def find(*, is_quick: bool = False) -> Destinations:
    """Fit air times by destination, origin and date, and compare with geography."""
    X, y = _flights()
    if is_quick:
        X = X.sample(40_000, random_state=0)
        y = y[X.index]
    model = EmbeddingRegressor(n_networks=0, random_state=0).fit(X, y)
    airports = _airports()
    levels = [name for name in model.categories_[COLUMN] if name in airports.index]
    places = airports.loc[levels]
    distances = model.similarity_matrix(COLUMN, levels=levels).to_numpy()
    globe = haversine_distances(np.radians(places[["latitude", "longitude"]]))
    vectors = pd.DataFrame(model.embeddings_[COLUMN], model.categories_[COLUMN])
    near = [name for name in levels if name not in FAR_AWAY]
    found = cross_val_predict(
        LinearRegression(),
        vectors.loc[near].iloc[:, :N_AXES],
        places.loc[near],
        cv=LeaveOneOut(),
    )
    counts = pd.Series(model.category_counts_[COLUMN], model.categories_[COLUMN])
    return Destinations(
        places.loc[near],
        pd.DataFrame(found, near, places.columns),
        model.level_effects(COLUMN)[near],
        counts[near],
        rank_correlation(distances, globe),
        len(X),
    )


def measures_of(found: Destinations) -> dict[str, float]:
    """Return what a file of results says of them."""
    r2 = {f"R2 of {name}": value for name, value in found.r2.items()}
    correlation = {"rank_correlation": found.rank_correlation}
    return {"n_flights": found.n_flights, **correlation, **r2}


def _flights() -> tuple[pd.DataFrame, pd.Series]:
    flights = read_flights()
    date = flights["month"].astype(str) + "-" + flights["day"].astype(str)
    return flights[[COLUMN, "origin"]].assign(date=date), flights["air_time"]


def _airports() -> pd.DataFrame:
    places = read_table("airports.csv").set_index("faa")[["lon", "lat"]]
    return places.set_axis(["longitude", "latitude"], axis=1)


def draw(found: Destinations) -> Figure:
    """Draw airports as they are and as the vectors have them."""
    r2 = found.r2
    figure, (left, right) = new_figures(
        13,
        5.4,
        "Where the airports are",
        "Where air times put them\n"
        f"R2: longitude {r2['longitude']:.2f}, latitude {r2['latitude']:.2f}",
    )
    for axes, places in ((left, found.places), (right, found.found)):
        points = _scatter(axes, places, found)
        axes.set_xlabel("longitude (degrees)")
        axes.set_xlim(-127, -64)
        axes.set_ylim(23, 50)
        axes.grid()
    left.set_ylabel("latitude (degrees)")
    figure.colorbar(
        points, ax=[left, right], label="effect on the air time (minutes)", pad=0.015
    )
    return figure


def _scatter(axes: Axes, places: pd.DataFrame, found: Destinations) -> PathCollection:
    from skembed.displays._label_artist import add_labels

    points = axes.scatter(
        places["longitude"],
        places["latitude"],
        s=12 + found.counts / 90,
        c=found.effects,
        cmap="viridis",
        edgecolor="black",
        linewidth=0.6,
    )
    frequent = np.argsort(-found.counts.to_numpy(), kind="stable")[:N_LABELLED]
    add_labels(axes, points, frequent, places.index[frequent], most_covered=2)
    return points
