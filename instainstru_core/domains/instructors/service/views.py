"""From rows to views. What is private is left out here, once."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from instainstru_core.domains.accounts.policy import public_name
from instainstru_core.domains.accounts.types import AccountStatus
from instainstru_core.domains.catalog.types import AgeGroup, SkillLevel
from instainstru_core.domains.instructors import policy, repository
from instainstru_core.domains.instructors.models import LifecycleEvent, Offering, TeachingPlace
from instainstru_core.domains.instructors.policy import Readiness
from instainstru_core.domains.instructors.repository import Area, Person, Taught
from instainstru_core.domains.instructors.schemas import (
    AreaView,
    MilestoneView,
    OfferingView,
    OwnPlaceView,
    OwnProfileView,
    PriceView,
    PublicCardView,
    PublicPlaceView,
    PublicProfileView,
    StaffProfileView,
)
from instainstru_core.domains.instructors.types import InstructorStatus, LessonFormat, PlaceKind
from instainstru_core.kernel.uow import Uow


class Parts(NamedTuple):
    """What belongs to one profile. Offerings may hold some that were given up."""

    offerings: Sequence[Taught]
    areas: Sequence[Area]
    places: Sequence[TeachingPlace]

    def active(self) -> list[Taught]:
        return [taught for taught in self.offerings if taught.row.is_active]


def parts_of(uow: Uow, instructor_id: str, *, active_only: bool = True) -> Parts:
    """All that belongs to one profile, in three statements."""
    mine = Offering.instructor_id == instructor_id
    return Parts(
        repository.offerings(uow.session, mine, active_only=active_only).get(instructor_id, []),
        repository.areas(uow.session, [instructor_id]).get(instructor_id, []),
        repository.places(uow.session, [instructor_id]).get(instructor_id, []),
    )


def readiness(person: Person, parts: Parts) -> Readiness:
    """What this profile has of the things that going live needs."""
    active = parts.active()
    return Readiness(
        has_bio=person.row.bio is not None,
        active_offerings=len(active),
        capabilities=policy.capabilities({kind for taught in active for kind in taught.prices}),
        service_areas=len(parts.areas),
        teaching_places=sum(place.kind is PlaceKind.TEACHING for place in parts.places),
    )


def offering_view(taught: Taught) -> OfferingView:
    row = taught.row
    formats = [kind for kind in LessonFormat if policy.hourly_rate(taught.prices, kind) is not None]
    return OfferingView(
        id=row.id,
        instructor_id=row.instructor_id,
        service_id=row.service_id,
        service_slug=taught.service_slug,
        service_name=taught.service_name,
        description=row.description,
        durations=sorted(row.durations),
        age_groups=[AgeGroup(group) for group in row.age_groups],
        skill_levels=[level for level in SkillLevel if level in row.skill_levels],
        filters={key: list(values) for key, values in sorted(row.filters.items())},
        formats=formats,
        prices=[
            PriceView(format=kind, hourly_rate_cents=taught.prices[kind])
            for kind in LessonFormat
            if kind in taught.prices
        ],
        is_active=row.is_active,
    )


def shown_card(person: Person, parts: Parts) -> PublicCardView:
    return PublicCardView(**_shown(person), **_teaching(parts))


def public_profile(person: Person, parts: Parts) -> PublicProfileView:
    return PublicProfileView(
        **_shown(person),
        **_teaching(parts),
        timezone=person.row.timezone,
        places=[public_place(place) for place in parts.places],
    )


def own_profile(person: Person, parts: Parts) -> OwnProfileView:
    return OwnProfileView(
        **_shown(person),
        **_teaching(parts),
        **_settings(person, parts),
        places=[_own_place(place) for place in parts.places],
    )


def staff_profile_view(
    person: Person, parts: Parts, milestones: Sequence[LifecycleEvent]
) -> StaffProfileView:
    shown = _shown(person)
    shown.pop("name")
    return StaffProfileView(
        **shown,
        **_teaching(parts),
        **_settings(person, parts),
        first_name=person.first_name,
        last_name=person.last_name,
        account_status=person.account,
        first_live_at=person.row.first_live_at,
        deactivated_at=person.row.deactivated_at,
        places=[public_place(place) for place in parts.places],
        milestones=[
            MilestoneView(milestone=step.milestone, occurred_at=step.occurred_at)
            for step in milestones
        ],
    )


def public_place(place: TeachingPlace) -> PublicPlaceView:
    """A place without what would lead to somebody's door."""
    is_public = place.kind is PlaceKind.PUBLIC
    return PublicPlaceView(
        id=place.id,
        kind=place.kind,
        label=place.label,
        latitude=place.approximate_latitude,
        longitude=place.approximate_longitude,
        address_line=place.address_line if is_public else None,
        area_key=place.area_key,
    )


def status_of(person: Person, parts: Parts) -> InstructorStatus:
    return policy.status(
        is_live=person.row.is_live and person.account is AccountStatus.ACTIVE,
        was_live=person.row.first_live_at is not None,
        active_offerings=len(parts.active()),
    )


def _shown(person: Person) -> dict[str, Any]:
    row = person.row
    return {
        "id": row.id,
        "slug": row.slug,
        "name": public_name(person.first_name, person.last_name),
        "bio": row.bio,
        "years_experience": row.years_experience,
        "is_founding": row.is_founding,
    }


def _teaching(parts: Parts) -> dict[str, Any]:
    return {
        "offerings": [offering_view(taught) for taught in parts.offerings],
        "areas": [
            AreaView(key=area.key, name=area.name, borough=area.borough) for area in parts.areas
        ],
    }


def _settings(person: Person, parts: Parts) -> dict[str, Any]:
    row = person.row
    return {
        "timezone": row.timezone,
        "buffer_minutes": row.buffer_minutes,
        "travel_buffer_minutes": row.travel_buffer_minutes,
        "overnight_protection": row.overnight_protection,
        "is_live": row.is_live,
        "status": status_of(person, parts),
        "missing": list(policy.missing(readiness(person, parts))),
        "created_at": row.created_at,
        "updated_at": row.updated_at,
    }


def _own_place(place: TeachingPlace) -> OwnPlaceView:
    return OwnPlaceView(
        id=place.id,
        kind=place.kind,
        label=place.label,
        address_line=place.address_line,
        latitude=place.latitude,
        longitude=place.longitude,
        public_latitude=place.approximate_latitude,
        public_longitude=place.approximate_longitude,
        area_key=place.area_key,
    )
