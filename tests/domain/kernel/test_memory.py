"""What a process does about its memory, measured on a process of its own."""

import subprocess
import sys

PROGRAM = """
import asyncio
from pathlib import Path
from threading import Thread

from argon2 import PasswordHasher

from instainstru_core.kernel import memory


def megabytes():
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) / 1024


async def rest():
    keeping = asyncio.create_task(memory.keep_small(every_seconds=0.01))
    await asyncio.sleep(0.1)
    keeping.cancel()


def hashed():
    for _ in range(3):
        hasher.hash("a password")


memory.share()
hasher = PasswordHasher(time_cost=1, memory_cost=19_456, parallelism=1)
memory.settle()
before = megabytes()
threads = [Thread(target=hashed) for _ in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
hashed()
busy = megabytes()
asyncio.run(rest())
print(before, busy, megabytes())
"""


def test_what_checking_passwords_on_many_threads_took_is_given_back() -> None:
    told = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True
    )
    before, busy, rested = map(float, told.stdout.split())
    assert busy - before > 15
    assert rested - before < 5
