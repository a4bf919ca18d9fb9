"""Python code in a process of its own, imports included."""

from __future__ import annotations

import re
import subprocess
import sys


def run_fresh(code: str, stdin: str = "") -> None:
    """Run code to its end.

    Raises
    ------
    ModuleNotFoundError
        If it did in the code.
    RuntimeError
        If another error ended the code.
    """
    command = [sys.executable, "-c", code]
    result = subprocess.run(
        command, input=stdin, capture_output=True, text=True, check=False
    )
    if result.returncode == 0:
        return
    missing = re.search("ModuleNotFoundError: No module named '(.+?)'", result.stderr)
    if missing is not None:
        raise ModuleNotFoundError(missing[0], name=missing[1])
    raise RuntimeError(result.stderr)
