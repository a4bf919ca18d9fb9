"""The motivating example and its table of results: ``python -m benchmarks``."""
