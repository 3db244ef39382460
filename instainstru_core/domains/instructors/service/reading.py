"""What others may see of instructors."""

from collections.abc import Collection

from instainstru_core.domains.accounts.policy import public_name
from instainstru_core.domains.accounts.types import AccountStatus
from instainstru_core.domains.catalog import service as catalog
from instainstru_core.domains.instructors import repository
from instainstru_core.domains.instructors.errors import InstructorNotFound
from instainstru_core.domains.instructors.models import Instructor, Offering
from instainstru_core.domains.instructors.repository import Person
from instainstru_core.domains.instructors.schemas import (
    InstructorCard,
    ListingFilters,
    PublicCardView,
    PublicProfileView,
    StaffProfileView,
)
from instainstru_core.domains.instructors.service.rows import person_row
from instainstru_core.domains.instructors.service.views import (
    Parts,
    parts_of,
    public_profile,
    shown_card,
    staff_profile_view,
)
from instainstru_core.kernel import paging
from instainstru_core.kernel.authority import Permission, require
from instainstru_core.kernel.ids import is_id
from instainstru_core.kernel.measure import operation
from instainstru_core.kernel.paging import MAX_PAGE, Page
from instainstru_core.kernel.uow import Uow

NOT_THERE = "There is no such instructor. Search for one, and use the id or the slug."


@operation("instructors.public")
def public(uow: Uow, slug_or_id: str) -> PublicProfileView:
    """An instructor as everybody may see them. Who is not live is not there."""
    person = _visible(uow, slug_or_id)
    return public_profile(person, parts_of(uow, person.row.id))


@operation("instructors.listing")
def listing(
    uow: Uow, filters: ListingFilters, *, cursor: str | None = None, limit: int = 20
) -> Page[PublicCardView]:
    """Live instructors, page by page, in three statements. For everybody.

    Refuses with FiltersUnusable what is no filter of the catalog.
    """
    limit = min(max(limit, 1), MAX_PAGE)
    scope = f"instructors:{filters.model_dump_json()}"
    after = paging.decode_cursor(cursor, scope=scope, kinds=(str,))[0] if cursor else None
    people = repository.bookable(
        uow.session,
        service_id=filters.service_id,
        area_key=filters.area_key,
        lesson_format=filters.format,
        filters=catalog.wanted_filters(filters.filters or ""),
        after=None if after is None else str(after),
        limit=limit,
    )
    shown = [person.row.id for person in people[:limit]]
    teaching = repository.offerings(uow.session, Offering.instructor_id.in_(shown))
    areas = repository.areas(uow.session, shown)
    return paging.page_of(
        people,
        limit=limit,
        scope=scope,
        key=lambda person: (person.row.id,),
        view=lambda person: shown_card(
            person, Parts(teaching.get(person.row.id, []), areas.get(person.row.id, []), [])
        ),
    )


@operation("instructors.cards")
def cards(uow: Uow, ids: Collection[str]) -> dict[str, InstructorCard]:
    """These instructors by id in the fewest words, in one statement; unknown ids are left out."""
    return {person.row.id: _card(person) for person in repository.people(uow.session, ids)}


@operation("instructors.public_card")
def public_card(uow: Uow, slug_or_id: str) -> InstructorCard:
    """An instructor whom everybody may see, in the fewest words. Refuses with InstructorNotFound
    whoever is not live.
    """
    return _card(_visible(uow, slug_or_id))


def _visible(uow: Uow, slug_or_id: str) -> Person:
    named = Instructor.id if is_id(slug_or_id) else Instructor.slug
    person = repository.person(uow.session, named == slug_or_id, bookable=True)
    if person is None:
        raise InstructorNotFound(NOT_THERE)
    return person


def _card(person: Person) -> InstructorCard:
    return InstructorCard(
        id=person.row.id,
        slug=person.row.slug,
        name=public_name(person.first_name, person.last_name),
        timezone=person.row.timezone,
        years_experience=person.row.years_experience,
        is_founding=person.row.is_founding,
        is_live=person.row.is_live,
        is_bookable=person.row.is_live and person.account is AccountStatus.ACTIVE,
    )


@operation("instructors.staff_profile")
def staff_profile(uow: Uow, instructor_id: str) -> StaffProfileView:
    """A profile as staff see it, also one that is not live."""
    require(uow.actor, Permission.INSTRUCTORS_READ_ANY)
    person = person_row(uow, instructor_id)
    parts = parts_of(uow, instructor_id, active_only=False)
    return staff_profile_view(person, parts, repository.milestones(uow.session, instructor_id))
