"""What a text says, slot by slot, with the place of each slot in it."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Slot(StrEnum):
    """What a stretch of a text is about."""

    SERVICE = "service"
    EXCLUSION = "exclusion"
    PRICE = "price"
    DATE = "date"
    TIME = "time"
    DURATION = "duration"
    AUDIENCE = "audience"
    SKILL = "skill"
    URGENCY = "urgency"
    LESSON_TYPE = "lesson_type"
    PLACE = "place"
    AGAIN = "again"


class PriceIntent(StrEnum):
    """How dear, where no figure is given."""

    BUDGET = "budget"
    STANDARD = "standard"
    PREMIUM = "premium"


class DateKind(StrEnum):
    """How many days a text means."""

    SINGLE = "single"
    RANGE = "range"
    WEEKEND = "weekend"
    WEEKDAYS = "weekdays"
    """Some days of each week, such as Saturdays, from `first` to `last`."""
    DAYS = "days"
    """Any of a few days, each by its date."""


class TimeWindow(StrEnum):
    """A part of the day with a name."""

    MORNING = "morning"
    AFTERNOON = "afternoon"
    EVENING = "evening"


class Audience(StrEnum):
    """For whom, coarsely."""

    KIDS = "kids"
    ADULTS = "adults"


class AgeGroup(StrEnum):
    """For whom, as offerings say it."""

    TODDLER = "toddler"
    KIDS = "kids"
    TEENS = "teens"
    ADULTS = "adults"


class Skill(StrEnum):
    """How far the learner is."""

    BEGINNER = "beginner"
    INTERMEDIATE = "intermediate"
    ADVANCED = "advanced"


class Urgency(StrEnum):
    """How soon, where no day is given."""

    HIGH = "high"
    MEDIUM = "medium"


class LessonType(StrEnum):
    """Where the lesson is, as people say it."""

    ONLINE = "online"
    IN_PERSON = "in_person"
    TRAVELS = "travels"
    """At the student's."""
    STUDIO = "studio"
    """At the instructor's."""


class Again(StrEnum):
    """With whom of those who taught them before."""

    LAST = "last"
    USUAL = "usual"
    """Whoever taught them most often."""
    ANY = "any"


class PlaceMention(StrEnum):
    """How a text leads to a place."""

    PREPOSITION = "preposition"
    BARE = "bare"
    ZIP = "zip"
    NEAR_ME = "near_me"
    LANDMARK = "landmark"


@dataclass(frozen=True, slots=True)
class Mark:
    """A stretch of the text as typed, half-open, and what it was understood as."""

    start: int
    end: int
    slot: Slot


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words of the text, repaired and folded, and where they stand in what was typed."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class PriceWish:
    """What an hour may cost, in cents, both ends included; or only how dear."""

    min_cents: int | None = None
    max_cents: int | None = None
    intent: PriceIntent | None = None


@dataclass(frozen=True, slots=True)
class DateWish:
    """Which local days, both ends included. `weekdays` are 0 (Monday) to 6, where only some;
    `days` are the only ones, where they are no such rule.
    """

    kind: DateKind
    first: date
    last: date
    weekdays: frozenset[int] = frozenset()
    days: tuple[date, ...] = ()


@dataclass(frozen=True, slots=True)
class TimeWish:
    """When on a day, as minutes of the wall clock: starts at or after, ends at or before."""

    after: int | None = None
    before: int | None = None
    window: TimeWindow | None = None


@dataclass(frozen=True, slots=True)
class PlacePhrase:
    """The words that name a place, not yet resolved. Empty for "near me". Several places, any of
    which will do, are told as "chelsea or soho", however they were typed.
    """

    text: str
    how: PlaceMention
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a text says. `corrected` is the whole text where a word was repaired.

    `services` are the wished phrases in order, without generic words ("lessons", "teacher");
    `excluded` are those of "not jazz" and "but no opera"; `unheeded` those that nothing can be kept
    out for: a place, or a part of what is wished. `unknown_days` are those that others set, such as
    a school's breaks. `rest` holds what means nothing here.
    """

    text: str
    corrected: str | None = None
    services: tuple[Phrase, ...] = ()
    excluded: tuple[Phrase, ...] = ()
    unheeded: tuple[Phrase, ...] = ()
    price: PriceWish | None = None
    dates: DateWish | None = None
    unknown_days: tuple[Phrase, ...] = ()
    time: TimeWish | None = None
    minutes: int | None = None
    audience: Audience | None = None
    age_group: AgeGroup | None = None
    ages: tuple[int, ...] = ()
    skill: Skill | None = None
    urgency: Urgency | None = None
    lesson_type: LessonType | None = None
    place: PlacePhrase | None = None
    again: Again | None = None
    marks: tuple[Mark, ...] = ()
    rest: str = ""
    needs_model: bool = False
    reasons: tuple[str, ...] = ()
    """Why the grammar is not certain, such as `either_or`; empty when it is."""

    def typed(self, phrase: Phrase) -> str:
        """The words of a phrase as they were typed, where they stand in the text as one."""
        return self.text[phrase.start : phrase.end] or phrase.text

    @property
    def service_text(self) -> str:
        """All that is wished to be learned, as one text."""
        return " ".join(phrase.text for phrase in self.services)
