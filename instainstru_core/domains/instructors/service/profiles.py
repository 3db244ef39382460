"""One's own profile, and whether it is live."""

from instainstru_core.domains.accounts import service as accounts
from instainstru_core.domains.audit import service as audit
from instainstru_core.domains.instructors import policy, repository
from instainstru_core.domains.instructors.errors import (
    BuffersInverted,
    InstructorNotFound,
    ProfileDeactivated,
    ProfileExists,
)
from instainstru_core.domains.instructors.events import InstructorPaused, InstructorWentLive
from instainstru_core.domains.instructors.models import Instructor
from instainstru_core.domains.instructors.schemas import (
    OwnProfileView,
    StaffProfileView,
    UpdateProfile,
)
from instainstru_core.domains.instructors.service.reading import staff_profile
from instainstru_core.domains.instructors.service.rows import (
    note_steps,
    own_person,
    person_row,
    require_ready,
    settle,
)
from instainstru_core.domains.instructors.service.views import own_profile, parts_of
from instainstru_core.domains.instructors.types import HideReason, Milestone, Proofs
from instainstru_core.kernel.authority import Permission, require
from instainstru_core.kernel.measure import operation
from instainstru_core.kernel.uow import Uow


@operation("instructors.create_profile")
def create_profile(uow: Uow, person_id: str, *, founding: bool) -> OwnProfileView:
    """Give a person who has just signed up to teach an empty profile. Called by onboarding."""
    card = accounts.cards(uow, [person_id]).get(person_id)
    if card is None:
        raise InstructorNotFound("There is no such person to give a profile to.")
    if repository.person(uow.session, Instructor.id == person_id) is not None:
        raise ProfileExists("This person has an instructor's profile already.")
    row = Instructor(
        id=person_id,
        slug=policy.slug(card.public_name, person_id),
        bio=None,
        years_experience=1,
        timezone=card.timezone,
        buffer_minutes=policy.BUFFER_MINUTES,
        travel_buffer_minutes=policy.TRAVEL_BUFFER_MINUTES,
        overnight_protection=True,
        is_live=False,
        first_live_at=None,
        is_founding=founding,
        founding_granted_at=uow.now if founding else None,
        created_at=uow.now,
        updated_at=uow.now,
    )
    uow.session.add(row)
    uow.session.flush()
    repository.add_milestones(uow.session, person_id, [Milestone.REGISTERED], uow.now)
    person = person_row(uow, person_id)
    return own_profile(person, parts_of(uow, person_id))


@operation("instructors.own")
def own(uow: Uow) -> OwnProfileView:
    """The signed-in instructor's profile, with what going live still needs."""
    person = own_person(uow)
    return own_profile(person, parts_of(uow, person.row.id))


@operation("instructors.update_profile")
def update_profile(uow: Uow, command: UpdateProfile) -> OwnProfileView:
    """Change what was given and leave the rest."""
    person = own_person(uow, lock=True)
    row = person.row
    given = command.model_dump(exclude_none=True)
    changed = sorted(name for name, value in given.items() if getattr(row, name) != value)
    for name in changed:
        setattr(row, name, given[name])
    if row.travel_buffer_minutes < row.buffer_minutes:
        raise BuffersInverted(
            "The pause around travel cannot be shorter than the usual one. Make it as long.",
            buffer_minutes=row.buffer_minutes,
            travel_buffer_minutes=row.travel_buffer_minutes,
        )
    if not changed:
        return own_profile(person, parts_of(uow, row.id))
    return settle(uow, person, "instructors.update_profile", fields=changed)


@operation("instructors.go_live")
def go_live(uow: Uow, proofs: Proofs) -> OwnProfileView:
    """Show the profile to the public. Refuses with NotReady, which lists all that is missing.

    Called by onboarding, which knows the proofs.
    """
    person = own_person(uow, lock=True)
    row, parts = person.row, parts_of(uow, person.row.id)
    if row.is_live:
        return own_profile(person, parts)
    if row.deactivated_at is not None:
        raise ProfileDeactivated(
            "This profile was taken down by the marketplace. Write to support to have it reviewed."
        )
    require_ready(person, parts, proofs)
    first = row.first_live_at is None
    row.is_live = True
    row.first_live_at = row.first_live_at or uow.now
    row.updated_at = uow.now
    note_steps(uow, person, parts)
    step = Milestone.WENT_LIVE if first else Milestone.REACTIVATED
    repository.add_milestones(uow.session, row.id, [step], uow.now)
    uow.emit(InstructorWentLive(instructor_id=row.id, first=first))
    audit.record(uow, "instructors.go_live", subject_kind="instructor", subject_id=row.id)
    return own_profile(person, parts)


@operation("instructors.pause")
def pause(uow: Uow) -> OwnProfileView:
    """Hide the profile. Lessons that are booked stay booked. Pausing again changes nothing."""
    person = own_person(uow, lock=True)
    row, parts = person.row, parts_of(uow, person.row.id)
    if row.is_live:
        _hide(uow, row, Milestone.PAUSED)
        audit.record(uow, "instructors.pause", subject_kind="instructor", subject_id=row.id)
    return own_profile(person, parts)


@operation("instructors.note")
def note(uow: Uow, instructor_id: str, step: Milestone) -> None:
    """Write down a step that somebody took elsewhere, in the transaction it was taken in.

    Who has no profile takes no steps. A step that is taken once stays as it was first written.
    """
    if repository.person(uow.session, Instructor.id == instructor_id) is not None:
        repository.add_milestones(uow.session, instructor_id, [step], uow.now)


@operation("instructors.hide")
def hide(uow: Uow, instructor_id: str, reason: HideReason) -> bool:
    """Take a live profile out of sight because it may not be live any more; says whether it was.

    Lessons that are booked stay booked. Called by the system for whom it found out.
    """
    person = repository.person(uow.session, Instructor.id == instructor_id, lock=True)
    if person is None or not person.row.is_live:
        return False
    _hide(uow, person.row, Milestone.PAUSED)
    audit.record(
        uow,
        "instructors.hide",
        subject_kind="instructor",
        subject_id=instructor_id,
        details={"reason": reason.value},
    )
    return True


@operation("instructors.deactivate")
def deactivate(uow: Uow, instructor_id: str) -> StaffProfileView:
    """Staff take a profile down: it stays down until they let it back. Again changes nothing."""
    require(uow.actor, Permission.INSTRUCTORS_MANAGE_ANY)
    row = _any_row(uow, instructor_id)
    if row.deactivated_at is None:
        row.deactivated_at = uow.now
        _hide(uow, row, Milestone.DEACTIVATED)
        audit.record(uow, "instructors.deactivate", subject_kind="instructor", subject_id=row.id)
    return staff_profile(uow, instructor_id)


@operation("instructors.readmit")
def readmit(uow: Uow, instructor_id: str) -> StaffProfileView:
    """Staff let an instructor show the profile again, who then does so. Again changes nothing."""
    require(uow.actor, Permission.INSTRUCTORS_MANAGE_ANY)
    row = _any_row(uow, instructor_id)
    if row.deactivated_at is not None:
        row.deactivated_at, row.updated_at = None, uow.now
        uow.session.flush()
        audit.record(uow, "instructors.readmit", subject_kind="instructor", subject_id=row.id)
    return staff_profile(uow, instructor_id)


def _any_row(uow: Uow, instructor_id: str) -> Instructor:
    person = repository.person(uow.session, Instructor.id == instructor_id, lock=True)
    if person is None:
        raise InstructorNotFound(
            "There is no instructor with this id. Look them up by name or address first."
        )
    return person.row


def _hide(uow: Uow, row: Instructor, step: Milestone) -> None:
    was_live, row.is_live, row.updated_at = row.is_live, False, uow.now
    uow.session.flush()
    repository.add_milestones(uow.session, row.id, [step], uow.now)
    if was_live:
        uow.emit(InstructorPaused(instructor_id=row.id))
