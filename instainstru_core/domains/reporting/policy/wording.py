"""What staff see of words that one person alone typed: those that many use, nothing else. Pure."""

from collections.abc import Iterable
from collections.abc import Set as AbstractSet

LEAST_PEOPLE = 2
"""From so many people on, words are nobody's in particular and are shown as they are."""

LEFT_OUT = "…"
LONGEST_NUMBER = 3

_COMMON = """
    a about above adult adults advanced affordable after afternoon afternoons all an and any anyone
    apartment april around asap at august available baby be beginner beginners before below best
    between boy boys budget but by can cheap child children class classes close coach coaching come
    comes course courses daily daughter day days december dollars earliest early evening evenings
    every except experienced expert february find for free friday fridays from girl girls good grade
    grader great group hi high home hour hours house i im in infant instructor instructors
    intermediate is january july june kid kids late learn lesson lessons less level library like
    looking lunch march max maximum may me middle min minimum minute minutes monday mondays month
    more morning mornings my near nearby need new next night nights no noon not november now
    october of off old on one online only or our over park per person place please preschool private
    professional saturday saturdays school seeking senior seniors september session sessions she
    soon someone son spring student studio summer sunday sundays teach teacher teachers teaching
    teen teenager teens that the their this thursday thursdays to toddler toddlers today tomorrow
    tonight trainer training tuesday tuesdays tutor tutoring tutors two under until up urgent very
    virtual want wednesday wednesdays week weekday weekdays weekend weekends weekly weeks who winter
    with without work workshop would year years yo young zoom am pm mon tue tues wed thu thur thurs
    fri sat sun jan feb mar apr jun jul aug sep sept oct nov dec 1st 2nd 3rd
"""
COMMON = frozenset(_COMMON.split())


def words_of(texts: Iterable[str]) -> frozenset[str]:
    """Each word of these folded texts."""
    return frozenset(word for text in texts for word in text.split())


def shown(text: str, people: int, known: AbstractSet[str]) -> str:
    """A folded text as staff may see it: whole if several people typed it, else without the words
    that are neither in the catalog nor on the map nor common. Long numbers are such words.
    """
    if people >= LEAST_PEOPLE:
        return text
    kept: list[str] = []
    for word in text.split():
        if word in known or word in COMMON or _is_short_number(word):
            kept.append(word)
        elif not kept or kept[-1] != LEFT_OUT:
            kept.append(LEFT_OUT)
    return " ".join(kept) or LEFT_OUT


def _is_short_number(word: str) -> bool:
    digits = word.removesuffix("am").removesuffix("pm").removesuffix("yo")
    return digits.isdigit() and len(digits) <= LONGEST_NUMBER
