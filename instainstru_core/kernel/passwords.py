"""Passwords by Argon2id, checked in memory that is kept in large pages.

A check walks twice through 19 MB. From the common pool that is either memory which the process
never gives back, or 4,865 pages that the system hands out one by one, for half as long as the check
itself takes. Here it is ten pages, kept for the next check and given back with whatever else is
free; and the processor finds its way through large pages an eighth faster.

Parameters: OWASP Password Storage Cheat Sheet, Argon2id with 19 MiB, two passes and one lane.
Hashes are PHC strings. The arithmetic is libargon2's, which lets its caller bring the memory.
"""
# The library of Argon2 is known to Python without types.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportUnknownLambdaType=false

import hmac
import mmap
from base64 import b64decode
from binascii import Error as NotBase64
from collections import deque
from contextlib import suppress
from typing import Any

from argon2 import Parameters, PasswordHasher, extract_parameters
from argon2.exceptions import Argon2Error, InvalidHashError
from argon2.low_level import ARGON2_VERSION, Type, core, ffi

from instainstru_core.kernel import memory

MEMORY_KIB = 19_456
HASHER = PasswordHasher(
    time_cost=2, memory_cost=MEMORY_KIB, parallelism=1, hash_len=32, salt_len=16, type=Type.ID
)
LARGE_PAGE = 2 * 1024 * 1024
SIZE = MEMORY_KIB * 1024
OK = 0


class _Room:
    """The memory of one check."""

    def __init__(self) -> None:
        pages = mmap.mmap(-1, SIZE + LARGE_PAGE, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
        with suppress(AttributeError, OSError):  # some systems have no large pages
            pages.madvise(mmap.MADV_HUGEPAGE)
        start = ffi.from_buffer("uint8_t[]", pages)
        place = start + -int(ffi.cast("uintptr_t", start)) % LARGE_PAGE

        def take(found_at: Any, wanted: int) -> int:  # noqa: ANN401 - a pointer to a pointer
            found_at[0] = place
            return OK if wanted <= SIZE else 1

        self._start = start
        self.take = ffi.callback("int(uint8_t **, size_t)", take, error=1)
        self.leave = ffi.callback("void(uint8_t *, size_t)", lambda _place, _size: None)


_free: deque[_Room] = deque()
memory.free_with(_free.clear)


def hashed(password: bytes) -> str:
    """The hash of a password with a salt of its own."""
    return HASHER.hash(password)


def is_right(password_hash: str, password: bytes) -> bool:
    """Whether this hash is of this password. What is no hash is nobody's."""
    try:
        known = extract_parameters(password_hash)
        if _fits_a_room(known):
            return _is_right(password_hash, known.time_cost, password)
        return HASHER.verify(password_hash, password)
    except (Argon2Error, InvalidHashError, NotBase64):
        return False


def is_old(password_hash: str) -> bool:
    """Whether a hash has other parameters than today's. What is no hash at all is not old."""
    try:
        return HASHER.check_needs_rehash(password_hash)
    except InvalidHashError:
        return False


def _fits_a_room(known: Parameters) -> bool:
    shape = (known.type, known.version, known.memory_cost, known.parallelism)
    return shape == (Type.ID, ARGON2_VERSION, MEMORY_KIB, 1)


def _is_right(password_hash: str, passes: int, password: bytes) -> bool:
    salt, expected = (_decoded(part) for part in password_hash.split("$")[-2:])
    try:
        room = _free.pop()
    except IndexError:
        room = _Room()
    found = ffi.new("uint8_t[]", len(expected))
    given, salted = ffi.new("uint8_t[]", password), ffi.new("uint8_t[]", salt)
    context = ffi.new(
        "argon2_context *",
        {
            "version": ARGON2_VERSION,
            "out": found,
            "outlen": len(expected),
            "pwd": given,
            "pwdlen": len(password),
            "salt": salted,
            "saltlen": len(salt),
            "t_cost": passes,
            "m_cost": MEMORY_KIB,
            "lanes": 1,
            "threads": 1,
            "allocate_cbk": room.take,
            "free_cbk": room.leave,
            "flags": 0,
        },
    )
    code = core(context, Type.ID.value)
    _free.append(room)
    return code == OK and hmac.compare_digest(bytes(ffi.buffer(found)), expected)


def _decoded(part: str) -> bytes:
    """Base64 as PHC strings have it: without the padding."""
    return b64decode(part + "=" * (-len(part) % 4), validate=True)
