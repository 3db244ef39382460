"""Where people are on the way to going live, and what they wait for. Pure."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from instainstru_core.domains.background_checks.types import CheckStatus
from instainstru_core.domains.instructors.types import FUNNEL, Milestone
from instainstru_core.domains.payments.types import IdentityStatus


class WaitsFor(StrEnum):
    """Whose turn it is."""

    INSTRUCTOR = "instructor"
    PROVIDER = "provider"
    US = "us"


class StuckReason(StrEnum):
    """Why somebody does not go on."""

    NO_BIO = "no_bio"
    NO_OFFERING = "no_offering"
    CHECK_NOT_STARTED = "check_not_started"
    CHECK_FORM_OPEN = "check_form_open"
    CHECK_UNDER_WAY = "check_under_way"
    CHECK_ON_HOLD = "check_on_hold"
    CHECK_TO_REVIEW = "check_to_review"
    CHECK_DISPUTED = "check_disputed"
    CHECK_FAILED = "check_failed"
    CHECK_TO_REPEAT = "check_to_repeat"
    IDENTITY_NOT_STARTED = "identity_not_started"
    IDENTITY_NEEDS_INPUT = "identity_needs_input"
    IDENTITY_UNDER_WAY = "identity_under_way"
    IDENTITY_TO_REPEAT = "identity_to_repeat"
    NO_PAYOUTS = "no_payouts"
    PAYOUTS_BLOCKED = "payouts_blocked"
    NO_SERVICE_AREA = "no_service_area"
    NO_TEACHING_PLACE = "no_teaching_place"
    READY = "ready"


WAITS_FOR = {
    StuckReason.CHECK_UNDER_WAY: WaitsFor.PROVIDER,
    StuckReason.CHECK_DISPUTED: WaitsFor.PROVIDER,
    StuckReason.IDENTITY_UNDER_WAY: WaitsFor.PROVIDER,
    StuckReason.CHECK_TO_REVIEW: WaitsFor.US,
    StuckReason.CHECK_FAILED: WaitsFor.US,
}
"""All others wait for the instructor."""

CHECKS = {
    CheckStatus.INVITED: StuckReason.CHECK_FORM_OPEN,
    CheckStatus.PENDING: StuckReason.CHECK_UNDER_WAY,
    CheckStatus.SUSPENDED: StuckReason.CHECK_ON_HOLD,
    CheckStatus.CONSIDER: StuckReason.CHECK_TO_REVIEW,
    CheckStatus.DISPUTED: StuckReason.CHECK_DISPUTED,
    CheckStatus.FAILED: StuckReason.CHECK_FAILED,
}
IDENTITIES = {
    None: StuckReason.IDENTITY_NOT_STARTED,
    IdentityStatus.REQUIRES_INPUT: StuckReason.IDENTITY_NEEDS_INPUT,
    IdentityStatus.PROCESSING: StuckReason.IDENTITY_UNDER_WAY,
}


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of somebody who is not live yet."""

    stage: Milestone
    check: CheckStatus | None
    check_is_good: bool
    identity: IdentityStatus | None
    has_account: bool
    can_be_paid: bool
    lacks_area: bool
    lacks_place: bool


def stage_of(reached: Collection[Milestone]) -> Milestone:
    """The last stage that was reached with all before it."""
    stage = Milestone.REGISTERED
    for step in FUNNEL:
        if step not in reached:
            break
        stage = step
    return stage


def reason(standing: Standing) -> StuckReason:
    """Why somebody does not go on: the first thing on the way that is not done."""
    match standing.stage:
        case Milestone.REGISTERED:
            return StuckReason.NO_BIO
        case Milestone.PROFILE_SUBMITTED:
            return StuckReason.NO_OFFERING
        case Milestone.SERVICES_CONFIGURED:
            return StuckReason.CHECK_NOT_STARTED
        case _ if not standing.check_is_good:
            known = CHECKS.get(standing.check) if standing.check else None
            return known or StuckReason.CHECK_TO_REPEAT
        case _ if standing.identity is not IdentityStatus.VERIFIED:
            return IDENTITIES.get(standing.identity, StuckReason.IDENTITY_TO_REPEAT)
        case _:
            return _at_the_gate(standing)


def _at_the_gate(standing: Standing) -> StuckReason:
    if not standing.can_be_paid:
        return StuckReason.PAYOUTS_BLOCKED if standing.has_account else StuckReason.NO_PAYOUTS
    if standing.lacks_area:
        return StuckReason.NO_SERVICE_AREA
    return StuckReason.NO_TEACHING_PLACE if standing.lacks_place else StuckReason.READY


def waits_for(why: StuckReason) -> WaitsFor:
    """Whose turn it is to do something about it."""
    return WAITS_FOR.get(why, WaitsFor.INSTRUCTOR)


def days_since(then: datetime, now: datetime) -> int:
    """Whole days of 24 hours."""
    return (now - then) // timedelta(days=1)
