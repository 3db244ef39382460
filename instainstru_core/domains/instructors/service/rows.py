"""How the operations of this package find one's own profile, and how a change of it ends."""

from instainstru_core.domains.audit import service as audit
from instainstru_core.domains.instructors import policy, repository
from instainstru_core.domains.instructors.errors import InstructorNotFound, NotReady
from instainstru_core.domains.instructors.events import InstructorChanged
from instainstru_core.domains.instructors.models import Instructor
from instainstru_core.domains.instructors.repository import Person
from instainstru_core.domains.instructors.schemas import OwnProfileView
from instainstru_core.domains.instructors.service.views import (
    Parts,
    own_profile,
    parts_of,
    readiness,
)
from instainstru_core.domains.instructors.types import Proofs
from instainstru_core.kernel.authority import ActorKind, Permission, require
from instainstru_core.kernel.errors import Fact
from instainstru_core.kernel.uow import Uow

WORDS = {
    "bio": "a bio",
    "offering": "something to teach",
    "service_area": "an area that you travel to",
    "teaching_place": "a place that you teach at",
    "background_check": "a clear background check",
    "identity": "a proof of who you are",
    "payouts": "an account that you can be paid to",
}


def own_person(uow: Uow, *, lock: bool = False) -> Person:
    """The signed-in instructor's profile. Refuses with InstructorNotFound."""
    require(uow.actor, Permission.INSTRUCTORS_MANAGE_OWN)
    own_id = uow.actor.id if uow.actor.kind is ActorKind.USER else None
    found = repository.person(uow.session, Instructor.id == own_id, lock=lock) if own_id else None
    if found is None:
        raise InstructorNotFound("You have no instructor's profile. Sign up with an invite.")
    return found


def person_row(uow: Uow, instructor_id: str) -> Person:
    """Whoever has this id. Refuses with InstructorNotFound."""
    found = repository.person(uow.session, Instructor.id == instructor_id)
    if found is None:
        raise InstructorNotFound(
            "There is no instructor with this id. Look them up by name or address first."
        )
    return found


def require_ready(person: Person, parts: Parts, proofs: Proofs | None = None) -> None:
    """Refuse with NotReady, which lists what is missing, unless the profile can be live.

    Without `proofs` only what the profile itself holds is looked at: it is live already.
    """
    missing = policy.missing(readiness(person, parts))
    missing += policy.unproven(proofs) if proofs is not None else ()
    if missing:
        wanted = " and ".join(WORDS[part] for part in missing)
        raise NotReady(
            f"A live profile needs {wanted}. Add what is missing first, or pause the profile.",
            missing=[part.value for part in missing],
        )


def settle(uow: Uow, person: Person, action: str, **details: Fact) -> OwnProfileView:
    """End a change: a live profile stays whole, steps are noted, the change is on record."""
    person.row.updated_at = uow.now
    uow.session.flush()
    parts = parts_of(uow, person.row.id)
    if person.row.is_live:
        require_ready(person, parts)
        uow.emit(InstructorChanged(instructor_id=person.row.id))
    note_steps(uow, person, parts)
    audit.record(
        uow, action, subject_kind="instructor", subject_id=person.row.id, details={**details}
    )
    return own_profile(person, parts)


def note_steps(uow: Uow, person: Person, parts: Parts) -> None:
    """Write down the steps that the profile's content shows."""
    ready = readiness(person, parts)
    due = policy.milestones_due(
        repository.reached(uow.session, person.row.id),
        has_bio=ready.has_bio,
        active_offerings=ready.active_offerings,
    )
    repository.add_milestones(uow.session, person.row.id, due, uow.now)
