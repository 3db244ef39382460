"""The texts from which vectors are made, and how it is known that one changed."""

import hashlib
from dataclasses import dataclass
from typing import NamedTuple

from instainstru_core.domains.catalog.types import Entry


class Part(NamedTuple):
    """One of the texts about a subject."""

    subject: str
    at: int


@dataclass(frozen=True, slots=True)
class Text:
    """What a vector is made from. The hash changes with it."""

    words: str

    @property
    def hash(self) -> str:
        return hashlib.sha256(self.words.encode()).hexdigest()[:32]


def service_texts(entry: Entry) -> tuple[str, ...]:
    """What a service is, in the words that people use for it: a text for each of its names, one for
    all of them, and one for what it is about. The nearest of them counts.
    """
    return (
        f"{entry.name}, {entry.subcategory.name}",
        f"{entry.name}: {', '.join(entry.synonyms)}",
        entry.description,
        *entry.synonyms,
    )


def area_texts(name: str, borough: str) -> tuple[str, ...]:
    """What an area is called, as a whole and in its parts, and where it is."""
    parts = [part.strip() for part in name.split("/")]
    return tuple(f"{one}, {borough}, NYC location" for one in dict.fromkeys((name, *parts)) if one)


def place_text(words: str) -> str:
    """What someone calls a place, in the form that areas have."""
    return f"{words}, NYC location"
