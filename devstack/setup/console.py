"""Tell the user what happens, one line a step, and what to do when a step fails."""

import subprocess
import sys
import time
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from devstack.trouble import StackTrouble


@contextmanager
def step(doing: str) -> Generator[None]:
    """Print what is being done and how long it took."""
    started = time.perf_counter()
    print(f"  {doing} ...", flush=True)
    yield
    print(f"    done in {time.perf_counter() - started:.1f} s", flush=True)


def run(
    command: Sequence[str | Path],
    *,
    advice: str,
    environment: Mapping[str, str] | None = None,
    cwd: Path | None = None,
) -> str:
    """Run a command quietly and return what it printed. Raises StackTrouble."""
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
