"""Checks one transaction at a time. What may follow for a profile is decided in `onboarding`."""

from collections.abc import Collection

from instainstru_core.domains.audit import service as audit
from instainstru_core.domains.background_checks import policy, repository
from instainstru_core.domains.background_checks.errors import AlreadyClear, CheckNotFound
from instainstru_core.domains.background_checks.models import BackgroundCheck
from instainstru_core.domains.background_checks.repository import Checks
from instainstru_core.domains.background_checks.schemas import BackgroundCheckView, StaffCheckView
from instainstru_core.domains.background_checks.types import (
    CheckMoved,
    CheckStatus,
    InvitationSeen,
    Look,
    OpenCheck,
    Ordered,
)
from instainstru_core.kernel import locks
from instainstru_core.kernel.authority import ActorKind, Permission, PermissionMissing, require
from instainstru_core.kernel.ids import new_id
from instainstru_core.kernel.measure import operation
from instainstru_core.kernel.uow import Uow


@operation("background_checks.own")
def own(uow: Uow) -> BackgroundCheckView:
    """Where the signed-in person's latest check is."""
    user_id = _own_id(uow)
    row = Checks(uow.session).one_or_none(repository.newest(user_id))
    return _view(uow, user_id, row)


@operation("background_checks.of")
def of(uow: Uow, user_id: str) -> StaffCheckView:
    """The same for staff, with the provider's ids."""
    require(uow.actor, Permission.INSTRUCTORS_READ_ANY)
    row = Checks(uow.session).one_or_none(repository.newest(user_id))
    return StaffCheckView(
        **_view(uow, user_id, row).model_dump(),
        candidate_id=row and row.candidate_id,
        invitation_id=row and row.invitation_id,
        report_id=row and row.report_id,
    )


@operation("background_checks.is_clear")
def is_clear(uow: Uow, user_id: str) -> bool:
    """Whether this person may be live now, as far as checks go."""
    return user_id in clear(uow, [user_id])


@operation("background_checks.clear")
def clear(uow: Uow, ids: Collection[str]) -> set[str]:
    """Those whose latest check with a result is clear and has not run out. One statement."""
    found = repository.standings(uow.session, ids)
    return {
        user_id
        for user_id, standing in found.items()
        if policy.is_good(standing.status, standing.valid_until, uow.now)
    }


@operation("background_checks.to_order")
def to_order(uow: Uow) -> Ordered:
    """What to ask the provider for on behalf of the signed-in person, or what is open already.

    Refuses with AlreadyClear while a clear check is good for more than another month.
    """
    user_id = _own_id(uow)
    locks.advisory(uow.session, [f"background_check:{user_id}"])
    candidate = repository.candidate(uow.session, user_id)
    if candidate is None:
        raise CheckNotFound("There is no such person to check.")
    row = Checks(uow.session).one_or_none(repository.newest(user_id))
    is_open = row is not None and row.status in policy.OPEN
    standing = repository.standings(uow.session, [user_id]).get(user_id)
    if not is_open and standing and policy.is_settled(*standing, uow.now):
        raise AlreadyClear("Your background check is clear, so there is nothing to do.")
    return Ordered(
        user_id=user_id,
        candidate=candidate,
        candidate_id=row.candidate_id if row else None,
        number=repository.count(uow.session, user_id) + 1,
        asked_at=uow.now,
        open_check_id=row.invitation_id if row is not None and is_open else None,
    )


@operation("background_checks.keep")
def keep(uow: Uow, order: Ordered, seen: InvitationSeen) -> BackgroundCheckView:
    """Write down an invitation that the provider made. Of two at once the first one stays."""
    locks.advisory(uow.session, [f"background_check:{order.user_id}"])
    row = Checks(uow.session).one_or_none(repository.newest(order.user_id))
    is_open = row is not None and row.status in policy.OPEN
    if not is_open and (row is None or row.invitation_id != seen.id):
        row = Checks(uow.session).add(
            BackgroundCheck(
                id=new_id(),
                user_id=order.user_id,
                candidate_id=seen.candidate_id,
                invitation_id=seen.id,
                report_id=seen.report_id,
                status=CheckStatus.INVITED,
                consented_at=order.asked_at,
                ordered_at=uow.now,
                invitation_expires_at=seen.expires_at,
                looked_at=order.asked_at,
            )
        )
        audit.record(uow, "background_checks.start", subject_kind="user", subject_id=order.user_id)
    return _view(uow, order.user_id, row).model_copy(update={"url": seen.url})


@operation("background_checks.take")
def take(uow: Uow, look: Look) -> CheckMoved | None:
    """Take over how the provider says a check stands; None where nothing of ours moved.

    Of two answers the one that was asked for later counts, in whatever order they come. Whom we do
    not know changes nothing.
    """
    row = _known(uow, look)
    if row is None or row.looked_at > look.asked_at:
        return None
    before, row.looked_at = row.status, look.asked_at
    if look.invitation is not None:
        row.report_id = row.report_id or look.invitation.report_id
        row.invitation_expires_at = look.invitation.expires_at
    if look.report is not None:
        row.report_id = look.report.id
        row.status = policy.of_report(look.report)
        row.completed_at = look.report.completed_at if row.status in policy.DECIDED else None
        if row.status in policy.DECIDED and row.completed_at is None:
            row.completed_at = uow.now
    elif look.invitation is not None and row.report_id is None:
        row.status = policy.of_invitation(look.invitation)
    is_now_clear = row.status is CheckStatus.CLEAR and row.completed_at is not None
    row.valid_until = (
        policy.valid_until(row.completed_at) if is_now_clear and row.completed_at else None
    )
    uow.session.flush()
    if row.status is before:
        return None
    audit.record(
        uow,
        "background_checks.move",
        subject_kind="user",
        subject_id=row.user_id,
        details={"before": before.value, "after": row.status.value},
    )
    return CheckMoved(row.id, row.user_id, before, row.status, is_clear(uow, row.user_id))


@operation("background_checks.open_after")
def open_after(uow: Uow, after: str, *, limit: int) -> list[OpenCheck]:
    """Checks that are under way, beyond this id, in order."""
    require(uow.actor, Permission.INSTRUCTORS_MANAGE_ANY)
    return [OpenCheck(*row) for row in repository.open_after(uow.session, after, limit=limit)]


@operation("background_checks.lapsed_among")
def lapsed_among(uow: Uow, ids: Collection[str]) -> set[str]:
    """Those of these people whose latest check with a result does not count, or no more."""
    found = repository.standings(uow.session, ids)
    return {
        user_id
        for user_id, standing in found.items()
        if not policy.is_good(standing.status, standing.valid_until, uow.now)
    }


def _known(uow: Uow, look: Look) -> BackgroundCheck | None:
    """The check that was looked at. A report's first word may come before its invitation's."""
    invitation, report = look.invitation, look.report
    ids = (invitation.id if invitation else None, report.id if report else None)
    row = Checks(uow.session).one_or_none(repository.known(*ids))
    if row is None and report is not None:
        row = Checks(uow.session).one_or_none(repository.open_of_candidate(report.candidate_id))
    return row


def _own_id(uow: Uow) -> str:
    require(uow.actor, Permission.INSTRUCTORS_MANAGE_OWN)
    if uow.actor.kind is not ActorKind.USER or uow.actor.id is None:
        raise PermissionMissing("Background checks are people's own. Sign in as the instructor.")
    return uow.actor.id


def _view(uow: Uow, user_id: str, row: BackgroundCheck | None) -> BackgroundCheckView:
    return BackgroundCheckView(
        status=row and row.status,
        is_clear=is_clear(uow, user_id),
        ordered_at=row and row.ordered_at,
        completed_at=row and row.completed_at,
        valid_until=row and row.valid_until,
    )
