"""What an invite is worth at a moment, and which founding place is next. Pure."""

from collections.abc import Callable, Iterable
from datetime import datetime

from instainstru_core.domains.onboarding.types import InviteStatus

CODE_ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
"""31 characters without I, L, O, 0 and 1, which people mistake for each other."""
CODE_LENGTH = 8


def new_code(choose: Callable[[str], str]) -> str:
    """A code of characters that `choose` picks, one at a time, from the alphabet."""
    return "".join(choose(CODE_ALPHABET) for _ in range(CODE_LENGTH))


def normalized_code(typed: str) -> str | None:
    """The code that was meant; None where the text cannot be one."""
    code = typed.strip().upper()
    fits = len(code) == CODE_LENGTH and all(letter in CODE_ALPHABET for letter in code)
    return code if fits else None


def normalized_email(email: str) -> str:
    """The form that invites are bound to and compared in."""
    return email.strip().lower()


def masked_email(email: str) -> str:
    """The first letter and the domain: enough to recognize, not enough to write to."""
    name, _, domain = email.rpartition("@")
    return f"{name[:1]}…@{domain}"


def unique_emails(emails: Iterable[str]) -> list[str]:
    """The normalized addresses in their order, each once."""
    return list(dict.fromkeys(normalized_email(email) for email in emails))


def status(
    *,
    now: datetime,
    expires_at: datetime,
    used_at: datetime | None,
    revoked_at: datetime | None,
) -> InviteStatus:
    """What has become of an invite. At `expires_at` itself it has expired."""
    if used_at is not None:
        return InviteStatus.ACCEPTED
    if revoked_at is not None:
        return InviteStatus.REVOKED
    return InviteStatus.EXPIRED if now >= expires_at else InviteStatus.PENDING


def next_place(*, cap: int, filled: int, highest: int) -> int | None:
    """The number of the next founding place; None when the program is full."""
    return highest + 1 if filled < cap else None


def promisable(*, cap: int, filled: int, allocated: int) -> int:
    """How many founding places are neither filled nor promised by a pending invite."""
    return max(cap - filled - allocated, 0)
