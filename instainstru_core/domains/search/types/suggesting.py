"""What may be meant by what is typed so far. Pure."""

from dataclasses import dataclass
from enum import StrEnum


class SuggestionKind(StrEnum):
    """What is suggested, in this order where it fits equally well."""

    RECENT = "recent"
    """What whoever types searched for before."""

    SERVICE = "service"
    SUBCATEGORY = "subcategory"
    CATEGORY = "category"
    PLACE = "place"
    SERVICE_IN_PLACE = "service_in_place"


@dataclass(frozen=True, slots=True)
class Subject:
    """Something that can be suggested: `key` is a slug or a place's name, `names` are its own, the
    one that is shown first, then others.
    """

    kind: SuggestionKind
    key: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """`text` is what to show and to search for. `ranges` are the stretches of it, half-open, that
    were typed; where another name was typed, `also` is that name and they are of it.
    """

    kind: SuggestionKind
    key: str
    text: str
    score: float
    ranges: tuple[tuple[int, int], ...] = ()
    also: str | None = None
