"""How a tool says no: a stable code and words that say what to do, and nothing of our insides."""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError
from pydantic_core import to_json

from instainstru_core.kernel.errors import (
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    Refusal,
    Unavailable,
)
from mcp_server import lenient

SHOWN_PROBLEMS = 10
UNEXPECTED = "internal"
SHOWN_FIELD = 40
RAISED = ("field", "allowed", "retry_after")
EXECUTES = "_execute"
AGAIN = frozenset(
    {
        "confirmation.unknown",
        "confirmation.expired",
        "confirmation.foreign",
        "confirmation.used",
        "confirmation.declined",
        "confirmation.state_changed",
    }
)
ADVICE: Mapping[str, tuple[str, str | None]] = {
    "tool.not_found": ("Find the tool by what it is for.", "search_tools"),
    "tool.answer_too_large": ("Ask for a shorter window or a lower limit.", None),
    "access.scope_missing": ("Use a token that has this scope.", None),
    "access.operator_missing": ("Sign in as a person.", None),
    "confirmation.in_progress": ("Call again with the same token.", None),
    "reporting.window_unclear": ("Say today, last 7 days, or 2026-01-01/2026-01-31.", None),
}
LISTED: Mapping[str, tuple[str, str]] = {
    "catalog.service_not_found": ("services by name", "service_lookup"),
    "reporting.category_unknown": ("categories", "services_catalog"),
    "catalog.category_not_found": ("categories", "services_catalog"),
    "onboarding.invite_not_found": ("invites by address", "invites_list"),
    "dashboards.unknown": ("dashboards", "dashboards_list"),
    "metrics.unknown": ("metrics", "metrics_describe"),
    "silences.unknown": ("silences", "silences_list"),
    "sentry.issue_not_found": ("issues", "sentry_issues_top"),
    "sentry.project_unknown": ("issues of all projects", "sentry_issues_top"),
    "sentry.environment_unknown": ("issues of all environments", "sentry_issues_top"),
    "webhooks.not_found": ("webhooks", "webhooks_list"),
    "reporting.webhook_unknown": ("webhooks", "webhooks_list"),
    "reviews.not_found": ("reviews", "reviews_list"),
}
"""Where the things of a kind are listed that `find` does not know, or knows less well."""
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


def bad_arguments(failure: ValidationError, parameters: Mapping[str, Any]) -> BadArguments:
    """The refusal for arguments that do not fit. What was sent is not repeated."""
    found = failure.errors(include_url=False)
    problems = [_explained(error) for error in found]
    field = str(found[0]["loc"][0])[:SHOWN_FIELD] if found and found[0]["loc"] else None
    return BadArguments(
        f"These arguments cannot be used: {' '.join(problems[:SHOWN_PROBLEMS])}",
        arguments=list(parameters.get("properties", {})),
        field=field,
        allowed=None if field is None else lenient.allowed(parameters, field),
    )


def _explained(error: Mapping[str, Any]) -> str:
    place = ".".join(str(part)[:SHOWN_FIELD] for part in error["loc"][:3])
    words: str = WORDS.get(error["type"], f"{error['msg']}.")
    return f"`{place}`: {words}"


def told(refusal: Refusal, request_id: str | None, tool: str | None = None) -> str:
    """A refusal as a model reads it: what is wrong, with what, and what to do next.

    `field`, `allowed`, `hint`, `next_tool` and `retry_after` are there where they are known; what
    else a program can act on is in `facts`.
    """
    facts = {name: value for name, value in refusal.facts.items() if value is not None}
    raised = {name: facts[name] for name in RAISED if name in facts}
    hint, next_tool = _advice(refusal, tool)
    advice = {"hint": hint, "next_tool": next_tool}
    error: dict[str, object] = {
        "code": refusal.code,
        "message": refusal.message,
        "retryable": isinstance(refusal, Unavailable),
        **raised,
        **{name: value for name, value in advice.items() if value},
        "facts": facts,
        "request_id": request_id,
    }
    return to_json({"error": error}, inf_nan_mode="null").decode()


def unexpected(request_id: str | None) -> str:
    """A bug of ours: nothing about it leaves the building but the id of the request."""
    error: dict[str, object] = {
        "code": UNEXPECTED,
        "message": "Something went wrong on our side. Try again; if it stays, report the"
        " request_id.",
        "retryable": True,
        "facts": {},
        "request_id": request_id,
    }
    return to_json({"error": error}).decode()


def _advice(refusal: Refusal, tool: str | None) -> tuple[str | None, str | None]:
    """What to do about it, and the tool to do it with."""
    if refusal.code in AGAIN and tool is not None and tool.endswith(EXECUTES):
        preview = tool.removesuffix(EXECUTES) + "_preview"
        return "Preview the change again, and confirm the new preview.", preview
    if refusal.code in ADVICE:
        return ADVICE[refusal.code]
    if refusal.code in LISTED:
        things, lister = LISTED[refusal.code]
        return f"Look at the {things} first.", f"instainstru_{lister}"
    if isinstance(refusal, NotFound):
        return "Look it up by name, address, number or id first.", "instainstru_find"
    return None, None
