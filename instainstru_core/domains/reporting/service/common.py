"""What several reports need: windows, people by any name, and words for what is not there."""

from collections.abc import Sequence

from instainstru_core.domains.accounts import service as accounts
from instainstru_core.domains.accounts.schemas import PersonView
from instainstru_core.domains.reporting.errors import (
    LookupUnusable,
    WindowNotWholeDays,
    WindowUnclear,
)
from instainstru_core.domains.reporting.policy import figures, windows
from instainstru_core.domains.reporting.schemas.people import Candidate
from instainstru_core.domains.reporting.types import Days, PersonMatch, Window
from instainstru_core.kernel.uow import Uow

MAX_IDENTIFIER = 200
CANDIDATES = 10

NO_MESSAGES = "Messages are not kept yet: `response_rate` is null."


def window_of(uow: Uow, words: str) -> Window:
    """The window that these words name. Refused with WindowUnclear."""
    try:
        return windows.parse(words, now=uow.now)
    except windows.UnclearWindow as unclear:
        examples = ", ".join(windows.EXAMPLES)
        raise WindowUnclear(
            f"{unclear} Say for example: {examples}.", field="window", examples=examples
        ) from unclear


def days_of(window: Window) -> Days:
    """The whole days of a window. Refused with WindowNotWholeDays."""
    if window.days is None:
        raise WindowNotWholeDays(
            "Lessons are counted by whole New York days. Ask for days, such as today, yesterday,"
            " last 7 days or 2026-01-01/2026-01-31.",
            field="window",
        )
    return window.days


def not_over(uow: Uow, window: Window) -> list[str]:
    """A word of care where the window reaches into the future."""
    if window.span.end <= uow.now:
        return []
    return ["This window is not over yet: its figures will still change."]


def matched(person: PersonView, reason: PersonMatch) -> Candidate:
    """A person that a lookup found. The e-mail is whole only when it was typed whole."""
    known = reason is PersonMatch.EMAIL
    return Candidate(
        user_id=person.id,
        name=f"{person.first_name} {person.last_name}",
        email=person.email if known else figures.masked_email(person.email),
        roles=sorted(person.roles),
        matched_by=reason,
    )


def identifier(text: str) -> str:
    """What someone typed to name a person. Refused with LookupUnusable when it names nobody."""
    typed = text.strip()
    if not any(character.isalnum() for character in typed) or len(typed) > MAX_IDENTIFIER:
        raise LookupUnusable(
            "Name a person by id, e-mail address, phone number or name, or by a booking's id.",
            hint=f"At least one letter or digit, at most {MAX_IDENTIFIER} characters.",
        )
    return typed


def people(uow: Uow, text: str, *, limit: int) -> list[tuple[PersonView, Candidate]]:
    """Everybody who fits, best match first: by id, e-mail, phone or name."""
    found = accounts.find(uow, identifier(text), limit=limit)
    return [(person, matched(person, PersonMatch(person.matched_by.value))) for person in found]


def unresolved(candidates: Sequence[Candidate]) -> list[str]:
    """What to say when a name does not mean exactly one person."""
    if not candidates:
        return ["Nobody fits. Look for them with another spelling, an e-mail or an id."]
    if len(candidates) > CANDIDATES:
        return [
            f"More than {CANDIDATES} people fit and only {CANDIDATES} are shown: be more precise."
        ]
    return [
        "More than one person fits: ask which of the candidates is meant, then use that user_id."
    ]
