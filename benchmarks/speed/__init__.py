"""Race skembed against its rivals: ``python -m benchmarks speed --help``."""
