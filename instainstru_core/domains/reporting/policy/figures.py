"""Shares, changes, averages, and what is shown of a person. Pure."""

from fractions import Fraction

from instainstru_core.kernel.money import half_up

PLACES = 4
SHOWN_DIGITS = 4


def share(part: int, whole: int) -> float | None:
    """The part of the whole, to four places; None where there is no whole."""
    return round(part / whole, PLACES) if whole else None


def change(now: int, before: int) -> float | None:
    """How much more there is than before: 0.25 is a quarter more. None where there was nothing."""
    return round((now - before) / before, PLACES) if before else None


def average_cents(total: int, count: int) -> int | None:
    """The mean, half-up to the cent; None where nothing was counted."""
    return half_up(Fraction(total, count)) if count else None


def average(total: int, count: int) -> float | None:
    """The mean to one place; None where nothing was counted."""
    return round(total / count, 1) if count else None


def masked_email(email: str) -> str:
    """The first letter and the domain: enough to recognize, not enough to write to."""
    name, _, domain = email.rpartition("@")
    return f"{name[:1]}…@{domain}"


def phone_end(phone: str | None) -> str | None:
    """The last four digits of a number."""
    return phone[-SHOWN_DIGITS:] if phone else None
