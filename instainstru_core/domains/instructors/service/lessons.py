"""What whoever books a lesson needs to know of an offering."""

from typing import Any

from sqlalchemy import Row

from instainstru_core.domains.instructors import policy, repository
from instainstru_core.domains.instructors.errors import (
    FormatNotOffered,
    OfferingNotFound,
    OutsideServiceArea,
    PointRequired,
    TeachingPlaceNotFound,
)
from instainstru_core.domains.instructors.models import Offering
from instainstru_core.domains.instructors.repository import Point
from instainstru_core.domains.instructors.schemas import OfferingView
from instainstru_core.domains.instructors.service.views import offering_view
from instainstru_core.domains.instructors.types import LessonFormat, LessonTerms
from instainstru_core.kernel.ids import is_id
from instainstru_core.kernel.measure import operation
from instainstru_core.kernel.uow import Uow

NOT_OFFERED = {
    LessonFormat.STUDENT_LOCATION: "This instructor does not travel to students for this service.",
    LessonFormat.INSTRUCTOR_LOCATION: "This instructor has no place of their own for this service.",
    LessonFormat.ONLINE: "This instructor does not teach this service online.",
    LessonFormat.NEUTRAL_LOCATION: "This instructor teaches this service online only.",
}


@operation("instructors.offering")
def offering(uow: Uow, offering_id: str) -> OfferingView:
    """One offering, also one that was given up. Refuses with OfferingNotFound."""
    found = repository.offerings(uow.session, Offering.id == offering_id, active_only=False)
    for (taught,) in found.values():
        return offering_view(taught)
    raise _no_offering(offering_id)


@operation("instructors.lesson_terms")
def lesson_terms(
    uow: Uow,
    offering_id: str,
    lesson_format: LessonFormat,
    *,
    latitude: float | None = None,
    longitude: float | None = None,
    teaching_place_id: str | None = None,
) -> LessonTerms:
    """What a lesson in this format and at this point comes with, in one statement.

    Refuses with OfferingNotFound where it cannot be booked at all, then with FormatNotOffered,
    PointRequired, OutsideServiceArea or TeachingPlaceNotFound.
    """
    point = None
    if policy.needs_point(lesson_format) and latitude is not None and longitude is not None:
        point = Point(latitude, longitude)
    hosts = lesson_format is LessonFormat.INSTRUCTOR_LOCATION
    found = is_id(offering_id) and repository.lesson(
        uow.session, offering_id, point=point, hosts=hosts, place_id=teaching_place_id
    )
    if not found:
        raise _no_offering(offering_id)
    priced: dict[str, int] = found.prices or {}
    prices = {LessonFormat(kind): cents for kind, cents in priced.items()}
    rate = policy.hourly_rate(prices, lesson_format)
    if rate is None:
        raise FormatNotOffered(
            f"{NOT_OFFERED[lesson_format]} Choose a format of the offering.",
            format=lesson_format.value,
            formats=[kind.value for kind in LessonFormat if policy.hourly_rate(prices, kind)],
        )
    return LessonTerms(
        offering_id=offering_id,
        instructor_id=found.instructor_id,
        service_id=found.service_id,
        service_name=found.service_name,
        format=lesson_format,
        hourly_rate_cents=rate,
        durations=tuple(sorted(found.durations)),
        timezone=found.timezone,
        travels=policy.instructor_travels(lesson_format),
        **_where(found, lesson_format, prices, point, teaching_place_id),
    )


def _where(
    found: Row[*tuple[Any, ...]],
    lesson_format: LessonFormat,
    prices: dict[LessonFormat, int],
    point: Point | None,
    teaching_place_id: str | None,
) -> dict[str, Any]:
    """The part of the terms that the place decides."""
    nowhere: dict[str, Any] = {
        "area_key": None,
        "teaching_place_id": None,
        "place": None,
        "latitude": None,
        "longitude": None,
    }
    if lesson_format is LessonFormat.INSTRUCTOR_LOCATION:
        if found.place_id is None:
            raise TeachingPlaceNotFound(
                "The instructor has no such place to teach at. Leave it out for their first one,"
                " or choose another format.",
                teaching_place_id=teaching_place_id,
            )
        return {
            "area_key": found.place_area,
            "teaching_place_id": found.place_id,
            "place": found.address_line,
            "latitude": found.latitude,
            "longitude": found.longitude,
        }
    if not policy.needs_point(lesson_format):
        return nowhere
    if point is None:
        raise PointRequired(
            "Say where the lesson is to be: send latitude and longitude of the place.",
            format=lesson_format.value,
        )
    if policy.needs_coverage(lesson_format, policy.capabilities(prices)) and not found.served:
        raise OutsideServiceArea(
            "The instructor does not travel there. Choose a place in their areas, or another"
            " format.",
            area_key=found.area_key,
        )
    return {**nowhere, "area_key": found.area_key}


def _no_offering(offering_id: str) -> OfferingNotFound:
    return OfferingNotFound(
        "There is no such offering to book. Look at the instructor's profile for their ids.",
        offering_id=offering_id,
    )
