"""Refusals: the ways a domain says no. They carry a stable code, never a status."""

from typing import ClassVar, TypeAlias

Fact: TypeAlias = str | int | float | bool | list[str] | None


class Refusal(Exception):
    """Base of every expected failure; anything else that escapes is a bug.

    `message` is ours, safe to show to a person or a model, and says what to do next.
    `facts` are plain values a program can act on.
    """

    code: ClassVar[str] = "refused"

    def __init__(self, message: str, **facts: Fact) -> None:
        super().__init__(message)
        self.message = message
        self.facts = facts


class NotFound(Refusal):
    """It does not exist, or the actor may not know that it does."""

    code = "not_found"


class Conflict(Refusal):
    """The state of the world refuses: taken, changed meanwhile, already done."""

    code = "conflict"


class Forbidden(Refusal):
    """The actor is known and may not."""

    code = "forbidden"


class Unauthenticated(Refusal):
    """The proof of who is asking is missing or does not hold."""

    code = "unauthenticated"


class Invalid(Refusal):
    """The request itself breaks a rule."""

    code = "invalid"


class Unavailable(Refusal):
    """Something we depend on cannot answer now. A fact `retry_after` says when to come back."""

    code = "unavailable"
