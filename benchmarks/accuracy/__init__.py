"""Accuracy of skembed and its rivals: ``python -m benchmarks accuracy --help``."""
