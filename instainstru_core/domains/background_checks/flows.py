"""Calls to the provider, with no transaction open. `onboarding` writes what comes of them."""

from datetime import datetime
from typing import Any, cast

from instainstru_core.domains.background_checks.ports import CheckProvider
from instainstru_core.domains.background_checks.types import (
    InvitationSeen,
    Look,
    OpenCheck,
    Ordered,
)
from instainstru_core.domains.webhooks.errors import PayloadUnreadable
from instainstru_core.domains.webhooks.types import ClaimedEvent

SOURCE = "checkr"
REPORT, INVITATION = "report", "invitation"


def order(provider: CheckProvider, wanted: Ordered) -> InvitationSeen:
    """The invitation for this order: the one that is open, or a new one, made once per key."""
    if wanted.open_check_id is not None:
        return provider.invitation(wanted.open_check_id)
    candidate_id = wanted.candidate_id or provider.create_candidate(
        key=f"candidate:{wanted.user_id}", candidate=wanted.candidate
    )
    return provider.invite(
        key=f"invitation:{wanted.user_id}:{wanted.number}", candidate_id=candidate_id
    )


def look(provider: CheckProvider, event: ClaimedEvent, *, now: datetime) -> Look:
    """Ask anew how the thing stands that an event is about. Raises PayloadUnreadable."""
    data = event.payload.get("data")
    about = cast("dict[str, Any]", data).get("object") if isinstance(data, dict) else None
    found = cast("dict[str, Any]", about).get("id") if isinstance(about, dict) else None
    if not isinstance(found, str) or not found:
        raise PayloadUnreadable("This event names no object. Replaying does not help.")
    if event.kind.startswith(f"{INVITATION}."):
        invitation = provider.invitation(found)
        report = provider.report(invitation.report_id) if invitation.report_id else None
        return Look(asked_at=now, invitation=invitation, report=report)
    return Look(asked_at=now, report=provider.report(found))


def look_again(provider: CheckProvider, check: OpenCheck, *, now: datetime) -> Look:
    """Ask anew how a check stands that is under way, should its events have been lost."""
    invitation = provider.invitation(check.invitation_id)
    report_id = check.report_id or invitation.report_id
    report = provider.report(report_id) if report_id else None
    return Look(asked_at=now, invitation=invitation, report=report)
