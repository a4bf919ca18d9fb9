"""What tables of any size take: ``python -m benchmarks scale``."""

SUMMARY = "see what tables of any size take"
DESCRIPTION = """\
Ask what memory and time tables of any size take, and which way to a model they allow.
Each way, from all rows, from cells that DuckDB has grouped, or from batches, is run on
few rows, on more rows and on more levels, in a process of its own. What a row and a
level cost is computed of these, checked on a larger table, and multiplied up to ten
thousand million rows.
"""
