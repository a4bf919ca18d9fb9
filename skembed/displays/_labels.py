"""Where to write the names of discs, so that no two names overlap."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

# where a label stands from its disc, the best first (Imhof, E. 1975, Positioning
# Names on Maps, The American Cartographer 2)
DIRECTIONS = np.array(
    [(1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (-1, 1), (1, -1), (-1, -1)]
)
# in the unit of all that follows, 1/72 inch
GAP = 1.5  # between a disc and its label, and between two labels
STEP = 10.0  # between a direction's places, for labels that may be far away
# how bad a place is, in places down the list of directions
COVERING = 3.0  # for each disc that it covers
CROWD = 4  # discs, of which more are no worse
BEING_FAR = 4.0  # for each step away from its disc


@dataclass(frozen=True, eq=False)
class Discs:
    """Discs on a page.

    Attributes
    ----------
    centers : ndarray of shape (n_discs, 2)
        Where they are.
    radii : ndarray of shape (n_discs,)
        Their sizes.
    """

    centers: np.ndarray
    radii: np.ndarray

    def near(self, low: np.ndarray, high: np.ndarray) -> Discs:
        """Return those that reach into a box."""
        margin = self.radii[:, np.newaxis]
        reaches = (self.centers > low - margin) & (self.centers < high + margin)
        inside = reaches.all(axis=1)
        return Discs(self.centers[inside], self.radii[inside])

    def covered_by(self, corners: np.ndarray, size: np.ndarray) -> np.ndarray:
        """Return how many of them each of some boxes of one size covers in part."""
        near = self.near(corners.min(axis=0), corners.max(axis=0) + size)
        low = corners[:, np.newaxis]
        nearest = np.clip(near.centers, low, low + size)
        squares = ((nearest - near.centers) ** 2).sum(axis=2)
        return np.asarray((squares < near.radii**2).sum(axis=1))


def place_labels(
    discs: Discs,
    labelled: np.ndarray,
    sizes: np.ndarray,
    frame: np.ndarray,
    reach: float = 0.0,
    most_covered: float = np.inf,
) -> np.ndarray:
    """Find a place for the label of each of some discs, one after the other.

    A label goes where it lies within the frame, overlaps no earlier label, covers few
    discs and is near its own; the first of eight directions that is as good as any.

    Parameters
    ----------
    discs : Discs
        All of them.
    labelled : ndarray of shape (n_labels,)
        The positions of those that have a label, the most important first.
    sizes : ndarray of shape (n_labels, 2)
        Widths and heights of the labels.
    frame : ndarray of shape (2, 2)
        The lower left and the upper right corner of where labels may be.
    reach : float, default=0.0
        How far from its disc a label may stand.
    most_covered : float, default=inf
        How many discs a label may cover in part.

    Returns
    -------
    ndarray of shape (n_labels, 2)
        The lower left corner of each label; NaN where there is no place for it.
    """
    corners = np.full(sizes.shape, np.nan)
    for i, (disc, size) in enumerate(zip(labelled, sizes, strict=True)):
        center, radius = discs.centers[disc], discs.radii[disc]
        if ((center < frame[0]) | (center > frame[1])).any():
            continue
        places, cost = _places(center, size, radius + GAP, reach)
        covered = discs.covered_by(places, size)
        is_free = _is_within(places, size, frame) & (covered <= most_covered)
        is_free &= ~_overlaps(places, size, corners[:i], sizes[:i])
        if is_free.any():
            cost += COVERING * np.minimum(covered, CROWD)
            corners[i] = places[is_free][np.argmin(cost[is_free])]
    return corners


def _places(
    center: np.ndarray, size: np.ndarray, distance: float, reach: float
) -> tuple[np.ndarray, np.ndarray]:
    """Return lower left corners of boxes around a center, and how bad each is."""
    distances = np.arange(distance, distance + reach + 1, STEP)
    steps = DIRECTIONS / np.linalg.norm(DIRECTIONS, axis=1, keepdims=True)
    middles = center + distances[:, np.newaxis, np.newaxis] * steps
    middles = middles + size / 2 * DIRECTIONS
    cost = np.add.outer(BEING_FAR * np.arange(len(distances)), np.arange(len(steps)))
    return (middles - size / 2).reshape(-1, 2), cost.ravel()


def _is_within(places: np.ndarray, size: np.ndarray, frame: np.ndarray) -> np.ndarray:
    inside = (places >= frame[0]) & (places + size <= frame[1])
    return np.asarray(inside.all(axis=1))


def _overlaps(
    places: np.ndarray, size: np.ndarray, corners: np.ndarray, sizes: np.ndarray
) -> np.ndarray:
    """Say which places would touch a label that has been placed; NaN touches none."""
    low, high = places[:, np.newaxis] - GAP, places[:, np.newaxis] + size + GAP
    meets = (low < corners + sizes) & (high > corners)
    return np.asarray(meets.all(axis=2).any(axis=1))
