"""What distances between levels are worth: ``python -m benchmarks geometry``."""

SUMMARY = "see what distances between levels are worth"
DESCRIPTION = """\
Ask whether distances between levels mean something: how well they rank the true gaps of
generated levels, against the best that the same rows can tell; whether seeds agree;
what questions cost at a million levels; and how much of the map air times know. Draws
the destinations' map and that of the README's levels. Takes about half an hour.
"""
