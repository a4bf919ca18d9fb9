"""Measure skembed against its rivals: ``python -m benchmarks --help``."""

# each is a package of that name, with a SUMMARY, a DESCRIPTION and a module `command`
BENCHMARKS = (
    "accuracy",
    "encoders",
    "geometry",
    "serving",
    "speed",
    "accelerators",
    "scale",
)
