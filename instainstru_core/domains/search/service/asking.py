"""What was given beside the text of a search: checked, and its names resolved."""

from dataclasses import dataclass, replace
from datetime import date

from instainstru_core.domains.catalog import service as catalog
from instainstru_core.domains.catalog.errors import (
    CategoryNotFound,
    ServiceNotFound,
    SubcategoryNotFound,
)
from instainstru_core.domains.catalog.types import SKILL_LEVEL
from instainstru_core.domains.regions.errors import PlaceUnknown
from instainstru_core.domains.regions.types import Place, PlaceKind
from instainstru_core.domains.search.errors import (
    DayOutOfReach,
    DaysInverted,
    NothingAsked,
    PointIncomplete,
    PricesInverted,
    SkillUnknown,
    TimesInverted,
)
from instainstru_core.domains.search.policy import wanting
from instainstru_core.domains.search.schemas import SearchInstructors
from instainstru_core.domains.search.service import places
from instainstru_core.domains.search.service.vocabulary import Vocabulary
from instainstru_core.domains.search.types.asked import Given
from instainstru_core.domains.search.types.parsed import Skill
from instainstru_core.domains.search.types.wanted import Where
from instainstru_core.kernel.deadline import Deadline
from instainstru_core.kernel.uow import Uow


@dataclass(frozen=True, slots=True)
class GivenPlace:
    """Where a lesson is to be as it was given, apart from the text. `place` is None for a point
    outside the city.
    """

    place: Place | None
    where: Where


def check(command: SearchInstructors, today: date) -> None:
    """Refuse what makes no sense, whatever there is to find."""
    asked = (command.service, command.subcategory, command.category, command.area, command.borough)
    named = command.q is not None and any(letter.isalnum() for letter in command.q)
    if not named and command.latitude is None and all(one is None for one in asked):
        raise NothingAsked(
            "Say in `q` what someone wants to learn, such as 'piano in park slope',"
            " or name a `service` of the catalog."
        )
    if (command.latitude is None) != (command.longitude is None):
        raise PointIncomplete("Send latitude and longitude together, or neither.")
    least, most = command.min_price_cents, command.max_price_cents
    if least is not None and most is not None and least > most:
        raise PricesInverted("The lowest price is above the highest. Exchange them.")
    after, before = minute(command.after), minute(command.before)
    if after is not None and before is not None and after >= before:
        raise TimesInverted("The lesson would end before it starts. Exchange `after` and `before`.")
    for day in (command.on, command.first, command.last):
        if day is not None and not wanting.is_within_reach(day, today):
            raise DayOutOfReach(
                f"Search for today in New York or one of the {wanting.MAX_DAYS_AHEAD} days after"
                " it.",
                today=today.isoformat(),
            )
    if command.first is not None and command.last is not None and command.first > command.last:
        raise DaysInverted("The first day is after the last. Exchange them.")


def given(command: SearchInstructors, known: Vocabulary) -> Given:
    """The filters with the names in them resolved. Raises NotFound for those nobody knows."""
    formats = None
    if command.format is not None:
        formats = frozenset({command.format})
    elif command.lesson_type is not None:
        formats = wanting.FORMATS[command.lesson_type]
    filters = {} if command.filters is None else dict(catalog.wanted_filters(command.filters))
    levels = filters.pop(SKILL_LEVEL, None)
    return Given(
        services=_scope(command, known),
        first=command.on or command.first,
        last=command.on or command.last,
        after=minute(command.after),
        before=minute(command.before),
        minutes=command.minutes,
        formats=formats,
        min_cents=command.min_price_cents,
        max_cents=command.max_price_cents,
        age_group=command.age_group,
        skills=_skills(command.skill or ",".join(levels or ()) or None),
        filters=filters,
        min_rating=command.min_rating,
        sort=command.sort,
    )


def given_place(uow: Uow, command: SearchInstructors, *, deadline: Deadline) -> GivenPlace | None:
    """The place that is named by itself: an area, a borough, or what both have in common."""
    place: Place | None = None
    names = places.gazetteer(uow)
    if command.area is not None:
        place = (
            names.by_key(command.area) or places.resolve(uow, command.area, deadline=deadline).place
        )
        if place is None:
            raise PlaceUnknown(
                "No place is called so. List the areas and use one of their keys, or a name such as"
                " 'Park Slope'."
            )
    if command.borough is not None:
        borough = names.find(command.borough.value)
        place = borough if place is None or borough is None else _common(place, borough)
    if place is None:
        return None
    if place.kind is PlaceKind.CITY:
        return GivenPlace(place, Where())
    return GivenPlace(place, Where(frozenset(place.area_keys), place.point))


def minute(clock: str | None) -> int | None:
    """The minute of the day on a clock such as 15:30."""
    if clock is None:
        return None
    hour, _, rest = clock.partition(":")
    return int(hour) * 60 + int(rest)


def _scope(command: SearchInstructors, known: Vocabulary) -> frozenset[str] | None:
    if command.service is not None:
        found = known.services.get(command.service)
        if found is None:
            raise ServiceNotFound(
                "There is no such service. Look it up in the catalog and use its slug, such as"
                " 'piano', or its id."
            )
        return found
    scope: frozenset[str] | None = None
    if command.category is not None:
        scope = known.categories.get(command.category)
        if scope is None:
            raise CategoryNotFound(
                "There is no such category. List them and use a slug, such as 'music'."
            )
    if command.subcategory is not None:
        inner = known.subcategories.get(command.subcategory)
        if inner is None:
            raise SubcategoryNotFound(
                "There is no such subcategory. List them and use a slug, such as 'piano'."
            )
        scope = inner if scope is None else scope & inner
        if not scope:
            raise SubcategoryNotFound("This subcategory is not of this category.")
    return scope


def _skills(text: str | None) -> frozenset[Skill] | None:
    if text is None:
        return None
    try:
        return frozenset(Skill(part.strip().lower()) for part in text.split(","))
    except ValueError as failure:
        raise SkillUnknown(
            "Levels are beginner, intermediate and advanced, with commas between them, such as"
            " beginner,intermediate."
        ) from failure


def _common(place: Place, borough: Place) -> Place:
    if place.kind is PlaceKind.CITY:
        return borough
    keys = tuple(key for key in place.area_keys if key in borough.area_keys)
    return replace(place, area_keys=keys, borough=borough.borough, ambiguous=False)
