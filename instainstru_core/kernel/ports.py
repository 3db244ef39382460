"""Outside worlds that nobody owns."""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from instainstru_core.kernel.errors import Conflict, Unavailable


class InProgress(Conflict):
    """Somebody else is at it right now. The fact `retry_after` says when to come back."""

    code = "in_progress"


class Mutex(Protocol):
    """Lets one caller at a time do something, across processes."""

    def hold(self, name: str, *, seconds: float) -> AbstractContextManager[int | None]:
        """Hold this name, for so long at most. Gives a number that grows with every holder, to
        tell a late one from its successor; None where the service of locks cannot be reached, and
        the database alone keeps order. Raises InProgress while another one holds it.
        """
        ...


@dataclass(frozen=True, slots=True)
class Allowance:
    """Whether one more call is within its limit, how many are left, and when the next one is."""

    is_allowed: bool
    left: int
    retry_after: int


class TooOften(Unavailable):
    """Somebody asks more often than they may. The fact `retry_after` says when to come back."""

    code = "too_often"


class Limiter(Protocol):
    """Counts calls by name, across processes."""

    def take(self, name: str, *, most: int, minutes: int = 1, cost: int = 1) -> Allowance:
        """Take so many of the calls that are allowed in these minutes. Answers also when nobody
        can be asked.
        """
        ...
