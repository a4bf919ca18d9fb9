"""TensorFlow starts without the lines of its libraries, and other lines are kept."""

import os
import subprocess
import sys

import pytest

from skembed._tensorflow import LOG_LEVEL, without_noise

NOISE = [
    "WARNING: All log messages before absl::InitializeLog() is called are written to",
    "I0000 00:00:1.9    5960 cudart_stub.cc:31] Could not find cuda drivers",
    "2026-12-01 02:31:39.123456: I tensorflow/core/util/port.cc:153] oneDNN custom",
    "To enable the following instructions: AVX2 FMA, in other operations, rebuild",
    "E0000 00:00:1.9    5960 cuda_platform.cc:52] failed call to cuInit: INTERNAL",
    "E0000 00:00:1.9    5960 cuda_dnn.cc:8579] Unable to register cuDNN factory",
]
KEPT = [
    "E0000 00:00:1.9    5960 executor.cc:9] out of memory",
    "W0000 00:00:1.9    5960 allocator.cc:9] Allocation exceeds 10% of memory",
    "Traceback (most recent call last):",
    "Import Warning: In a module",
]
FIT = """
import sys
from skembed import EmbeddingRegressor
from skembed.datasets import make_tokens
EmbeddingRegressor(n_networks=1, epochs=1).fit(*make_tokens(200, random_state=0))
print("written by the user", file=sys.stderr)
"""


def write(lines):
    """Write to the file descriptor, as libraries in C++ do."""
    os.write(2, "".join(f"{line}\n" for line in lines).encode())


@pytest.fixture
def level(monkeypatch):
    monkeypatch.delenv(LOG_LEVEL, raising=False)
    return monkeypatch


def test_without_noise_keeps_all_lines_but_those_of_a_start(level, capfd):
    with without_noise():
        write([KEPT[0], *NOISE, *KEPT[1:]])
    assert capfd.readouterr().err.splitlines() == KEPT
    write(NOISE)  # outside, all is as it was
    assert capfd.readouterr().err.splitlines() == NOISE


def test_without_noise_keeps_what_was_written_before_an_error(level, capfd):
    @without_noise()
    def fail():
        write(KEPT)
        raise ImportError

    with pytest.raises(ImportError):
        fail()
    assert capfd.readouterr().err.splitlines() == KEPT


def test_without_noise_keeps_all_lines_if_the_user_asks_for_them(level, capfd):
    level.setenv(LOG_LEVEL, "0")
    with without_noise():
        write(NOISE)
    assert capfd.readouterr().err.splitlines() == NOISE


@pytest.mark.slow
def test_a_fit_in_a_fresh_process_writes_nothing_to_stderr():
    environment = {k: v for k, v in os.environ.items() if k != LOG_LEVEL}
    result = subprocess.run(
        [sys.executable, "-c", FIT], capture_output=True, check=True, env=environment
    )
    assert result.stderr.decode() == "written by the user\n"
