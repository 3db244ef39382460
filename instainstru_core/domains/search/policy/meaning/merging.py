"""What of a model's reading is believed, and how it goes under what the grammar is certain of.

A slot that the grammar filled stays as it is; only wishes of which the catalog knows none for
certain give way to services that it has. A slot that the grammar left empty takes what the model
says, if the text bears it out: figures have to stand in it, and so have the words of a place.
"""

import re
from dataclasses import replace
from datetime import date, timedelta

from instainstru_core.domains.catalog.policy import fold
from instainstru_core.domains.search.policy.meaning.lookup import Lookup
from instainstru_core.domains.search.types.parsed import (
    DateKind,
    DateWish,
    Mark,
    Parsed,
    Phrase,
    PlaceMention,
    PlacePhrase,
    PriceWish,
    Slot,
    TimeWish,
)
from instainstru_core.domains.search.types.reading import Reading

MOST_DAYS_AHEAD = 180
SATURDAY, SUNDAY = 5, 6

# fmt: off
_TENS = {
    "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80,
    "ninety": 90, "hundred": 100,
}
_ONES = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8,
    "nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15,
    "sixteen": 16, "seventeen": 17, "eighteen": 18, "nineteen": 19,
}
# fmt: on
_LENGTHS = {30: ("half", "30"), 45: ("45", "quarter"), 60: ("hour", "60"), 90: ("90", "half")}
_WORD = re.compile(r"[^\W_]+")
_FIGURE = re.compile(r"\d+(?:\.\d+)?")


def merged(parsed: Parsed, reading: Reading, lookup: Lookup, today: date) -> Parsed:
    """What the grammar is certain of; of the rest what the model says and the text bears out."""
    text = parsed.text
    services = _services(parsed, reading, lookup)
    excluded = parsed.excluded or _phrases(reading.excluded, text, lookup)
    place = parsed.place or _place(reading, text)
    result = replace(
        parsed,
        services=services,
        excluded=excluded,
        price=parsed.price or _price(reading, text),
        dates=parsed.dates or _dates(reading, today),
        time=parsed.time or _time(reading),
        minutes=parsed.minutes or _minutes(reading, text),
        audience=parsed.audience or reading.audience,
        age_group=parsed.age_group or reading.age_group,
        ages=parsed.ages or tuple(age for age in reading.ages if float(age) in figures(text)),
        skill=parsed.skill or reading.skill,
        urgency=parsed.urgency or reading.urgency,
        lesson_type=parsed.lesson_type or reading.lesson_type,
        place=place,
    )
    return replace(result, marks=_marks(parsed, result))


def figures(text: str) -> frozenset[float]:
    """The numbers that stand in a text, as figures or as words."""
    found = {float(figure) for figure in _FIGURE.findall(text)}
    words = [word.casefold() for word in _WORD.findall(text)]
    for at, word in enumerate(words):
        if word in _ONES:
            found.add(float(_ONES[word]))
        if word in _TENS:
            found.add(float(_TENS[word]))
            following = _ONES.get(words[at + 1], 0) if at + 1 < len(words) else 0
            found.add(float(_TENS[word] + following))
    return frozenset(found)


def located(words: str, text: str) -> tuple[int, int] | None:
    """Where these words stand in a text as it was typed, however they are written."""
    wanted = fold(words).split()
    if not wanted:
        return None
    typed = [(fold(match.group()), match.start(), match.end()) for match in _WORD.finditer(text)]
    for at in range(len(typed) - len(wanted) + 1):
        if [word for word, _, _ in typed[at : at + len(wanted)]] == wanted:
            return typed[at][1], typed[at + len(wanted) - 1][2]
    return None


def _services(parsed: Parsed, reading: Reading, lookup: Lookup) -> tuple[Phrase, ...]:
    if any(lookup.find(phrase.text).is_certain for phrase in parsed.services):
        return parsed.services
    return _phrases(reading.services, parsed.text, lookup) or parsed.services


def _phrases(names: tuple[str, ...], text: str, lookup: Lookup) -> tuple[Phrase, ...]:
    """The names that the catalog has; where they stand in the text, if they do."""
    found: dict[str, Phrase] = {}
    for name in names:
        folded = fold(name)
        if folded and lookup.named(folded) is not None:
            start, end = located(name, text) or (0, 0)
            found.setdefault(folded, Phrase(folded, start, end))
    return tuple(found.values())


def _place(reading: Reading, text: str) -> PlacePhrase | None:
    if reading.place is not None:
        where = located(reading.place, text)
        if where is not None:
            return PlacePhrase(fold(reading.place), PlaceMention.BARE, *where)
    if reading.near_me:
        return PlacePhrase("", PlaceMention.NEAR_ME, 0, 0)
    return None


def _price(reading: Reading, text: str) -> PriceWish | None:
    known = figures(text)
    least, most = (
        cents if cents is not None and cents / 100 in known else None
        for cents in (reading.min_cents, reading.max_cents)
    )
    if least is None and most is None:
        return PriceWish(intent=reading.price_intent) if reading.price_intent else None
    return PriceWish(min_cents=least, max_cents=most)


def _dates(reading: Reading, today: date) -> DateWish | None:
    first, last = reading.first_day, reading.last_day
    if first is None or last is None:
        return None
    first = max(first, today)
    if not first <= last <= today + timedelta(days=MOST_DAYS_AHEAD):
        return None
    if reading.weekdays:
        return DateWish(DateKind.WEEKDAYS, first, last, reading.weekdays)
    if first == last:
        return DateWish(DateKind.SINGLE, first, last)
    if first.weekday() == SATURDAY and last - first == timedelta(days=1):
        return DateWish(DateKind.WEEKEND, first, last)
    return DateWish(DateKind.RANGE, first, last)


def _time(reading: Reading) -> TimeWish | None:
    after, before, window = reading.after, reading.before, reading.window
    if after is not None and before is not None and after >= before:
        after = before = None
    if after is None and before is None and window is None:
        return None
    return TimeWish(after=after, before=before, window=window)


def _minutes(reading: Reading, text: str) -> int | None:
    minutes = reading.minutes
    if minutes is None:
        return None
    words = set(fold(text).split())
    if float(minutes) in figures(text) or minutes / 60 in figures(text):
        return minutes
    return minutes if words & set(_LENGTHS.get(minutes, ())) else None


def _marks(before: Parsed, after: Parsed) -> tuple[Mark, ...]:
    """The stretches that are understood now, in their order; none over another."""
    added = [
        *((Slot.SERVICE, one) for one in after.services if one not in before.services),
        *((Slot.EXCLUSION, one) for one in after.excluded if not before.excluded),
        *([(Slot.PLACE, after.place)] if after.place and not before.place else ()),
    ]
    marks = list(before.marks)
    for slot, one in added:
        free = all(one.end <= mark.start or mark.end <= one.start for mark in marks)
        if one.end > one.start and free:
            marks.append(Mark(one.start, one.end, slot))
    return tuple(sorted(marks, key=lambda mark: mark.start))
