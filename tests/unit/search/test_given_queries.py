"""The queries of `../shared/data/search_cases_dev.jsonl` that are about reading a text."""

from collections.abc import Callable, Mapping
from statistics import median
from time import perf_counter
from typing import cast

import pytest

from instainstru_core.domains.regions.types import PlaceKind
from instainstru_core.domains.search.policy.grammar import parse
from instainstru_core.domains.search.policy.grammar.lexicon import LESSON_WORDS
from instainstru_core.domains.search.policy.grammar.prices import Thresholds, priced
from instainstru_core.domains.search.policy.grammar.tokens import tokenized
from instainstru_core.domains.search.types.parsed import (
    DateKind,
    LessonType,
    Parsed,
    PlaceMention,
    PriceWish,
)
from tests.unit.search.cases import Case, cases
from tests.unit.search.knowledge import entries, gazetteer, words

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
NOTED = {"note", "why"}


@pytest.mark.parametrize("case", cases("parse", "typo", "llm_parse"), ids=str)
def test_a_given_query_is_read_as_expected(case: Case) -> None:
    parsed = parse(case.query, words(), case.today)
    missed = {
        name: (expected, parsed)
        for name, expected in case.expect.items()
        if name not in NOTED and not CHECKS[name](case, parsed, expected)
    }
    assert missed == {}


def _plain(text: str) -> str:
    """A text in folded words, without those for being taught."""
    return " ".join(token.word for token in tokenized(text) if token.word not in LESSON_WORDS)


def _services(parsed: Parsed) -> str:
    """What the other system calls the service query: the words of the wishes."""
    return " ".join(_plain(phrase.text) for phrase in parsed.services)


def _corrected(parsed: Parsed) -> str:
    return parsed.corrected or parsed.text


def _price(case: Case, parsed: Parsed) -> PriceWish:
    """The price with its intent in cents, by the thresholds of the case where it has some."""
    given = cast(Mapping[str, Mapping[str, int]] | None, case.given.get("price_thresholds"))
    named = [words().term_at([_stem(p.text)], 0, 1) for p in parsed.services]
    categories = {c for found in named if found for c in found[1].categories}
    if given is None:
        return priced(parsed.price, categories) or PriceWish()
    table = {
        key: Thresholds(
            100 * t["budget_max"] if "budget_max" in t else None,
            100 * t["premium_min"] if "premium_min" in t else None,
        )
        for key, t in given.items()
    }
    return priced(parsed.price, categories, table) or PriceWish()


def _stem(word: str) -> str:
    return word.removesuffix("s")


def _dollars(cents: int | None) -> float | None:
    return None if cents is None else cents / 100


def _clock(minutes: int | None) -> str | None:
    """Minutes as the other system writes them, which has no 24:00."""
    if minutes is None:
        return None
    return f"{min(minutes, 1439) // 60:02}:{min(minutes, 1439) % 60:02}"


def _date(parsed: Parsed) -> object:
    return parsed.dates.first if parsed.dates and parsed.dates.kind is DateKind.SINGLE else None


def _location(parsed: Parsed) -> str | None:
    return parsed.place.text if parsed.place and parsed.place.text else None


def _location_type(parsed: Parsed) -> str | None:
    if parsed.place is None:
        return None
    if parsed.place.how is PlaceMention.NEAR_ME:
        return "near_me"
    place = gazetteer().find(parsed.place.text)
    return "borough" if place and place.kind is PlaceKind.BOROUGH else "neighborhood"


def _lesson_type(parsed: Parsed) -> str:
    if parsed.lesson_type is None:
        return "any"
    return "online" if parsed.lesson_type is LessonType.ONLINE else "in_person"


def _constraints(parsed: Parsed) -> int:
    slots = (parsed.price, parsed.dates, parsed.time, parsed.place, parsed.audience)
    return sum(slot is not None for slot in slots)


def _median_ms(case: Case) -> float:
    def seconds() -> float:
        started = perf_counter()
        parse(case.query, words(), case.today)
        return perf_counter() - started

    return median(seconds() for _ in range(50)) * 1000


def _any_of(case: Case, parsed: Parsed, expected: object) -> bool:
    return any(
        all(CHECKS[name](case, parsed, value) for name, value in option.items())
        for option in cast(list[Mapping[str, object]], expected)
    )


def _holds(text: str, words_: object) -> bool:
    """Whether a text has all of these words, or words that begin so."""
    return all(_plain(str(word)) in text for word in cast(list[str], words_))


Check = Callable[[Case, Parsed, object], bool]

CHECKS: Mapping[str, Check] = {
    "any_of": _any_of,
    "audience_hint": lambda _, p, e: p.audience == e,
    "confidence": lambda _, p, e: p.needs_model is (cast(float, e) < 0.9),
    "confidence_max": lambda _, p, e: p.needs_model is (cast(float, e) <= 0.9),
    "confidence_min": lambda _, p, e: p.needs_model is (cast(float, e) < 0.9),
    "constraints": lambda _, p, __: _constraints(p) == 5,
    "corrected": lambda _, p, e: _corrected(p) == e,
    "corrected_intent": lambda _, p, e: _corrected(p).startswith(str(e)),
    "date": lambda c, p, e: _date(p) == (None if e is None else c.day(e)),
    "date_month_day": lambda _, p, e: p.dates is not None and f"{p.dates.first:%m-%d}" == e,
    "date_not_null": lambda _, p, e: (p.dates is not None) is e,
    "date_range_start": lambda c, p, e: p.dates is not None and p.dates.first == c.day(e),
    "date_type": lambda _, p, e: p.dates is not None and p.dates.kind == e,
    "date_weekday": lambda _, p, e: p.dates is not None and WEEKDAYS[p.dates.first.weekday()] == e,
    "latency_p50_ms_max": lambda c, _, e: _median_ms(c) <= cast(float, e),
    "lesson_type": lambda _, p, e: _lesson_type(p) == e,
    "llm_called": lambda _, p, e: p.needs_model is e,
    "location_intent": lambda _, p, e: _location(p) == e,
    "location_not_null": lambda _, p, e: (p.place is not None) is e,
    "location_resolves_to": lambda _, p, e: (
        (found := gazetteer().find(_location(p) or "")) is not None and found.name == e
    ),
    "location_text": lambda _, p, e: _location(p) == str(e).casefold(),
    "location_text_not": lambda _, p, e: _location(p) != e,
    "location_type": lambda _, p, e: _location_type(p) == e,
    "max_price": lambda c, p, e: _dollars(_price(c, p).max_cents) == e,
    "max_price_not": lambda c, p, e: _dollars(_price(c, p).max_cents) != e,
    "min_constraints_found": lambda _, p, e: _constraints(p) >= cast(int, e),
    "min_price": lambda c, p, e: _dollars(_price(c, p).min_cents) == e,
    "needs_llm": lambda _, p, e: p.needs_model is e,
    "original_query": lambda _, p, e: p.text == e,
    "parsing_mode": lambda _, p, e: p.needs_model is (e == "llm"),
    "price_intent": lambda _, p, e: (p.price.intent if p.price else None) == e,
    "service_contains": lambda _, p, e: _holds(_services(p), e),
    "service_contains_any": lambda _, p, e: any(
        _holds(_services(p), [word]) for word in cast(list[str], e)
    ),
    "service_excludes": lambda _, p, e: (
        not any(str(word) in _services(p) for word in cast(list[str], e))
    ),
    "service_excludes_words": lambda _, p, e: set(_services(p).split()).isdisjoint(
        cast(list[str], e)
    ),
    "service_not_null": lambda _, p, e: bool(p.services) is e,
    "service_query": lambda _, p, e: _services(p) == _plain(str(e)),
    "skill_level": lambda _, p, e: p.skill == e,
    "time_after": lambda _, p, e: p.time is not None and _clock(p.time.after) == e,
    "time_before": lambda _, p, e: p.time is not None and _clock(p.time.before) == e,
    "time_window": lambda _, p, e: p.time is not None and p.time.window == e,
    "urgency": lambda _, p, e: p.urgency == e,
    "use_user_location": lambda _, p, e: (
        (p.place is not None and p.place.how is PlaceMention.NEAR_ME) is e
    ),
    "was_corrected": lambda _, p, e: (p.corrected is not None) is e,
}


def test_every_service_of_the_catalog_has_a_category_with_thresholds() -> None:
    assert all(priced(None, {entry.category.slug}) is None for entry in entries())
