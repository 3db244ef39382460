"""A way to the payment provider on which things go wrong, in front of the real one."""

from collections import Counter
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any

from instainstru_core.domains.payments.errors import CardDeclined
from instainstru_core.kernel.authority import Actor
from instainstru_core.kernel.uow import Begin, Uow


class Crash(Exception):
    """The process is gone at this very point."""


class Troubled:
    """Passes every call on, and lets a call of a name meet its trouble before or after it.

    `calls` counts what was asked, whatever came of it.
    """

    def __init__(self, gateway: Any) -> None:
        self._gateway = gateway
        self._before: dict[str, list[Callable[[], None]]] = {}
        self._after: dict[str, list[Callable[[], None]]] = {}
        self.calls: Counter[str] = Counter()

    def before(self, name: str, trouble: Callable[[], None], *, times: int = 1) -> None:
        """The next so many calls of this name meet this trouble and do not happen if it raises."""
        self._before.setdefault(name, []).extend([trouble] * times)

    def after(self, name: str, trouble: Callable[[], None], *, times: int = 1) -> None:
        """The next so many calls of this name happen, and their answer meets this trouble."""
        self._after.setdefault(name, []).extend([trouble] * times)

    @property
    def is_untroubled(self) -> bool:
        """Whether every trouble has been met."""
        return not any(self._before.values()) and not any(self._after.values())

    def __getattr__(self, name: str) -> Any:
        real = getattr(self._gateway, name)

        def call(**asked: Any) -> Any:
            self.calls[name] += 1
            _meet(self._before, name)
            answer = real(**asked)
            _meet(self._after, name)
            return answer

        def plain(*asked: Any, **named: Any) -> Any:
            return call(**named) if not asked else real(*asked, **named)

        return plain


class Forgetting:
    """Begins units of work, and loses the next one at its end when it is told to."""

    def __init__(self, begin: Begin) -> None:
        self._begin = begin
        self._loses = False

    def lose(self) -> None:
        self._loses = True

    @contextmanager
    def begin(self, actor: Actor) -> Generator[Uow]:
        with self._begin(actor) as uow:
            yield uow
            if self._loses:
                self._loses = False
                crash()


def crash() -> None:
    """The process ends."""
    raise Crash


def decline() -> None:
    """The bank says no."""
    raise CardDeclined("The bank declined this card. Use another card, or ask the bank.")


def _meet(troubles: dict[str, list[Callable[[], None]]], name: str) -> None:
    waiting = troubles.get(name)
    if waiting:
        waiting.pop(0)()
