"""Measure skembed against its rivals: ``python -m benchmarks --help``."""
