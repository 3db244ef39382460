"""What a process keeps in memory of the database: made once for each version of it."""

import threading
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Generic, TypeVar
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine

from instainstru_core.kernel.uow import Uow

LOOK_AGAIN_SECONDS = 10.0
"""So old may be what a process knows."""

T = TypeVar("T")


@dataclass(slots=True)
class _Value(Generic[T]):
    version: Hashable
    value: T
    looked_at: float


class Kept(Generic[T]):
    """Values by key. It is looked for a new version every ten seconds; one thread makes it anew
    while the others go on with what they have.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._by_engine: WeakKeyDictionary[Engine, dict[Hashable, _Value[T]]] = WeakKeyDictionary()
        self._lock = threading.Lock()

    def get(
        self, uow: Uow, key: Hashable, version: Callable[[], Hashable], make: Callable[[], T]
    ) -> T:
        """The value of this key, made anew where `version` changed."""
        by_key, patience = self._of(uow)
        known = by_key.get(key)
        now = self._clock()
        if known is not None and now - known.looked_at < patience:
            return known.value
        if not self._lock.acquire(blocking=known is None):
            assert known is not None
            return known.value
        try:
            known = by_key.get(key)
            if known is not None and now - known.looked_at < patience:
                return known.value
            current = version()
            if known is None or known.version != current:
                known = by_key[key] = _Value(current, make(), now)
            known.looked_at = now
            return known.value
        finally:
            self._lock.release()

    def forget(self) -> None:
        """Look again at once."""
        self._by_engine.clear()

    def _of(self, uow: Uow) -> tuple[dict[Hashable, _Value[T]], float]:
        """The values of this database, and how old they may be: on a connection that is held from
        outside, whose transaction others do not see, not at all.
        """
        bind = uow.session.get_bind()
        if isinstance(bind, Connection):
            return self._by_engine.setdefault(bind.engine, {}), 0.0
        return self._by_engine.setdefault(bind, {}), LOOK_AGAIN_SECONDS
