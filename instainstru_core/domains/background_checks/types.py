"""Background check vocabulary. Pure."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class CheckStatus(StrEnum):
    """Where a check is. Only a clear one lets a profile go live, and only for a year."""

    INVITED = "invited"
    PENDING = "pending"
    SUSPENDED = "suspended"
    CLEAR = "clear"
    CONSIDER = "consider"
    DISPUTED = "disputed"
    FAILED = "failed"
    CANCELED = "canceled"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class CandidateData:
    """Who is checked, as the provider is told. The rest the person gives it directly."""

    user_id: str
    first_name: str = field(repr=False)
    last_name: str = field(repr=False)
    email: str = field(repr=False)
    phone: str | None = field(repr=False)
    zip_code: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class InvitationSeen:
    """The provider's invitation to be checked, as it is now. Its words are the provider's."""

    id: str
    candidate_id: str
    status: str
    url: str | None
    report_id: str | None
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class ReportSeen:
    """A report as it is now. Its words are the provider's."""

    id: str
    candidate_id: str
    status: str
    result: str | None
    assessment: str | None
    adjudication: str | None
    includes_canceled: bool
    completed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Look:
    """What the provider answered to one look at a check, and when it was asked."""

    asked_at: datetime
    invitation: InvitationSeen | None = None
    report: ReportSeen | None = None


@dataclass(frozen=True, slots=True)
class Ordered:
    """A check to order, or the one that is open already. `number` counts this person's checks."""

    user_id: str
    candidate: CandidateData
    candidate_id: str | None
    number: int
    asked_at: datetime
    open_check_id: str | None


@dataclass(frozen=True, slots=True)
class CheckMoved:
    """A check whose status is another now, and whether its person still holds a clear one."""

    check_id: str
    user_id: str
    before: CheckStatus
    after: CheckStatus
    holds_clear: bool


@dataclass(frozen=True, slots=True)
class OpenCheck:
    """A check that is under way, by the provider's ids."""

    id: str
    invitation_id: str
    report_id: str | None
