"""The text from which a vector is made, and how it is known that it changed."""

import hashlib

from instainstru_core.domains.catalog.types import Entry


def service_text(entry: Entry) -> str:
    """What a service is, in the words that people use for it."""
    ages = ", ".join(group.value for group in entry.age_groups)
    return (
        f"{entry.name}: {', '.join(entry.synonyms)}. {entry.description}"
        f" {entry.subcategory.name}, {entry.category.name}. For {ages}."
    )


def area_text(name: str, borough: str) -> str:
    """What an area is called, and where it is."""
    return f"{name}, {borough}, NYC location"


def place_text(words: str) -> str:
    """What someone calls a place, in the form that areas have."""
    return f"{words}, NYC location"


def text_hash(text: str) -> str:
    """Changes with the text."""
    return hashlib.sha256(text.encode()).hexdigest()[:32]
