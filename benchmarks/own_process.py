"""A process of its own for each contender, which calls functions when it is told to.

Contenders that shared a process would share its memory, and the threads that one leaves
behind would count as the other's seconds. One that is killed, or takes too long, does
not end the others.
"""

from __future__ import annotations

import resource
import sys
import traceback
from collections.abc import Callable
from multiprocessing import get_all_start_methods, get_context
from multiprocessing.connection import Connection
from typing import Any

from benchmarks.tensorflow_loading import silent_stderr

# fresh interpreters take seconds to import what all need: forks of one that has it
# do not, where the system has them
_START = "forkserver" if "forkserver" in get_all_start_methods() else "spawn"
_processes = get_context(_START)
_processes.set_forkserver_preload(["benchmarks.accuracy.measuring"])
# what getrusage counts memory in, for a megabyte
_RSS_UNITS = 1e6 if sys.platform == "darwin" else 1e6 / 1024


class NotMeasuredError(Exception):
    """A contender could not take part, or did not arrive."""


class OwnProcess:
    """A process, as seen from outside; it starts at once."""

    def __init__(self) -> None:
        self._connection, theirs = _processes.Pipe()
        self._process = _processes.Process(target=_serve, args=(theirs,), daemon=True)
        self._process.start()
        theirs.close()  # or a process that was killed would be waited for

    def ask(self, function: Callable[..., Any], *arguments: Any) -> None:
        """Have it call a function that pickle can find."""
        try:
            self._connection.send((function, arguments))
        except OSError:
            raise NotMeasuredError("its process was killed") from None

    def answer(self, limit: float | None = None) -> Any:
        """Wait for what the function returns.

        Parameters
        ----------
        limit : float or None
            Seconds after which the process is killed.

        Raises
        ------
        NotMeasuredError
            If the function raised, the process died, or it took too long.
        """
        try:
            if not self._connection.poll(limit):
                self._process.kill()
                raise NotMeasuredError(f"given up after {limit:.0f} s")
            answer = self._connection.recv()
        except (EOFError, OSError):
            raise NotMeasuredError("its process was killed") from None
        if isinstance(answer, NotMeasuredError):
            raise answer
        return answer

    def stop(self) -> None:
        """End the process, whatever it is doing."""
        self._process.kill()
        self._process.join()
        self._connection.close()


def peak_megabytes() -> float:
    """Return the most memory that this process or one of its children has held."""
    users = resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN
    return max(resource.getrusage(user).ru_maxrss for user in users) / _RSS_UNITS


def _serve(connection: Connection) -> None:
    with silent_stderr():
        while True:
            try:
                function, arguments = connection.recv()
            except EOFError:
                return
            try:
                answer = function(*arguments)
            except Exception as error:  # one's failure is not the others'
                answer = NotMeasuredError(_reason(error))
            connection.send(answer)


def _reason(error: Exception) -> str:
    if isinstance(error, ModuleNotFoundError) and "." not in str(error.name):
        return f"pip install {error.name}"
    return "".join(traceback.format_exception(error))
