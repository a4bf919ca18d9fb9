"""What is raced: every file of this folder holds `RACES`."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

from benchmarks.speed.race import Race


def all_races() -> list[Race]:
    """Find the races, in the order of their files."""
    names = sorted(module.name for module in iter_modules(__path__))
    found = [import_module(f"{__name__}.{name}").RACES for name in names]
    return [race for races in found for race in races]
