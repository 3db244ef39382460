"""Where an instructor teaches: areas to travel to, places of their own, public places."""

from instainstru_core.domains.addresses import policy as addresses
from instainstru_core.domains.instructors import policy, repository
from instainstru_core.domains.instructors.errors import (
    AreaUnknown,
    OutsideCity,
    PlaceRepeated,
    PlacesUnavailable,
)
from instainstru_core.domains.instructors.models import TeachingPlace
from instainstru_core.domains.instructors.repository import Person, Point
from instainstru_core.domains.instructors.schemas import (
    OwnProfileView,
    PlaceIn,
    ReplaceAreas,
    ReplacePlaces,
)
from instainstru_core.domains.instructors.service.rows import own_person, settle
from instainstru_core.domains.instructors.types import PlaceKind
from instainstru_core.kernel.ids import new_id
from instainstru_core.kernel.measure import operation
from instainstru_core.kernel.uow import Uow


@operation("instructors.replace_areas")
def replace_areas(uow: Uow, command: ReplaceAreas) -> OwnProfileView:
    """Travel to these areas and no others."""
    person = own_person(uow, lock=True)
    wanted = sorted(set(command.area_keys))
    unknown = sorted(set(wanted) - repository.known_areas(uow.session, wanted))
    if unknown:
        raise AreaUnknown(
            "Some of these are no areas. List the areas and use their keys.", area_keys=unknown
        )
    repository.set_areas(uow.session, person.row.id, wanted)
    return settle(uow, person, "instructors.replace_areas", areas=len(wanted))


@operation("instructors.replace_places")
def replace_places(
    uow: Uow, kind: PlaceKind, command: ReplacePlaces, *, secret: bytes
) -> OwnProfileView:
    """Teach at these places of one kind and no others.

    An address that was there before keeps its point, and with it what the public sees. `secret`
    keys that: who does not know it cannot work back from the public point.
    """
    person = own_person(uow, lock=True)
    if len(secret) < addresses.MIN_SECRET_BYTES:
        raise PlacesUnavailable(
            "Places cannot be saved here yet. Set INSTAINSTRU_LOCATION_SECRET to at least"
            f" {addresses.MIN_SECRET_BYTES} random characters."
        )
    lines = [policy.same_address(place.address_line) for place in command.places]
    repeated = policy.repeated(lines)
    if repeated:
        raise PlaceRepeated("Name each address once only.", addresses=len(repeated))
    known = {
        policy.same_address(place.address_line): place
        for place in repository.places(uow.session, [person.row.id]).get(person.row.id, [])
        if place.kind is kind
    }
    for position, (place, line) in enumerate(zip(command.places, lines, strict=True)):
        row = known.pop(line, None)
        if row is None:
            row = _new_place(uow, person, kind, place, secret)
        row.label, row.address_line, row.position = place.label, place.address_line, position
    for gone in known.values():
        uow.session.delete(gone)
    return settle(uow, person, "instructors.replace_places", kind=kind, places=len(command.places))


def _new_place(
    uow: Uow, person: Person, kind: PlaceKind, place: PlaceIn, secret: bytes
) -> TeachingPlace:
    if not policy.is_in_city(place.latitude, place.longitude):
        raise OutsideCity(
            "This point is not in New York City. Check latitude and longitude, and their signs."
        )
    shown = Point(place.latitude, place.longitude)
    if kind is PlaceKind.TEACHING:
        near = addresses.approximate_point(
            latitude=place.latitude,
            longitude=place.longitude,
            identity=f"{person.row.id}:{policy.same_address(place.address_line)}",
            secret=secret,
        )
        shown = Point(near.latitude, near.longitude)
    row = TeachingPlace(
        id=new_id(),
        instructor_id=person.row.id,
        kind=kind,
        latitude=place.latitude,
        longitude=place.longitude,
        approximate_latitude=shown.latitude,
        approximate_longitude=shown.longitude,
        area_key=repository.area_at(uow.session, Point(place.latitude, place.longitude)),
    )
    uow.session.add(row)
    return row
