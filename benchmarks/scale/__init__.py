"""What tables of any size take: ``python -m benchmarks scale``."""

SUMMARY = "see what tables of any size take"
DESCRIPTION = """\
Ask what memory and time tables of any size take, and which way to a model they allow:
from all rows, from cells that DuckDB has grouped, or from batches. Each is run on few
rows, on more rows, on more cells and on more levels, in a process of its own. What one
of each costs is learned of these, checked on a larger table, and multiplied up to ten
thousand million rows. DuckDB is installed apart: pip install duckdb
"""
