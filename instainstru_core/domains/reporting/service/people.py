"""Who people are, and everything staff need to know of those who teach."""

from collections.abc import Sequence
from itertools import groupby

from instainstru_core.domains.accounts import service as accounts
from instainstru_core.domains.accounts.schemas import PersonView
from instainstru_core.domains.background_checks import service as checks
from instainstru_core.domains.background_checks.schemas import StaffCheckView
from instainstru_core.domains.background_checks.types import CheckStatus
from instainstru_core.domains.catalog import service as catalog
from instainstru_core.domains.instructors.types import InstructorStatus
from instainstru_core.domains.pricing.types import Tier
from instainstru_core.domains.reporting.errors import AreaUnknown
from instainstru_core.domains.reporting.policy import figures
from instainstru_core.domains.reporting.repository import bookings as lessons
from instainstru_core.domains.reporting.repository import people as instructors
from instainstru_core.domains.reporting.repository import providers, supply
from instainstru_core.domains.reporting.repository.bookings import PersonCount
from instainstru_core.domains.reporting.repository.people import Filters, OfferingLine, Standing
from instainstru_core.domains.reporting.repository.providers import ProviderIds
from instainstru_core.domains.reporting.repository.wallets import Wallets, wallets
from instainstru_core.domains.reporting.schemas.base import Report
from instainstru_core.domains.reporting.schemas.people import (
    Candidate,
    InstructorFigures,
    PeopleFound,
    PersonFound,
    StudentFigures,
)
from instainstru_core.domains.reporting.schemas.supply import (
    InstructorAnswer,
    InstructorList,
    InstructorProfile,
    InstructorRow,
    OfferingDetail,
    Price,
    Reached,
    TeachingFigures,
)
from instainstru_core.domains.reporting.service.common import (
    CANDIDATES,
    NO_MESSAGES,
    matched,
    people,
    unresolved,
)
from instainstru_core.domains.reporting.service.supply import known_category
from instainstru_core.domains.reporting.types import PersonMatch
from instainstru_core.domains.reviews import service as reviews
from instainstru_core.domains.reviews.policy import rating as stars
from instainstru_core.domains.reviews.types import NO_REVIEWS, Totals
from instainstru_core.kernel.authority import Permission, require
from instainstru_core.kernel.ids import is_id
from instainstru_core.kernel.measure import operation
from instainstru_core.kernel.paging import decode_cursor, page_of
from instainstru_core.kernel.uow import Uow

LAPSED = "lapsed"
STAR_DECIMALS = 2
OLDER = (
    "Some of their lessons are from before payments ran here: what was spent and earned on those is"
    " not in the ledger, nor in these figures."
)
SEARCHED = 50
TOO_MANY = (
    f"{SEARCHED} people or more fit and not all of them were looked at: ask for the whole name, an"
    " e-mail or an id."
)


@operation("reporting.users_lookup")
def users_lookup(uow: Uow, text: str, *, limit: int = 5) -> Report[PeopleFound]:
    """Everybody whom an id, e-mail, phone number, name or booking id may mean, best match first."""
    require(uow.actor, Permission.USERS_READ)
    found = people(uow, text, limit=limit + 1)
    sides: dict[str, str] = {}
    if not found and is_id(text.strip().upper()):
        found, sides = _parties(uow, text.strip().upper())
    shown = found[:limit]
    ids = [person.id for person, _ in shown]
    booked = lessons.booked_by(uow.session, ids, uow.now)
    taught = lessons.taught_by(uow.session, ids, uow.now)
    teach = instructors.standing(uow.session, ids)
    known = providers.provider_ids(uow.session, ids)
    money = wallets(uow.session, ids)
    rated = _rated(uow, list(teach))
    data = PeopleFound(
        found=len(shown),
        ambiguous=len(found) > 1 and not sides,
        people=[
            _found(
                person,
                candidate,
                side=sides.get(person.id),
                booked=booked.get(person.id),
                taught=taught.get(person.id),
                teaches=teach.get(person.id),
                provider=known.get(person.id, providers.NOBODY),
                spent_cents=money.spent.get(person.id, 0),
                earned_cents=money.earned.get(person.id, 0),
                rating=rated.get(person.id),
            )
            for person, candidate in shown
        ],
    )
    warnings = [] if shown else unresolved([])
    if money.older:
        warnings.append(OLDER)
    if len(found) > limit:
        warnings.append(f"More than {limit} people fit: be more precise, or raise `limit`.")
    return Report(data=data, total=None if len(found) > limit else len(shown), warnings=warnings)


@operation("reporting.instructors_list")
def instructors_list(
    uow: Uow,
    *,
    status: InstructorStatus | None = None,
    founding: bool | None = None,
    service: str | None = None,
    category: str | None = None,
    area: str | None = None,
    limit: int = 50,
    cursor: str | None = None,
) -> Report[InstructorList]:
    """Instructors who meet every given condition, the newest first."""
    require(uow.actor, Permission.INSTRUCTORS_READ_ANY)
    filters = Filters(
        status=status,
        founding=founding,
        service_id=None if service is None else catalog.service(uow, service).id,
        category=None if category is None else known_category(uow, category),
        area_keys=None if area is None else _areas(uow, area),
    )
    scope = f"reporting.instructors_list:{filters}"
    after = decode_cursor(cursor, scope=scope, kinds=(str,))[0] if cursor else None
    listed = instructors.page(
        uow.session, filters, after=None if after is None else str(after), limit=limit
    )
    ids = [line.instructor.id for line in listed[:limit]]
    teach = instructors.teach(uow.session, ids)
    completed = instructors.completed(uow.session, ids)
    rated = _rated(uow, ids)
    page = page_of(
        listed,
        limit=limit,
        scope=scope,
        key=lambda line: (line.instructor.id,),
        view=lambda line: InstructorRow(
            instructor_id=line.instructor.id,
            name=f"{line.person.first_name} {line.person.last_name}",
            email=figures.masked_email(line.person.email),
            status=line.status,
            is_founding=line.instructor.is_founding,
            live_since=line.instructor.first_live_at,
            services=teach[line.instructor.id].services if line.instructor.id in teach else [],
            categories=teach[line.instructor.id].categories if line.instructor.id in teach else [],
            lessons_completed=completed.get(line.instructor.id, 0),
            rating=rated.get(line.instructor.id),
        ),
    )
    return Report(
        data=InstructorList(instructors=page.items),
        total=instructors.number(uow.session, filters),
        next_cursor=page.next_cursor,
        warnings=[] if page.items else ["No instructor meets all of these conditions."],
    )


@operation("reporting.instructors_detail")
def instructors_detail(uow: Uow, text: str) -> Report[InstructorAnswer]:
    """One instructor by id, e-mail, phone or name; all who fit where it is not only one."""
    require(uow.actor, Permission.INSTRUCTORS_READ_ANY)
    require(uow.actor, Permission.USERS_READ)
    found = people(uow, text, limit=SEARCHED)
    teach = instructors.standing(uow.session, [person.id for person, _ in found])
    fitting = [(person, candidate) for person, candidate in found if person.id in teach]
    if len(fitting) != 1 or len(found) >= SEARCHED:
        candidates = [candidate for _, candidate in fitting]
        warnings = unresolved(candidates)
        if len(found) >= SEARCHED:
            warnings = [TOO_MANY]
        elif found and not fitting:
            warnings = ["Nobody who fits teaches. Look them up as users instead."]
        return Report(
            data=InstructorAnswer(instructor=None, candidates=candidates[:CANDIDATES]),
            warnings=warnings,
        )
    person, candidate = fitting[0]
    money = wallets(uow.session, [person.id])
    older = [OLDER] if money.older else []
    profile = _profile(uow, person, candidate, money)
    return Report(
        data=InstructorAnswer(instructor=profile, candidates=[]),
        warnings=[*older, NO_MESSAGES],
    )


def _parties(
    uow: Uow, booking_id: str
) -> tuple[list[tuple[PersonView, Candidate]], dict[str, str]]:
    """Student and instructor of a booking, where the id is one."""
    found = lessons.parties(uow.session, booking_id)
    if found is None:
        return [], {}
    both = [accounts.person(uow, user_id) for user_id in found]
    sides: dict[str, str] = dict(zip(found, ("student", "instructor"), strict=True))
    return [(person, matched(person, PersonMatch.BOOKING)) for person in both], sides


def _found(
    person: PersonView,
    candidate: Candidate,
    *,
    side: str | None,
    booked: PersonCount | None,
    taught: PersonCount | None,
    teaches: Standing | None,
    provider: ProviderIds,
    spent_cents: int,
    earned_cents: int,
    rating: float | None,
) -> PersonFound:
    return PersonFound(
        **dict(candidate),
        status=person.status,
        phone_end=figures.phone_end(person.phone),
        created_at=person.created_at,
        last_login_at=person.last_login_at,
        side_in_booking=side,
        as_student=StudentFigures(
            bookings=booked.bookings if booked else 0,
            upcoming=booked.upcoming if booked else 0,
            completed=booked.completed if booked else 0,
            cancelled=booked.cancelled if booked else 0,
            spent_cents=spent_cents,
        ),
        as_instructor=None
        if teaches is None
        else _as_instructor(teaches, taught, provider, earned_cents, rating),
        stripe_customer_id=provider.customer_id,
    )


def _rated(uow: Uow, ids: Sequence[str]) -> dict[str, float | None]:
    """The mean stars of these instructors' published reviews; those without any are left out."""
    return {owner: _mean(found) for owner, found in reviews.totals(uow, ids).items()}


def _mean(found: Totals) -> float | None:
    mean = stars.mean(found)
    return None if mean is None else round(mean, STAR_DECIMALS)


def _as_instructor(
    teaches: Standing,
    taught: PersonCount | None,
    provider: ProviderIds,
    earned_cents: int,
    rating: float | None,
) -> InstructorFigures:
    return InstructorFigures(
        status=teaches.status,
        is_founding=teaches.is_founding,
        lessons=taught.bookings if taught else 0,
        upcoming=taught.upcoming if taught else 0,
        completed=taught.completed if taught else 0,
        cancelled=taught.cancelled if taught else 0,
        earned_cents=earned_cents,
        rating=rating,
        stripe_account_id=provider.account_id,
    )


def _areas(uow: Uow, area: str) -> tuple[str, ...]:
    found = supply.areas(uow.session, area)
    if not found.keys:
        raise AreaUnknown(
            "There is no such neighborhood or borough. Use a borough or one of the names that are"
            " nearest.",
            field="area",
            allowed=list(found.similar),
        )
    return found.keys


def _profile(
    uow: Uow, person: PersonView, candidate: Candidate, money: Wallets
) -> InstructorProfile:
    found = instructors.profile(uow.session, person.id)
    teacher = found.instructor
    known = providers.provider_ids(uow.session, [person.id])
    provider = known.get(person.id, providers.NOBODY)
    founding = Tier.FOUNDING if teacher.is_founding else None
    check = checks.of(uow, person.id)
    rated = reviews.totals(uow, [person.id]).get(person.id, NO_REVIEWS)
    return InstructorProfile(
        instructor_id=person.id,
        name=candidate.name,
        email=candidate.email,
        phone_end=figures.phone_end(person.phone),
        status=found.status,
        is_founding=teacher.is_founding,
        founding_number=found.founding_number,
        tier=founding or found.tier or Tier.ENTRY,
        timezone=teacher.timezone,
        years_experience=teacher.years_experience,
        has_bio=bool(teacher.bio),
        milestones=[
            Reached(milestone=step, at=at)
            for step, at in instructors.milestones(uow.session, person.id)
        ],
        offerings=_offerings(instructors.offerings(uow.session, person.id)),
        areas=instructors.area_names(uow.session, person.id),
        teaching_places=found.places,
        figures=TeachingFigures(
            **instructors.teaching(uow.session, person.id, uow.now)._asdict(),
            earned_cents=money.earned.get(person.id, 0),
        ),
        rating=_mean(rated),
        reviews=rated.count,
        response_rate=None,
        background_check=_check(check),
        check_valid_until=check.valid_until,
        stripe_account_id=provider.account_id,
    )


def _check(found: StaffCheckView) -> str | None:
    """The word for a check: a clear one that has run out is not called clear."""
    if found.status is CheckStatus.CLEAR and not found.is_clear:
        return LAPSED
    return None if found.status is None else found.status.value


def _offerings(lines: Sequence[OfferingLine]) -> list[OfferingDetail]:
    return [
        _offering(list(members)) for _, members in groupby(lines, key=lambda line: line.offering.id)
    ]


def _offering(lines: Sequence[OfferingLine]) -> OfferingDetail:
    first = lines[0]
    return OfferingDetail(
        service=first.service,
        slug=first.slug,
        category=first.category,
        is_active=first.offering.is_active,
        prices=[
            Price(format=line.price.format, hourly_rate_cents=line.price.hourly_rate_cents)
            for line in lines
            if line.price is not None
        ],
    )
