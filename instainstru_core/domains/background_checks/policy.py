"""What a provider's words mean for us, and how long a clear check is good. Pure."""

from datetime import datetime, timedelta

from instainstru_core.domains.background_checks.types import (
    CheckStatus,
    InvitationSeen,
    ReportSeen,
)

VALID_FOR = timedelta(days=365)
RENEWABLE = timedelta(days=30)
"""So long before its end a clear check can be renewed."""

OPEN = frozenset({CheckStatus.INVITED, CheckStatus.PENDING, CheckStatus.SUSPENDED})
"""Under way: another check would be one too many."""

DECIDED = frozenset(
    {CheckStatus.CLEAR, CheckStatus.CONSIDER, CheckStatus.DISPUTED, CheckStatus.FAILED}
)
"""With a result. A person stands as their latest check with a result says."""

REFUSED_FOR_GOOD = "post_adverse_action"
ENGAGED = "engaged"
GOOD = frozenset({"clear", "eligible"})
FINISHED = frozenset({"complete", "clear", "consider"})
UNFINISHED = {
    "canceled": CheckStatus.CANCELED,
    "dispute": CheckStatus.DISPUTED,
    "suspended": CheckStatus.SUSPENDED,
}
INVITATIONS = {
    "pending": CheckStatus.INVITED,
    "completed": CheckStatus.PENDING,
    "expired": CheckStatus.EXPIRED,
    "deleted": CheckStatus.CANCELED,
}


def of_invitation(seen: InvitationSeen) -> CheckStatus:
    """Where a check without a report is. A word that we do not know clears nobody."""
    return INVITATIONS.get(seen.status, CheckStatus.PENDING)


def of_report(seen: ReportSeen) -> CheckStatus:
    """Where a check with a report is.

    What people decided over the report beats the assessment, which beats the bare result. Where
    parts of it were canceled somebody has to look. A word that we do not know clears nobody.
    """
    if seen.adjudication == REFUSED_FOR_GOOD:
        return CheckStatus.FAILED
    if seen.status not in FINISHED:
        return UNFINISHED.get(seen.status, CheckStatus.PENDING)
    if seen.adjudication is not None:
        return CheckStatus.CLEAR if seen.adjudication == ENGAGED else CheckStatus.CONSIDER
    verdict = seen.assessment or seen.result or seen.status
    is_good = verdict in GOOD and not seen.includes_canceled
    return CheckStatus.CLEAR if is_good else CheckStatus.CONSIDER


def valid_until(completed_at: datetime) -> datetime:
    """From when on a clear check no longer counts. At this moment itself it does not."""
    return completed_at + VALID_FOR


def is_good(status: CheckStatus | None, until: datetime | None, now: datetime) -> bool:
    """Whether a check with this status, good until then, lets somebody be live now."""
    return status is CheckStatus.CLEAR and until is not None and now < until


def is_settled(status: CheckStatus | None, until: datetime | None, now: datetime) -> bool:
    """Whether somebody with this check needs no other one yet."""
    return is_good(status, until, now) and until is not None and until - now > RENEWABLE
