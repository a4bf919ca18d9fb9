"""On what is measured: the code, the machine and the packages."""

from __future__ import annotations

import os
import platform
import subprocess
from collections.abc import Iterable
from datetime import date
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

PACKAGES = (
    "skembed",
    "scikit-learn",
    "numpy",
    "pandas",
    "scipy",
    "pyarrow",
    "keras",
    "tensorflow",
    "scikeras",
    "lightgbm",
    "catboost",
    "category_encoders",
    "torch",
    "skorch",
    "pytabkit",
)
UNKNOWN = "unknown"


@cache
def surroundings() -> dict[str, object]:
    """Return what each line of a file of results says of them."""
    return {
        "date": date.today().isoformat(),
        "commit": _commit(),
        "machine": f"{platform.system()} {platform.machine()}",
        "cores": _n_cores(),
        "versions": ", ".join(_versions()),
    }


def _n_cores() -> int | None:
    """Return how many cores this process may use, where the system tells."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count()


def _versions() -> Iterable[str]:
    """Go through what is installed."""
    yield f"Python {platform.python_version()}"
    for package in PACKAGES:
        try:
            yield f"{package} {version(package)}"
        except PackageNotFoundError:
            continue


def _commit() -> str:
    """Return the commit of the code, with a plus if files differ from it."""
    commit = _git("rev-parse", "--short", "HEAD")
    if not commit:
        return UNKNOWN
    return f"{commit}+" if _git("status", "--porcelain", "-uno") else commit


def _git(*arguments: str) -> str:
    """Return what git says; nothing where there is no git or no repository."""
    here = Path(__file__).parent
    try:
        found = subprocess.run(
            ["git", *arguments], cwd=here, capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        return ""
    return found.stdout.strip()
