"""Engines of tests speak one dialect, so that a statement is compiled once and not for each engine.

There is an engine for every database and every command of the terminal: a sixth of what those tests
take would go into compiling the same statements again.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

from sqlalchemy import Dialect, Engine, event
from sqlalchemy.util import LRUCache

from instainstru_core.kernel.settings import Settings

MOST_COMPILED = 5_000


class OneDialect:
    """Makes engines as usual; all but those before the first connection share their dialect."""

    def __init__(self, usual: Callable[[Settings], Engine]) -> None:
        self._usual = usual
        self._known: Dialect | None = None
        self._compiled = LRUCache[Any, Any](MOST_COMPILED)

    def __call__(self, settings: Settings) -> Engine:
        engine = self._usual(settings)
        if self._known is not None:
            engine.dialect, engine._compiled_cache = self._known, self._compiled
        else:
            event.listen(engine, "connect", partial(self._learn, engine.dialect))
        return engine

    def _learn(self, dialect: Dialect, *_: object) -> None:
        """A dialect knows the server from its first connection on."""
        self._known = self._known or dialect
