"""`make check`: every static check at once; a tool's words are shown only when it complains."""

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from devstack.places import ROOT, Places

AT_ONCE = os.cpu_count() or 2
CHECKS = {  # the slow ones first
    "pyright": ("pyright", "--warnings"),
    "mypy": ("mypy",),
    "ruff check": ("ruff", "check", "."),
    "ruff format": ("ruff", "format", "--check", "."),
    "import contracts": ("lint-imports",),
    "hadolint": ("hadolint", "--config", ".hadolint.yaml", "Dockerfile"),
}
QUIET = {  # the version in the lock is the one we want: do not ask anybody for a newer one
    "PYRIGHT_PYTHON_IGNORE_WARNINGS": "1",
    "NO_UPDATE_NOTIFIER": "1",
    "NO_COLOR": "1",
}


@dataclass(frozen=True, slots=True)
class Result:
    """How one check ended."""

    name: str
    code: int
    seconds: float
    output: str


def check(name: str) -> Result:
    """Run one check and say how it went."""
    program, *arguments = CHECKS[name]
    started = time.perf_counter()
    done = subprocess.run(
        [str(Places().venv / "bin" / program), *arguments],
        cwd=ROOT,
        env={**os.environ, **QUIET},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    seconds = time.perf_counter() - started
    print(f"  {'ok ' if done.returncode == 0 else 'BAD'} {name} {seconds:.1f} s", flush=True)
    return Result(name, done.returncode, seconds, done.stdout)


def main() -> int:
    """Run all checks. Returns 1 if any complains."""
    print("Checks:", flush=True)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        results = list(pool.map(check, CHECKS))
    bad = [result for result in results if result.code != 0]
    for result in bad:
        print(f"\n--- {result.name} ---\n{result.output.rstrip()}", file=sys.stderr)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
