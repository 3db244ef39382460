"""Who ends the demo is heard, even while Python would drop the wish, and only once."""

import subprocess
import sys

import pytest

from devstack.places import ROOT

HEARD = """
import signal, time
from devstack import interrupts
interrupts.heed()
try:
    signal.raise_signal(signal.{name})
    time.sleep(60)
except KeyboardInterrupt:
    interrupts.ignore()
    signal.raise_signal(signal.{name})
    print("heard once")
"""
DROPPED = """
import signal, time
from devstack import interrupts
interrupts.heed()
class Held:
    def __del__(self):
        signal.raise_signal(signal.SIGINT)
        print("not reached")
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGALRM])  # a slow machine prints late
try:
    Held()
    print("dropped by Python")
    signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGALRM])
    time.sleep(60)
except KeyboardInterrupt:
    print("heard")
"""
ANOTHER = """
from devstack import interrupts
interrupts.heed()
class Held:
    def __del__(self):
        raise ValueError("told as ever")
Held()
"""


def run(program: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_an_end_is_heard_once(name: str) -> None:
    assert run(HEARD.format(name=name)).stdout == "heard once\n"


def test_an_end_is_heard_that_comes_while_an_object_is_cleared_away() -> None:
    done = run(DROPPED)
    assert done.stdout == "dropped by Python\nheard\n"
    assert done.stderr == ""


def test_other_exceptions_that_python_drops_are_told() -> None:
    assert "ValueError: told as ever" in run(ANOTHER).stderr
