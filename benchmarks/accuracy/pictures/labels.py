"""Names beside points that do not cover each other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.text import Annotation
    from matplotlib.transforms import Bbox

NEAR, FAR = 5, 18  # points between a name and what it names
HALF_POINT = 9  # pixels


def label_points(
    axes: Axes, points: Mapping[str, tuple[float, float]], colours: Mapping[str, str]
) -> None:
    """Name points, each at the first side where there is room.

    Parameters
    ----------
    axes : Axes
        Whose limits are final.
    points : dict of str to (float, float)
        Where each is, by what it is called.
    colours : dict of str to str
        Those of the names.
    """
    axes.figure.draw_without_rendering()
    taken = [_around(axes, point) for point in points.values()]
    for name, point in points.items():
        places = list(_places())
        texts = [_annotate(axes, name, point, *place) for place in places]
        boxes = [text.get_window_extent() for text in texts]
        crowded = [_crowding(box, taken, axes.bbox) for box in boxes]
        best = crowded.index(min(crowded))
        for number, text in enumerate(texts):
            if number != best:
                text.remove()
        texts[best].set_color(colours[name])
        taken.append(boxes[best])


def _places() -> Iterator[tuple[float, float]]:
    """Go through shifts of names, the nearest first."""
    for distance in (NEAR, FAR):
        yield from product((distance, -distance), (distance, -distance))
        yield from ((distance, 0), (-distance, 0), (0, distance), (0, -distance))


def _annotate(
    axes: Axes, name: str, point: tuple[float, float], right: float, up: float
) -> Annotation:
    sides = {1: ("left", "bottom"), 0: ("center", "center"), -1: ("right", "top")}
    from matplotlib.patheffects import withStroke

    return axes.annotate(
        name,
        point,
        xytext=(right, up),
        textcoords="offset points",
        ha=sides[_sign(right)][0],
        va=sides[_sign(up)][1],
        fontsize=10,
        zorder=4,
        path_effects=[withStroke(linewidth=3, foreground="white")],
    )


def _sign(number: float) -> int:
    return (number > 0) - (number < 0)


def _around(axes: Axes, point: tuple[float, float]) -> Bbox:
    """Return the box of a marker."""
    from matplotlib.transforms import Bbox

    x, y = axes.transData.transform(point)
    return Bbox.from_extents(
        x - HALF_POINT, y - HALF_POINT, x + HALF_POINT, y + HALF_POINT
    )


def _crowding(box: Bbox, taken: list[Bbox], frame: Bbox) -> float:
    """Measure how much of a name is over others or outside."""
    from matplotlib.transforms import Bbox

    inside = Bbox.intersection(box, frame)
    outside = _area(box) - (0 if inside is None else _area(inside))
    shared = [Bbox.intersection(box, other) for other in taken]
    return outside + sum(_area(overlap) for overlap in shared if overlap is not None)


def _area(box: Bbox) -> float:
    return box.width * box.height
