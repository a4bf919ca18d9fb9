"""A contender's process answers, fails, dies or is given up; the others go on."""

import os
import time

import pytest

from benchmarks.own_process import NotMeasuredError, OwnProcess, peak_megabytes


@pytest.fixture
def process():
    process = OwnProcess()
    yield process
    process.stop()


def call(process, function, *arguments, limit=60.0):
    process.ask(function, *arguments)
    return process.answer(limit)


def test_it_is_another_process_that_keeps_its_state(process):
    first = call(process, os.getpid)
    assert first != os.getpid()
    assert call(process, os.getpid) == first


def test_what_a_function_raises_is_told_and_the_process_goes_on(process):
    with pytest.raises(NotMeasuredError, match="ValueError: invalid literal"):
        call(process, int, "x")
    assert call(process, int, "7") == 7


def test_a_missing_package_is_named(process):
    with pytest.raises(NotMeasuredError, match="pip install no_such_package"):
        call(process, __import__, "no_such_package")


def test_one_that_dies_is_noticed(process):
    with pytest.raises(NotMeasuredError, match="was killed"):
        call(process, os._exit, 1)
    with pytest.raises(NotMeasuredError, match="was killed"):
        call(process, int, "7")


def test_one_that_takes_too_long_is_given_up(process):
    call(process, int, "7")  # it has started
    with pytest.raises(NotMeasuredError, match="given up after 0 s"):
        call(process, time.sleep, 60, limit=0.1)


def test_memory_is_the_most_that_was_held(process):
    before = call(process, peak_megabytes)
    call(process, bytearray, 200_000_000)
    assert call(process, peak_megabytes) > before + 150
