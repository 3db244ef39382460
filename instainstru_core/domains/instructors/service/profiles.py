"""One's own profile, and whether it is live."""

from instainstru_core.domains.accounts import service as accounts
from instainstru_core.domains.audit import service as audit
from instainstru_core.domains.instructors import policy, repository
from instainstru_core.domains.instructors.errors import (
    BuffersInverted,
    InstructorNotFound,
    ProfileExists,
)
from instainstru_core.domains.instructors.events import InstructorPaused, InstructorWentLive
from instainstru_core.domains.instructors.models import Instructor
from instainstru_core.domains.instructors.schemas import OwnProfileView, UpdateProfile
from instainstru_core.domains.instructors.service.rows import (
    note_steps,
    own_person,
    person_row,
    require_ready,
    settle,
)
from instainstru_core.domains.instructors.service.views import own_profile, parts_of
from instainstru_core.domains.instructors.types import Milestone
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
def go_live(uow: Uow) -> OwnProfileView:
    """Show the profile to the public. Refuses with NotReady, which lists all that is missing."""
    person = own_person(uow, lock=True)
    row, parts = person.row, parts_of(uow, person.row.id)
    if row.is_live:
        return own_profile(person, parts)
    require_ready(person, parts)
    first = row.first_live_at is None
    row.is_live = True
    row.first_live_at = row.first_live_at or uow.now
    row.updated_at = uow.now
    note_steps(uow, person, parts)
    step = Milestone.WENT_LIVE if first else Milestone.RESUMED
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
        row.is_live = False
        row.updated_at = uow.now
        repository.add_milestones(uow.session, row.id, [Milestone.PAUSED], uow.now)
        uow.emit(InstructorPaused(instructor_id=row.id))
        audit.record(uow, "instructors.pause", subject_kind="instructor", subject_id=row.id)
    return own_profile(person, parts)
