"""The gate before the public: what a profile holds, and what others know of its owner.

Whoever goes live, and whoever learns that somebody may not be live any more, holds one lock for
that person: so neither overlooks the other.
"""

from instainstru_core.domains.background_checks import service as checks
from instainstru_core.domains.background_checks.schemas import BackgroundCheckView
from instainstru_core.domains.background_checks.types import (
    CheckStatus,
    InvitationSeen,
    Look,
    Ordered,
)
from instainstru_core.domains.instructors import policy as profiles
from instainstru_core.domains.instructors import service as instructors
from instainstru_core.domains.instructors.schemas import OwnProfileView
from instainstru_core.domains.instructors.types import HideReason, Milestone, Proofs
from instainstru_core.domains.onboarding import repository
from instainstru_core.domains.onboarding.schemas import OnboardingView
from instainstru_core.domains.payments import service as payments
from instainstru_core.kernel import locks
from instainstru_core.kernel.authority import Permission, require
from instainstru_core.kernel.measure import operation
from instainstru_core.kernel.uow import Uow

PAGE = 200


@operation("onboarding.go_live")
def go_live(uow: Uow) -> OwnProfileView:
    """Show the signed-in instructor's profile. Refuses with NotReady, listing all that is missing.

    No setting opens this gate: a clear check, a verified identity and an account for payouts.
    """
    require(uow.actor, Permission.INSTRUCTORS_MANAGE_OWN)
    own_id = instructors.own(uow).id
    _lock(uow, own_id)
    return instructors.go_live(uow, _proofs(uow, own_id))


@operation("onboarding.own_steps")
def own_steps(uow: Uow) -> OnboardingView:
    """What the signed-in instructor has, and what is missing before going live."""
    require(uow.actor, Permission.INSTRUCTORS_MANAGE_OWN)
    profile = instructors.own(uow)
    proofs = _proofs(uow, profile.id)
    return OnboardingView(
        is_live=profile.is_live,
        missing=[*profile.missing, *profiles.unproven(proofs)],
        background_check=checks.own(uow),
        identity_verified=proofs.identity,
        can_be_paid=proofs.payouts,
    )


@operation("onboarding.check_to_order")
def check_to_order(uow: Uow) -> Ordered:
    """What to ask the provider of checks for. Refuses with InstructorNotFound or AlreadyClear."""
    require(uow.actor, Permission.INSTRUCTORS_MANAGE_OWN)
    instructors.own(uow)
    return checks.to_order(uow)


@operation("onboarding.keep_check")
def keep_check(uow: Uow, order: Ordered, seen: InvitationSeen) -> BackgroundCheckView:
    """Write down that a check has begun, as a step on the way too."""
    kept = checks.keep(uow, order, seen)
    instructors.note(uow, order.user_id, Milestone.BGC_INITIATED)
    return kept


@operation("onboarding.take_check")
def take_check(uow: Uow, look: Look) -> None:
    """Take over how a check stands. Clear, it is a step; no longer clear, it hides the profile."""
    moved = checks.take(uow, look)
    if moved is None:
        return
    if moved.after is CheckStatus.CLEAR:
        instructors.note(uow, moved.user_id, Milestone.BGC_COMPLETED)
    if not moved.holds_clear:
        _lock(uow, moved.user_id)
        instructors.hide(uow, moved.user_id, HideReason.CHECK_LAPSED)


@operation("onboarding.hide_lapsed")
def hide_lapsed(uow: Uow, after: str) -> str | None:
    """Hide those beyond this id whose check no longer counts; answers where to go on.

    A page at a time, in a unit of work each.
    """
    require(uow.actor, Permission.INSTRUCTORS_MANAGE_ANY)
    live = repository.live_after(uow.session, after, limit=PAGE)
    lapsed = checks.lapsed_among(uow, live)
    for instructor_id in sorted(lapsed):
        _lock(uow, instructor_id)
        if not checks.is_clear(uow, instructor_id):
            instructors.hide(uow, instructor_id, HideReason.CHECK_LAPSED)
    return live[-1] if len(live) == PAGE else None


def _proofs(uow: Uow, instructor_id: str) -> Proofs:
    account = payments.payee(uow, instructor_id)
    return Proofs(
        background_check=checks.is_clear(uow, instructor_id),
        identity=payments.is_identity_verified(uow, instructor_id),
        payouts=account is not None and account.is_ready,
    )


def _lock(uow: Uow, instructor_id: str) -> None:
    locks.advisory(uow.session, [f"onboarding:live:{instructor_id}"])
