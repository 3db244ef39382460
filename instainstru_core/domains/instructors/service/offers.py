"""What an instructor teaches, for how long, for whom and at what price."""

from instainstru_core.domains.catalog import policy as filtering
from instainstru_core.domains.catalog import service as catalog
from instainstru_core.domains.catalog.schemas import ServiceView
from instainstru_core.domains.catalog.types import SKILL_LEVEL, AgeGroup, SkillLevel
from instainstru_core.domains.instructors import policy, repository
from instainstru_core.domains.instructors.errors import (
    AgeGroupNotAllowed,
    AlreadyOffered,
    DurationNotAllowed,
    FilterNotAllowed,
    FormatRepeated,
    OfferingNotFound,
    OnlineImpossible,
    PriceBelowFloor,
    ServiceUnknown,
    TooManyOfferings,
)
from instainstru_core.domains.instructors.models import Offering
from instainstru_core.domains.instructors.repository import Person
from instainstru_core.domains.instructors.schemas import (
    AddOffering,
    OfferingTerms,
    OwnProfileView,
)
from instainstru_core.domains.instructors.service.rows import own_person, settle
from instainstru_core.domains.instructors.types import LessonFormat
from instainstru_core.kernel.ids import new_id
from instainstru_core.kernel.measure import operation
from instainstru_core.kernel.money import dollars
from instainstru_core.kernel.uow import Uow


@operation("instructors.add_offering")
def add_offering(uow: Uow, command: AddOffering) -> OwnProfileView:
    """Teach a service from now on. One that was given up before comes back as the same row."""
    person = own_person(uow, lock=True)
    service = catalog.services_by_ids(uow, [command.service_id]).get(command.service_id)
    if service is None or not service.is_active:
        raise ServiceUnknown(
            "The catalog has no such service. Look it up by name and use its id.",
            service_id=command.service_id,
        )
    prices = _checked(command, service)
    mine = repository.offerings(uow.session, Offering.instructor_id == person.row.id)
    if len(mine.get(person.row.id, [])) >= policy.MAX_OFFERINGS:
        raise TooManyOfferings(
            f"A profile has at most {policy.MAX_OFFERINGS} services. Give one up first.",
            limit=policy.MAX_OFFERINGS,
        )
    row = repository.offering_of(uow.session, person.row.id, service.id)
    if row is not None and row.is_active:
        raise AlreadyOffered(
            "You teach this service already. Change that offering instead.", offering_id=row.id
        )
    if row is None:
        row = Offering(
            id=new_id(),
            instructor_id=person.row.id,
            service_id=service.id,
            created_at=uow.now,
            skill_levels=list(SkillLevel),
            filters={},
        )
        uow.session.add(row)
    row.is_active = True
    _write(uow, row, command, prices)
    return settle(uow, person, "instructors.add_offering", offering_id=row.id)


@operation("instructors.update_offering")
def update_offering(uow: Uow, offering_id: str, command: OfferingTerms) -> OwnProfileView:
    """Teach a service on these terms from now on. Lessons that are booked keep theirs."""
    person = own_person(uow, lock=True)
    row = _own_offering(uow, person, offering_id)
    service = catalog.services_by_ids(uow, [row.service_id])[row.service_id]
    prices = _checked(command, service)
    _write(uow, row, command, prices)
    return settle(uow, person, "instructors.update_offering", offering_id=row.id)


@operation("instructors.remove_offering")
def remove_offering(uow: Uow, offering_id: str) -> OwnProfileView:
    """Teach a service no more. Lessons that are booked stay booked."""
    person = own_person(uow, lock=True)
    row = _own_offering(uow, person, offering_id)
    row.is_active = False
    return settle(uow, person, "instructors.remove_offering", offering_id=row.id)


def _own_offering(uow: Uow, person: Person, offering_id: str) -> Offering:
    wanted = repository.offerings(
        uow.session, Offering.id == offering_id, Offering.instructor_id == person.row.id
    )
    found = wanted.get(person.row.id)
    if not found:
        raise OfferingNotFound(
            "You teach no such offering. Look at your profile for their ids.",
            offering_id=offering_id,
        )
    return found[0].row


def _write(
    uow: Uow, row: Offering, command: OfferingTerms, prices: dict[LessonFormat, int]
) -> None:
    row.description = command.description or None
    row.durations = sorted(set(command.durations))
    row.age_groups = sorted({group.value for group in command.age_groups})
    if command.skill_levels is not None:
        row.skill_levels = [level.value for level in SkillLevel if level in command.skill_levels]
    if command.filters is not None:
        row.filters = {
            key: sorted(set(values)) for key, values in command.filters.items() if values
        }
    uow.session.flush()
    repository.set_prices(uow.session, row.id, prices)


def _checked(command: OfferingTerms, service: ServiceView) -> dict[LessonFormat, int]:
    """The prices by format. Refuses what the catalog or the floors do not allow."""
    repeated = policy.repeated([price.format.value for price in command.prices])
    if repeated:
        raise FormatRepeated("Give each format one price only.", formats=repeated)
    prices = {LessonFormat(price.format): price.hourly_rate_cents for price in command.prices}
    low = policy.below_floor(prices)
    if low is not None:
        floor = policy.floor_cents(low)
        raise PriceBelowFloor(
            f"An hour costs at least {dollars(floor)} in this format. Raise the price.",
            format=low.value,
            hourly_rate_cents=prices[low],
            required_floor_cents=floor,
        )
    if LessonFormat.ONLINE in prices and not service.online_capable:
        raise OnlineImpossible(
            f"{service.name} cannot be taught online. Leave out the online price.",
            service_id=service.id,
        )
    unfit = policy.unfit_durations(command.durations, service.durations)
    if unfit:
        raise DurationNotAllowed(
            f"{service.name} is taught for {_listed(service.durations)} minutes."
            " Choose from those.",
            durations=[str(minutes) for minutes in unfit],
        )
    wrong = [group for group in command.age_groups if group not in service.age_groups]
    if wrong:
        raise AgeGroupNotAllowed(
            f"{service.name} is for {_listed(service.age_groups)}. Choose from those.",
            age_groups=[group.value for group in wrong],
        )
    _require_filters(command, service)
    return prices


def _require_filters(command: OfferingTerms, service: ServiceView) -> None:
    """Refuse keys and values that the catalog does not have for this service's subcategory."""
    known = catalog.filter_definitions(service.category_slug, service.subcategory_slug)
    allowed = [one for one in known if one.key != SKILL_LEVEL]
    wrong = filtering.misfits(command.filters or {}, allowed)
    if wrong:
        raise FilterNotAllowed(
            f"{service.subcategory} has no filter {', '.join(wrong)}."
            f" {filtering.describe(allowed)} Levels go into skill_levels.",
            filters=wrong,
        )


def _listed(values: list[int] | list[AgeGroup]) -> str:
    return ", ".join(str(value) for value in values)
