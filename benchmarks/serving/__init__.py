"""What a fitted model costs who serves it: ``python -m benchmarks serving``."""

SUMMARY = "see what a fitted model costs to serve"
DESCRIPTION = """\
Ask what a fitted model costs who serves it, of skembed and of its rivals. Each is
fitted to the first fold of a table, not timed here, and pickled. A new Python process,
the imports of which count, unpickles it and answers for one row, then for row after
row, then for 100,000 rows at once (--quick: 5,000): seconds, the size of the file, the
memory of the process, and whether it had to import TensorFlow or torch. What it
predicts has to be what the fitted model predicted.

Contenders take turns, five times each, or as often as --seeds says. The tables are
air_time and classes:interaction, if none are named.
"""
