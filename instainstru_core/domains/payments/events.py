"""Facts payments announces."""

from dataclasses import dataclass

from instainstru_core.kernel.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class PayeeReady(Event):
    """An instructor's account can be paid now."""

    instructor_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PayeeBlocked(Event):
    """An instructor's account can no longer be paid. `reason` is the provider's code, if any."""

    instructor_id: str
    reason: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityVerified(Event):
    """An instructor proved who they are."""

    instructor_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PayoutSent(Event):
    """A payout has reached an instructor's bank."""

    payout_id: str
    instructor_id: str
    cents: int
    is_instant: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PayoutFailed(Event):
    """A payout did not reach an instructor's bank. `failure_code` is the provider's, if any."""

    payout_id: str
    instructor_id: str
    cents: int
    failure_code: str | None
