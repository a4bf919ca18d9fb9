"""What distances between levels are worth: ``python -m benchmarks geometry``."""
