"""Commands in, views out. Public views hold no address, no exact point and no last name."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from instainstru_core.domains.accounts.types import AccountStatus
from instainstru_core.domains.catalog.policy import MAX_FILTER_KEYS, MAX_FILTER_VALUES, MAX_FILTERS
from instainstru_core.domains.catalog.types import AgeGroup, SkillLevel
from instainstru_core.domains.instructors.policy import (
    DURATION_STEP,
    MAX_DURATION,
    MAX_DURATIONS,
    MAX_PLACES,
    MAX_SERVICE_AREAS,
    MIN_DURATION,
)
from instainstru_core.domains.instructors.types import (
    InstructorStatus,
    LessonFormat,
    Milestone,
    Missing,
    PlaceKind,
    PricedFormat,
)
from instainstru_core.domains.regions.types import Borough
from instainstru_core.kernel.ids import ID_PATTERN

NO_NUL = r"^[^\x00]*$"
ONE_LINE = r"^[^\x00-\x1f\x7f]*$"

RowId = Annotated[str, StringConstraints(pattern=ID_PATTERN)]
AreaKey = Annotated[str, StringConstraints(min_length=1, max_length=120, pattern=ONE_LINE)]
Bio = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=10, max_length=1000, pattern=NO_NUL),
]
Words = Annotated[str, StringConstraints(strip_whitespace=True, max_length=500, pattern=NO_NUL)]
FilterWord = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z_]*$", max_length=40)]
FilterValues = Annotated[list[FilterWord], Field(max_length=MAX_FILTER_VALUES)]
Minutes = Annotated[int, Field(ge=MIN_DURATION, le=MAX_DURATION, multiple_of=DURATION_STEP)]


class Command(BaseModel):
    """What all commands share: nothing unknown, nothing changed on the way."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class View(BaseModel):
    """What all views share."""

    model_config = ConfigDict(frozen=True)


class UpdateProfile(Command):
    """What to change of one's own profile. What is left out stays."""

    bio: Bio | None = Field(
        default=None,
        description="Who you are and how you teach, 10 to 1000 characters.",
        examples=["I teach piano patiently, from the first note to the first concert."],
    )
    years_experience: int | None = Field(default=None, ge=1, le=50)
    buffer_minutes: int | None = Field(
        default=None, ge=10, le=120, description="The pause between two lessons."
    )
    travel_buffer_minutes: int | None = Field(
        default=None, ge=30, le=120, description="The pause when you travel to either lesson."
    )
    overnight_protection: bool | None = Field(
        default=None,
        description="Whether lessons early in the day have to be booked before the evening.",
    )


class PriceIn(Command):
    """What an hour costs in one format. A neutral place has no price of its own."""

    format: PricedFormat
    hourly_rate_cents: int = Field(ge=1, le=100_000)


class OfferingTerms(Command):
    """How a service is taught."""

    description: Words | None = None
    durations: list[Minutes] = Field(min_length=1, max_length=MAX_DURATIONS, examples=[[30, 60]])
    age_groups: list[AgeGroup] = Field(min_length=1, max_length=len(AgeGroup))
    skill_levels: list[SkillLevel] | None = Field(
        default=None,
        min_length=1,
        max_length=len(SkillLevel),
        description="Left out, a new offering is for all levels, and another keeps its own.",
    )
    filters: dict[FilterWord, FilterValues] | None = Field(
        default=None,
        max_length=MAX_FILTER_KEYS,
        description="What else applies, by the keys and values that the catalog has for the"
        " service's subcategory. Left out, an offering keeps what it had.",
        examples=[{"goal": ["hobby", "performance"]}],
    )
    prices: list[PriceIn] = Field(
        min_length=1,
        max_length=len(PricedFormat),
        description="The formats with a price are those that are offered.",
    )


class AddOffering(OfferingTerms):
    """A service to be taught from now on. One that was given up before comes back."""

    service_id: RowId = Field(description="A service of the catalog.")


class ReplaceAreas(Command):
    """All areas the instructor travels to, in place of those there were."""

    area_keys: list[AreaKey] = Field(max_length=MAX_SERVICE_AREAS, examples=[["brooklyn-heights"]])


class PlaceIn(Command):
    """A place to teach at."""

    label: Annotated[
        str,
        StringConstraints(strip_whitespace=True, min_length=1, max_length=64, pattern=ONE_LINE),
    ] = Field(examples=["Studio"])
    address_line: Annotated[
        str,
        StringConstraints(strip_whitespace=True, min_length=5, max_length=512, pattern=ONE_LINE),
    ] = Field(examples=["350 5th Ave, New York, NY 10118"])
    latitude: float = Field(ge=-90, le=90, allow_inf_nan=False)
    longitude: float = Field(ge=-180, le=180, allow_inf_nan=False)


class ReplacePlaces(Command):
    """All places of one kind, in the order they are shown, in place of those there were."""

    places: list[PlaceIn] = Field(max_length=MAX_PLACES)


class ListingFilters(Command):
    """Which instructors are wanted. What is not given does not narrow the list."""

    service_id: RowId | None = Field(default=None, description="They teach this service.")
    area_key: AreaKey | None = Field(
        default=None, description="They travel to this area, or teach in it."
    )
    format: LessonFormat | None = Field(default=None, description="They teach in this format.")
    filters: str | None = Field(
        default=None,
        max_length=MAX_FILTERS,
        description="They teach something to which this applies: one value of each key.",
        examples=["skill_level:beginner|goal:hobby,performance"],
    )


class PriceView(View):
    """What an hour costs in one format."""

    format: LessonFormat
    hourly_rate_cents: int


class OfferingView(View):
    """A service someone teaches."""

    id: str
    instructor_id: str
    service_id: str
    service_slug: str = Field(examples=["piano"])
    service_name: str = Field(examples=["Piano"])
    description: str | None
    durations: list[int] = Field(description="Lesson lengths to choose from, in minutes.")
    age_groups: list[AgeGroup]
    skill_levels: list[SkillLevel] = Field(description="How far its students may have come.")
    filters: dict[str, list[str]] = Field(
        description="What else applies, by the filters of the catalog.",
        examples=[{"goal": ["hobby", "performance"]}],
    )
    formats: list[LessonFormat] = Field(description="Where lessons can take place.")
    prices: list[PriceView] = Field(
        description="By format. A neutral place costs what the instructor's own place does, else"
        " what travel does."
    )
    is_active: bool


class AreaView(View):
    """A neighborhood."""

    key: str = Field(examples=["brooklyn-heights"])
    name: str = Field(examples=["Brooklyn Heights"])
    borough: Borough


class PublicPlaceView(View):
    """Where someone teaches, as the public may know it: some blocks off for a private place."""

    id: str
    kind: PlaceKind
    label: str
    latitude: float = Field(description="Near the place, not at it, unless the place is public.")
    longitude: float = Field(description="Near the place, not at it, unless the place is public.")
    address_line: str | None = Field(description="Of public places only.")
    area_key: str | None


class OwnPlaceView(View):
    """A place with its address, for its owner."""

    id: str
    kind: PlaceKind
    label: str
    address_line: str
    latitude: float
    longitude: float
    public_latitude: float = Field(description="What the public sees.")
    public_longitude: float = Field(description="What the public sees.")
    area_key: str | None


class InstructorCard(View):
    """An instructor in the fewest words, for lists of other subjects."""

    id: str
    slug: str
    name: str = Field(description='Like "Maya O.".')
    timezone: str
    years_experience: int
    is_founding: bool
    is_live: bool
    is_bookable: bool = Field(description="Live, and the account is active.")


class PublicCardView(View):
    """An instructor in a list."""

    id: str
    slug: str = Field(examples=["maya-o-5b1n0d8f"])
    name: str = Field(description='Like "Maya O.".', examples=["Maya O."])
    bio: str | None
    years_experience: int
    is_founding: bool
    offerings: list[OfferingView]
    areas: list[AreaView]


class PublicProfileView(PublicCardView):
    """An instructor as everybody may see them."""

    timezone: str
    places: list[PublicPlaceView]


class ServiceTaughtView(View):
    """A service, and what there is of it."""

    id: str
    slug: str = Field(examples=["piano"])
    name: str = Field(examples=["Piano"])
    instructor_count: int = Field(description="How many teach it who can be booked.")
    from_hourly_rate_cents: int = Field(description="What an hour costs at least.")


class CategoryTaughtView(View):
    """A category with the services that most teach."""

    slug: str = Field(examples=["music"])
    name: str = Field(examples=["Music"])
    services: list[ServiceTaughtView]


class TaughtView(View):
    """What is taught most, by category in the order of the tree."""

    items: list[CategoryTaughtView]


class OwnProfileView(View):
    """A profile with everything its owner needs to know."""

    id: str
    slug: str
    name: str = Field(description="What others see.")
    bio: str | None
    years_experience: int
    timezone: str
    buffer_minutes: int
    travel_buffer_minutes: int
    overnight_protection: bool
    is_founding: bool
    is_live: bool
    status: InstructorStatus
    missing: list[Missing] = Field(description="What going live still needs.")
    offerings: list[OfferingView] = Field(description="What is taught now.")
    areas: list[AreaView]
    places: list[OwnPlaceView]
    created_at: datetime
    updated_at: datetime


class MilestoneView(View):
    """A step someone took, and when."""

    milestone: Milestone
    occurred_at: datetime


class StaffProfileView(View):
    """A profile as staff see it. Addresses stay with their owner."""

    id: str
    slug: str
    first_name: str
    last_name: str
    account_status: AccountStatus
    status: InstructorStatus
    is_live: bool
    is_founding: bool
    first_live_at: datetime | None
    deactivated_at: datetime | None = Field(description="When staff took it down; null if not.")
    missing: list[Missing]
    bio: str | None
    years_experience: int
    timezone: str
    buffer_minutes: int
    travel_buffer_minutes: int
    overnight_protection: bool
    offerings: list[OfferingView] = Field(description="Those that were given up, too.")
    areas: list[AreaView]
    places: list[PublicPlaceView]
    milestones: list[MilestoneView]
    created_at: datetime
    updated_at: datetime


class CoveredView(View):
    """Whether one instructor travels to the point."""

    instructor_id: str
    covered: bool


class CoverageView(View):
    """Who travels to a point."""

    items: list[CoveredView] = Field(description="In the order of asking, each once.")
    not_bookable: list[str] = Field(description="Ids of nobody who can be booked.")
