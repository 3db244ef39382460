"""Catalog vocabulary. Pure."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


class AgeGroup(StrEnum):
    """Whom a service is for."""

    TODDLER = "toddler"
    KIDS = "kids"
    TEENS = "teens"
    ADULTS = "adults"


class SkillLevel(StrEnum):
    """How far somebody has come. Every subcategory has these as its filter `skill_level`."""

    BEGINNER = "beginner"
    INTERMEDIATE = "intermediate"
    ADVANCED = "advanced"


SKILL_LEVEL = "skill_level"
"""The key of that filter. Offerings keep it apart from the others."""


@dataclass(frozen=True, slots=True)
class FilterOption:
    """One value of a filter. `words` are what people also type when they mean it; value and label
    mean it too, unless they are not `heard` because they mean other things as often.
    """

    value: str
    label: str
    words: tuple[str, ...] = ()
    heard: bool = True


@dataclass(frozen=True, slots=True)
class FilterDefinition:
    """Something that offerings can be told apart by, with the options that apply."""

    key: str
    label: str
    options: tuple[FilterOption, ...]

    @property
    def values(self) -> tuple[str, ...]:
        return tuple(option.value for option in self.options)


class Group(NamedTuple):
    """A category or a subcategory, and what else it may be called."""

    id: str
    slug: str
    name: str
    synonyms: tuple[str, ...]


class Entry(NamedTuple):
    """A service, where it stands, and all that it may be called."""

    id: str
    slug: str
    name: str
    description: str
    synonyms: tuple[str, ...]
    age_groups: tuple[AgeGroup, ...]
    subcategory: Group
    category: Group
