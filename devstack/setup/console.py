"""Tell the user what happens, one line a step, and what to do when a step fails."""

import signal
import subprocess
import sys
import time
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from devstack.interrupts import ENDINGS
from devstack.trouble import StackTrouble


@contextmanager
def step(doing: str) -> Generator[None]:
    """Print what is being done and how long it took."""
    started = time.perf_counter()
    print(f"  {doing} ...", flush=True)
    yield
    print(f"    done in {time.perf_counter() - started:.1f} s", flush=True)


@contextmanager
def finished_first() -> Generator[None]:
    """Do what must not be left half done: whoever ends this process meanwhile waits for it.

    Raises KeyboardInterrupt afterwards if somebody did. Commands inside have to run `apart`.
    """
    asked: list[int] = []

    def wait(number: int, _frame: FrameType | None) -> None:
        if not asked:
            print("\n    this step is finished first ...", flush=True)
        asked.append(number)

    before = {number: signal.signal(number, wait) for number in ENDINGS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    if asked:
        raise KeyboardInterrupt


def run(
    command: Sequence[str | Path],
    *,
    advice: str,
    environment: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    apart: bool = False,
) -> str:
    """Run a command quietly and return what it printed. Raises StackTrouble.

    One that runs apart does not hear the Ctrl-C that this process hears.
    """
    shown = " ".join(str(part) for part in command)
    try:
        done = subprocess.run(
            [str(part) for part in command],
            env=environment,
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            check=False,
            process_group=0 if apart else None,
        )
    except OSError as problem:
        raise StackTrouble(f"`{shown}` could not be run: {problem}", advice) from problem
    if done.returncode != 0:
        raise StackTrouble(
            f"`{shown}` failed with code {done.returncode}.", advice, done.stdout.splitlines()[-15:]
        )
    return done.stdout


def report(failure: StackTrouble) -> None:
    """Print a failure so that its last line is what to do."""
    for line in failure.tail:
        print(f"    {line}", file=sys.stderr)
    print(f"\nSet-up failed: {failure}", file=sys.stderr)
    print(f"What to do: {failure.advice}", file=sys.stderr)
