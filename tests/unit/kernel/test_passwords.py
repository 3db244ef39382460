"""Passwords are checked as the library of Argon2 checks them, whatever memory that takes."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from argon2 import PasswordHasher
from argon2.low_level import Type
from hypothesis import given, settings
from hypothesis import strategies as st

from instainstru_core.kernel import passwords

KEPT = passwords.HASHER.hash(b"correct horse", salt=b"0123456789abcdef")
SALT, TAG = KEPT.split("$")[-2:]
SMALL = (1, 64, 1)
USUAL = (1, 19_456)
PROGRAM = """
from pathlib import Path

from instainstru_core.kernel import memory, passwords


def megabytes():
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) / 1024


kept = passwords.hashed(b"correct horse")
memory.give_back()
before = megabytes()
assert passwords.is_right(kept, b"correct horse")
busy = megabytes()
memory.give_back()
print(before, busy, megabytes(), passwords.is_right(kept, b"correct horse"))
"""


@given(st.binary(max_size=200))
@settings(max_examples=5, deadline=None)
def test_only_the_password_itself_is_right(password: bytes) -> None:
    known = passwords.hashed(password)
    assert passwords.HASHER.verify(known, password)
    assert passwords.is_right(known, password)
    assert not passwords.is_right(known, password + b"\x00")
    assert not passwords.is_right(KEPT, password)


def test_a_hash_is_of_todays_parameters_and_never_twice_the_same() -> None:
    known = passwords.hashed(b"correct horse")
    assert known.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert not passwords.is_old(known)
    assert passwords.hashed(b"correct horse") != known


@pytest.mark.parametrize(
    "older",
    [
        PasswordHasher(*SMALL, type=Type.ID),
        PasswordHasher(*SMALL, type=Type.I),
        PasswordHasher(1, 64, 2, type=Type.ID),
        PasswordHasher(*USUAL, 1, type=Type.D),
        PasswordHasher(*USUAL, 1, type=Type.ID, salt_len=8),
        PasswordHasher(*USUAL, 2, type=Type.ID),
        PasswordHasher(1, 40_000, 1, type=Type.ID),
    ],
)
def test_hashes_of_other_parameters_are_checked_by_them_and_are_old(older: PasswordHasher) -> None:
    known = older.hash("a password")
    assert passwords.is_right(known, b"a password")
    assert not passwords.is_right(known, b"another one")
    assert passwords.is_old(known)


@pytest.mark.parametrize(
    "spoilt",
    [
        "",
        "no hash",
        "$argon2id$v=19$m=19456,t=2,p=1$$",
        f"$argon2id$v=19$m=19456,t=2,p=1${SALT}$",
        f"$argon2id$v=19$m=19456,t=2,p=1$${TAG}",
        f"$argon2id$v=19$m=19456,t=2,p=1${SALT}${TAG[:2]}",
        f"$argon2id$v=19$m=19456,t=2,p=1${SALT}${TAG[:-4]}",
        f"$argon2id$v=19$m=19456,t=2,p=1${SALT}$!{TAG[1:]}",
        f"$argon2id$v=19$m=19456,t=0,p=1${SALT}${TAG}",
        f"$argon2id$v=16$m=19456,t=2,p=1${SALT}${TAG}",
        f"$argon2id$v=19$m=19456,t=2${SALT}${TAG}",
        f"$argon2id$v=19$m=19456,t=2,p=1${TAG}${SALT}",
    ],
)
def test_what_is_no_hash_of_ours_is_of_no_password(spoilt: str) -> None:
    assert not passwords.is_right(spoilt, b"correct horse")
    assert not passwords.is_right(spoilt, b"")


def test_many_are_checked_at_once_each_by_itself() -> None:
    names = [b"0", b"1", b"2", b"3"]
    known = [passwords.hashed(name) for name in names]

    def fits(place: int) -> bool:
        return passwords.is_right(known[place // 4], names[place % 4])

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(fits, range(16)))
    assert [place for place in range(16) if found[place]] == [0, 5, 10, 15]


def test_the_memory_of_a_check_is_kept_and_given_back_with_the_rest() -> None:
    told = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True
    )
    before, busy, rested, is_right = told.stdout.split()
    assert float(busy) - float(before) > 15
    assert float(rested) - float(before) < 2
    assert is_right == "True"
