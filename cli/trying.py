"""Doing something only to see what would come of it."""

from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

from instainstru_core.kernel.authority import Actor
from instainstru_core.kernel.uow import Uow
from instainstru_core.runtime import Runtime

T = TypeVar("T")


class _Tried(Exception):
    """Takes everything back."""


def tried(runtime: Runtime, actor: Actor, act: Callable[[Uow], T]) -> T:
    """What this would answer. Nothing of it is kept, and no vendor is called."""
    made: list[T] = []
    with suppress(_Tried), runtime.begin(actor) as uow:
        made.append(act(uow))
        raise _Tried
    return made[0]
