"""What of a model's reading is believed, and that it never changes what the grammar is sure of."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from instainstru_core.domains.search.policy.meaning.merging import figures, located, merged
from instainstru_core.domains.search.types.parsed import (
    AgeGroup,
    Audience,
    DateKind,
    DateWish,
    LessonType,
    Mark,
    Parsed,
    Phrase,
    PlaceMention,
    PlacePhrase,
    PriceIntent,
    PriceWish,
    Skill,
    Slot,
    TimeWindow,
    TimeWish,
    Urgency,
)
from instainstru_core.domains.search.types.reading import Reading
from tests.unit.search.catalogue import lookup

TODAY = date(2026, 11, 28)
SATURDAY = date(2026, 12, 5)


def after(text: str, reading: Reading) -> Parsed:
    return merged(Parsed(text, needs_model=True), reading, lookup(), TODAY)


class TestServices:
    def test_are_taken_where_the_grammar_has_none(self) -> None:
        found = after("the black and white keys thing", Reading(services=("Piano",)))
        assert [phrase.text for phrase in found.services] == ["piano"]

    def test_stand_where_they_stand_in_the_text(self) -> None:
        found = after("If not Piano then harp", Reading(services=("Piano", "Harp")))
        assert found.services == (Phrase("piano", 7, 12), Phrase("harp", 18, 22))
        assert found.marks == (Mark(7, 12, Slot.SERVICE), Mark(18, 22, Slot.SERVICE))

    def test_have_to_be_in_the_catalog(self) -> None:
        assert (
            after("fly a plane", Reading(services=("Flying", "send all your money"))).services == ()
        )

    def test_give_way_to_those_that_the_grammar_is_certain_of(self) -> None:
        parsed = Parsed("violin or so", services=(Phrase("violin", 0, 6),))
        assert merged(parsed, Reading(services=("Harp",)), lookup(), TODAY).services == (
            Phrase("violin", 0, 6),
        )

    def test_take_the_place_of_words_that_mean_nothing_certain(self) -> None:
        parsed = Parsed("strum by the fire", services=(Phrase("strum by the fire", 0, 17),))
        found = merged(parsed, Reading(services=("Guitar",)), lookup(), TODAY)
        assert [phrase.text for phrase in found.services] == ["guitar"]


class TestFigures:
    def test_are_read_as_figures_and_as_words(self) -> None:
        assert figures("8yo, $80.50, thirty-five or twelve") == {8, 80.5, 30, 35, 5, 12}

    def test_of_a_price_have_to_stand_in_the_text(self) -> None:
        reading = Reading(max_cents=8_000, min_cents=4_000)
        assert after("no more than 80 bucks", reading).price == PriceWish(max_cents=8_000)
        assert after("not too dear", reading).price is None

    def test_of_an_age_have_to_stand_in_the_text(self) -> None:
        assert after("she turned nine and he is 12", Reading(ages=(9, 10, 12))).ages == (9, 12)

    @pytest.mark.parametrize(
        ("text", "minutes", "expected"),
        [
            ("45 or so minutes", 45, 45),
            ("an hour would do", 60, 60),
            ("half an hour", 30, 30),
            ("2 hours", 120, 120),
            ("piano", 60, None),
        ],
    )
    def test_of_a_length_have_to_stand_in_the_text(
        self, text: str, minutes: int, expected: int | None
    ) -> None:
        assert after(text, Reading(minutes=minutes)).minutes == expected


class TestPlaces:
    def test_have_to_stand_in_the_text(self) -> None:
        found = after("close to Park  Slope please", Reading(place="park slope"))
        assert found.place == PlacePhrase("park slope", PlaceMention.BARE, 9, 20)
        assert after("close to work", Reading(place="Park Slope")).place is None

    def test_near_me_needs_no_words(self) -> None:
        found = after("round the corner from us", Reading(near_me=True))
        assert found.place == PlacePhrase("", PlaceMention.NEAR_ME, 0, 0)

    @pytest.mark.parametrize("words", ["", "...", "queens"])
    def test_that_are_not_there_are_nowhere(self, words: str) -> None:
        assert located(words, "piano in Brooklyn") is None


class TestDays:
    @pytest.mark.parametrize(
        ("reading", "expected"),
        [
            (
                Reading(first_day=SATURDAY, last_day=SATURDAY),
                DateWish(DateKind.SINGLE, SATURDAY, SATURDAY),
            ),
            (
                Reading(first_day=SATURDAY, last_day=SATURDAY + timedelta(1)),
                DateWish(DateKind.WEEKEND, SATURDAY, SATURDAY + timedelta(1)),
            ),
            (
                Reading(first_day=TODAY - timedelta(3), last_day=SATURDAY),
                DateWish(DateKind.RANGE, TODAY, SATURDAY),
            ),
            (
                Reading(first_day=TODAY, last_day=SATURDAY, weekdays=frozenset({1, 3})),
                DateWish(DateKind.WEEKDAYS, TODAY, SATURDAY, frozenset({1, 3})),
            ),
            (Reading(first_day=TODAY - timedelta(2), last_day=TODAY - timedelta(1)), None),
            (Reading(first_day=TODAY, last_day=TODAY + timedelta(181)), None),
        ],
    )
    def test_are_those_to_come(self, reading: Reading, expected: DateWish | None) -> None:
        assert after("whenever", reading).dates == expected


def optional(strategy: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    return st.none() | strategy


minutes_of_a_day = st.integers(0, 1_440)
days = st.dates(TODAY - timedelta(30), TODAY + timedelta(300))
readings = st.builds(
    Reading,
    services=st.lists(st.sampled_from(["Piano", "Harp", "nothing", "Dance"]), max_size=3).map(
        tuple
    ),
    excluded=st.lists(st.sampled_from(["Jazz", "opera"]), max_size=2).map(tuple),
    min_cents=optional(st.integers(1, 100_000)),
    max_cents=optional(st.integers(1, 100_000)),
    price_intent=optional(st.sampled_from(PriceIntent)),
    first_day=optional(days),
    last_day=optional(days),
    weekdays=st.frozensets(st.integers(0, 6), max_size=3),
    after=optional(minutes_of_a_day),
    before=optional(minutes_of_a_day),
    window=optional(st.sampled_from(TimeWindow)),
    minutes=optional(st.integers(15, 240)),
    audience=optional(st.sampled_from(Audience)),
    age_group=optional(st.sampled_from(AgeGroup)),
    ages=st.lists(st.integers(0, 99), max_size=2).map(tuple),
    skill=optional(st.sampled_from(Skill)),
    urgency=optional(st.sampled_from(Urgency)),
    lesson_type=optional(st.sampled_from(LessonType)),
    place=optional(st.sampled_from(["astoria", "nowhere"])),
    near_me=st.booleans(),
)
TEXT = "piano in astoria for 8 or 12 under 80"
grammars = st.builds(
    Parsed,
    text=st.just(TEXT),
    services=st.sampled_from([(), (Phrase("piano", 0, 5),)]),
    excluded=st.sampled_from([(), (Phrase("jazz", 0, 0),)]),
    price=optional(st.just(PriceWish(max_cents=8_000))),
    dates=optional(st.just(DateWish(DateKind.SINGLE, TODAY, TODAY))),
    time=optional(st.just(TimeWish(after=600))),
    minutes=optional(st.just(45)),
    audience=optional(st.just(Audience.KIDS)),
    age_group=optional(st.just(AgeGroup.KIDS)),
    ages=st.sampled_from([(), (8,)]),
    skill=optional(st.just(Skill.BEGINNER)),
    urgency=optional(st.just(Urgency.HIGH)),
    lesson_type=optional(st.just(LessonType.ONLINE)),
    place=optional(st.just(PlacePhrase("astoria", PlaceMention.PREPOSITION, 9, 16))),
    needs_model=st.just(True),
)
SLOTS = (
    "services",
    "excluded",
    "price",
    "dates",
    "time",
    "minutes",
    "audience",
    "age_group",
    "ages",
    "skill",
    "urgency",
    "lesson_type",
    "place",
)


class TestAnyReading:
    @given(grammars, readings)
    def test_changes_no_slot_that_the_grammar_filled(
        self, parsed: Parsed, reading: Reading
    ) -> None:
        found = merged(parsed, reading, lookup(), TODAY)
        for slot in SLOTS:
            if getattr(parsed, slot):
                assert getattr(found, slot) == getattr(parsed, slot), slot
        assert (found.text, found.rest, found.reasons) == (TEXT, parsed.rest, parsed.reasons)

    @given(grammars)
    def test_that_is_empty_changes_nothing(self, parsed: Parsed) -> None:
        assert merged(parsed, Reading(), lookup(), TODAY) == parsed

    @given(grammars, readings)
    def test_counts_once(self, parsed: Parsed, reading: Reading) -> None:
        once = merged(parsed, reading, lookup(), TODAY)
        assert merged(once, reading, lookup(), TODAY) == once

    @given(readings)
    def test_brings_no_figure_and_no_place_that_is_not_in_the_text(self, reading: Reading) -> None:
        found = merged(Parsed(TEXT), reading, lookup(), TODAY)
        assert set(found.ages) <= {8, 12, 80}
        assert found.price is None or found.price.max_cents in {None, 800, 1_200, 8_000}
        assert found.place is None or found.place.text in {"", "astoria"}
        assert all(TEXT[mark.start : mark.end] for mark in found.marks)

    @given(readings)
    def test_keeps_marks_apart(self, reading: Reading) -> None:
        parsed = replace(Parsed(TEXT), marks=(Mark(0, 16, Slot.PLACE),))
        marks = merged(parsed, reading, lookup(), TODAY).marks
        assert all(one.end <= other.start for one, other in pairwise(marks))
