"""How a tool says no: a stable code and words that say what to do, and nothing of our insides."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError
from pydantic_core import to_json

from instainstru_core.kernel.errors import (
    Conflict,
    Fact,
    Forbidden,
    Invalid,
    NotFound,
    Refusal,
    Unavailable,
)

SHOWN_PROBLEMS = 10
UNEXPECTED = "internal"
WORDS = {
    "extra_forbidden": "There is no such argument.",
    "missing": "This argument is required.",
    "string_pattern_mismatch": "Control characters are not allowed, and the form must fit.",
    "string_unicode": "This text is not valid Unicode.",
}


class BadArguments(Invalid):
    code = "tool.bad_arguments"


class NoSuchTool(NotFound):
    code = "tool.not_found"


class AnswerTooLarge(Invalid):
    code = "tool.answer_too_large"


class ScopeMissing(Forbidden):
    code = "access.scope_missing"


class CallDirectly(Invalid):
    code = "tool.call_directly"


class OperatorMissing(Forbidden):
    code = "access.operator_missing"


class QuestionUnknown(Invalid):
    code = "confirmation.question_unknown"


class Unanswered(Conflict):
    code = "confirmation.unanswered"


def bad_arguments(failure: ValidationError, known: Sequence[str]) -> BadArguments:
    """The refusal for arguments that do not fit. What was sent is not repeated."""
    problems = [_explained(error) for error in failure.errors(include_url=False)]
    return BadArguments(
        f"These arguments cannot be used: {' '.join(problems[:SHOWN_PROBLEMS])}",
        arguments=list(known),
    )


def _explained(error: Mapping[str, Any]) -> str:
    place = ".".join(str(part)[:40] for part in error["loc"][:3])
    words: str = WORDS.get(error["type"], f"{error['msg']}.")
    return f"`{place}`: {words}"


def told(refusal: Refusal, request_id: str | None) -> str:
    """A refusal as a model reads it."""
    return _text(refusal.code, refusal.message, refusal, request_id, facts=refusal.facts)


def unexpected(request_id: str | None) -> str:
    """A bug of ours: nothing about it leaves the building but the id of the request."""
    words = "Something went wrong on our side. Try again; if it stays, report the request_id."
    return _text(UNEXPECTED, words, None, request_id, facts={})


def _text(
    code: str,
    message: str,
    refusal: Refusal | None,
    request_id: str | None,
    *,
    facts: Mapping[str, Fact],
) -> str:
    retryable = refusal is None or isinstance(refusal, Unavailable)
    error = {
        "code": code,
        "message": message,
        "retryable": retryable,
        "facts": facts,
        "request_id": request_id,
    }
    return to_json({"error": error}, inf_nan_mode="null").decode()
