"""What depends on an account, for whoever is about to suspend it or to open it again."""

from instainstru_core.domains.accounts import service as accounts
from instainstru_core.domains.accounts.policy import public_name
from instainstru_core.domains.accounts.types import AccountStatus, SuspensionReason
from instainstru_core.domains.reporting.repository import standing as rows
from instainstru_core.domains.reporting.schemas.people import (
    AccountStanding,
    LessonAhead,
    Suspension,
)
from instainstru_core.domains.reporting.types import AsWhom
from instainstru_core.kernel.authority import Permission, require
from instainstru_core.kernel.measure import operation
from instainstru_core.kernel.uow import Uow

SHOWN = 20


@operation("reporting.account_standing")
def account_standing(uow: Uow, user_id: str) -> AccountStanding:
    """One account with its sign-ins and the lessons that lie ahead. Refuses with PersonNotFound."""
    require(uow.actor, Permission.BOOKINGS_READ_ANY)
    person = accounts.person(uow, user_id)
    is_suspended = person.status is AccountStatus.SUSPENDED
    entry = rows.last_suspension(uow.session, user_id) if is_suspended else None
    counts = rows.counts(uow.session, user_id, uow.now)
    return AccountStanding(
        user_id=person.id,
        name=person.public_name,
        status=person.status,
        roles=person.roles,
        suspension=None
        if entry is None
        else Suspension(
            at=entry.at,
            reason=SuspensionReason(entry.details["reason"]),
            note=entry.details.get("note"),
            by=entry.actor_id,
        ),
        sign_ins=counts.sign_ins,
        programs=counts.programs,
        is_shown=counts.is_live and person.status is AccountStatus.ACTIVE,
        lessons_ahead=counts.lessons,
        lessons=[
            _ahead(line, user_id)
            for line in rows.lessons_ahead(uow.session, user_id, uow.now, limit=SHOWN)
        ],
    )


def _ahead(line: rows.AheadLine, user_id: str) -> LessonAhead:
    is_student = line.booking.student_id == user_id
    other = line.teacher if is_student else line.student
    return LessonAhead(
        booking_id=line.booking.id,
        starts_at=line.booking.starts_at,
        status=line.booking.status,
        side=AsWhom.STUDENT if is_student else AsWhom.INSTRUCTOR,
        other_id=line.booking.instructor_id if is_student else line.booking.student_id,
        other=public_name(*other),
        service=line.booking.service_name,
        lesson_price_cents=line.booking.lesson_price_cents,
    )
