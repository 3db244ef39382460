"""Words from facts. Each message is written once; two layouts dress it as text and as HTML."""

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from instainstru_core.domains.notifications import policy
from instainstru_core.domains.notifications.errors import MessageUnreadable
from instainstru_core.domains.notifications.schemas import (
    FACTS,
    Facts,
    InstructorInviteFacts,
    Letter,
)
from instainstru_core.domains.notifications.types import Template as Kind
from instainstru_core.kernel.money import dollars
from instainstru_core.kernel.time import to_local

if TYPE_CHECKING:
    from jinja2 import Environment, Template

LETTERS = Path(__file__).resolve().parents[1] / "letters"
TEXT, HTML = "layout.txt", "layout.html"


HIDDEN_CODE = "\N{BULLET}" * 8


def letter(facts: Facts, *, first_name: str, code: str = HIDDEN_CODE) -> Letter:
    """The words of this message to a person who is called so. An invite's code is theirs alone:
    whoever else reads the message sees dots.
    """
    known: dict[str, Any] = {name: getattr(facts, name) for name in type(facts).model_fields}
    known |= {"first_name": first_name, "code": code}
    text, html = (_template(facts.template.value, layout) for layout in (TEXT, HTML))
    subject = "".join(text.blocks["subject"](text.new_context(known)))
    return Letter(
        subject=_one_line(subject),
        text=text.render(known | {"layout": TEXT}),
        html=html.render(known | {"layout": HTML}),
    )


def invite_letter(
    *, grants_founding: bool, expires_at: datetime, note: str | None, claim_page: str
) -> Letter:
    """The words that an invited person would read, with dots in place of the code."""
    facts = InstructorInviteFacts(
        grants_founding=grants_founding, expires_at=expires_at, note=note, claim_page=claim_page
    )
    return letter(facts, first_name=policy.STRANGER)


def read(template: Kind, stored: Mapping[str, Any]) -> Facts:
    """The facts of a stored message. Raises MessageUnreadable where they do not fit it."""
    try:
        return FACTS[template].model_validate(stored)
    except ValidationError as failure:
        raise MessageUnreadable(
            "The stored facts of this message do not fit its template; other code wrote them."
            " Nothing can be sent."
        ) from failure


@cache
def _template(name: str, layout: str) -> "Template":
    return _environment(layout).get_template(f"{name}.jinja")


@cache
def _environment(layout: str) -> "Environment":
    """Strict in both forms: an unknown name is an error, never a gap in a sentence."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined  # noqa: PLC0415 - 2 MB

    environment = Environment(
        loader=FileSystemLoader(LETTERS, encoding="utf-8"),
        autoescape=layout == HTML,  # noqa: S701 - the other one makes plain text
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
    )
    environment.filters.update(FILTERS)
    return environment


def _paragraphs(text: str) -> list[str]:
    """What empty lines part. The pieces of what is safe for HTML are safe as well."""
    return [piece.strip() for piece in text.split("\n\n") if piece.strip()]


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _moment(local: datetime, timezone: str) -> str:
    """Such as "Thursday, June 18, 2026, at 4:00 PM New York time"."""
    place = timezone.rsplit("/", 1)[-1].replace("_", " ")
    return f"{local:%A}, {_day(local)}, {local:%Y}, at {_clock(local)} {place} time"


def _day(local: datetime) -> str:
    return f"{local:%B} {local.day}"


def _clock(local: datetime) -> str:
    return f"{local:%I:%M %p}".lstrip("0")


def _instant(at: datetime, timezone: str) -> str:
    return _moment(to_local(at, timezone), timezone)


def _hour(at: datetime, timezone: str) -> str:
    return _clock(to_local(at, timezone))


FILTERS: Mapping[str, Any] = {
    "bank": policy.bank_in_words,
    "blocked": policy.blocked_in_words,
    "clock": _hour,
    "day": _day,
    "dollars": dollars,
    "instant": _instant,
    "moment": _moment,
    "one_line": _one_line,
    "paragraphs": _paragraphs,
    "reason": policy.reason_in_words,
}
