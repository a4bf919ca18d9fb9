"""What encoders are worth to other models: ``python -m benchmarks encoders --help``."""
