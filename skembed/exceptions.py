"""The errors that skembed raises on purpose."""

__all__ = [
    "ColumnError",
    "SavedFileError",
    "SkembedError",
    "TrainingError",
    "UnknownLevelError",
]


class SkembedError(Exception):
    """Base class of every error that skembed raises on purpose."""


class ColumnError(SkembedError, ValueError):
    """A column cannot serve in the role it was given; the message names both."""


class UnknownLevelError(SkembedError, ValueError):
    """A level was asked for, or met in data, that ``fit`` has not seen."""


class TrainingError(SkembedError, ValueError):
    """Training broke down, for example because the loss became infinite."""


class SavedFileError(SkembedError, ValueError):
    """A fitted estimator cannot be written to a file, or a file cannot be read."""
