"""How danceable songs are, by artist, album, playlist and subgenre."""

from __future__ import annotations

from benchmarks.problem import Problem
from benchmarks.problems import Declaration, Options
from benchmarks.problems._files import problem_of, read_data

TEXTS = [
    "track_id",
    "track_artist",
    "track_album_id",
    "track_album_release_date",
    "pl_subgenres",
    "playlist_ids",
]


def load(options: Options) -> Problem:
    """Read the songs."""
    songs = read_data("spotify.csv.gz", options).drop(columns=TEXTS)
    categorical = ["artist_id", "album_id", "playlist_id", "subgenre_id"]
    return problem_of("spotify", songs, "danceability", categorical, options)


PROBLEMS = (
    Declaration(
        "spotify",
        "danceability of songs, predictions clipped to [0, 1]",
        load,
        bounds=(0.0, 1.0),
        needs_data=True,
    ),
)
