"""What each kind of phrase says: prices, days, hours, lengths, people, ways, urgency, skill."""

from datetime import date

import pytest

from instainstru_core.domains.search.policy.grammar import parse
from instainstru_core.domains.search.types.parsed import (
    AgeGroup,
    Audience,
    DateKind,
    LessonType,
    Parsed,
    PriceIntent,
    Skill,
    Urgency,
)
from tests.unit.search.knowledge import words

SATURDAY = date(2026, 11, 28)
WEDNESDAY = date(2026, 11, 25)
EVERY_DAY = {0, 1, 2, 3, 4, 5, 6}


def read(text: str, today: date = WEDNESDAY) -> Parsed:
    return parse(text, words(), today)


class TestPrices:
    @pytest.mark.parametrize(
        ("text", "least", "most"),
        [
            ("piano under $50", None, 5000),
            ("piano under 50", None, 5000),
            ("piano < $60", None, 6000),
            ("$50 piano", None, 5000),
            ("50 bucks piano", None, 5000),
            ("piano $75/hr", None, 7500),
            ("piano 75/hr", None, 7500),
            ("french max 65 an hour", None, 6500),
            ("piano up to $1,200", None, 120000),
            ("singing $49.99", None, 4999),
            ("yoga $50 or less", None, 5000),
            ("no more than $85 for guitar", None, 8500),
            ("guitar less than a hundred dollars", None, 10000),
            ("piano for two hundred dollars", None, 20000),
            ("my budget is 100 for drums", None, 10000),
            ("piano, budget 70", None, 7000),
            ("drums at least $100", 10000, None),
            ("tennis over 120", 12000, None),
            ("tennis $100+", 10000, None),
            ("tennis 100+ an hour", 10000, None),
            ("tennis 100+", 10000, None),
            ("sat tutor over 100", 10000, None),
            ("lsat tutor $170+", 17000, None),
            ("trainer 90 and up", 9000, None),
            ("yoga between $50 and $80", 5000, 8000),
            ("yoga between 50 and 80", 5000, 8000),
            ("spanish $40-60", 4000, 6000),
            ("spanish $60-40", 4000, 6000),
            ("spanish 60 to 80 dollars an hour", 6000, 8000),
            ("sat tutor from 100 to 150 dollars", 10000, 15000),
            ("swimming around $80", 6000, 10000),
            ("swimming ~$80", 6000, 10000),
            ("piano $60 for 30 minutes", None, 12000),
            ("piano $40 per half hour", None, 8000),
            ("guitar 30 mins for $40", None, 8000),
            ("piano lessons 40$", None, 4000),
            ("piano <100", None, 10000),
            ("tutor $35 - $50 per hour", 3500, 5000),
            ("piano at least $50 but no more than $90", 5000, 9000),
        ],
    )
    def test_a_price_is_told_in_cents_of_an_hour(
        self, text: str, least: int | None, most: int | None
    ) -> None:
        price = read(text).price
        assert price is not None
        assert (price.min_cents, price.max_cents, price.intent) == (least, most, None)

    @pytest.mark.parametrize(
        "text",
        [
            "yoga max 10 students",
            "piano for 10 students",
            "kids under 12 piano",
            "swimming for kids under 5",
            "yoga for people over 60",
            "yoga over 60s",
            "piano under 30 minutes away",
            "piano after 5",
            "piano at 20:30",
            "piano 11215",
            "piano around 3",
            "ages 20-30 yoga",
            "couch to 5k",
            "SAT math 700+",
            "lsat 170+",
            "sat over 1400",
            "piano 700+",
        ],
    )
    def test_figures_of_other_things_are_no_price(self, text: str) -> None:
        assert read(text).price is None

    @pytest.mark.parametrize(
        ("text", "intent"),
        [
            ("cheap piano", PriceIntent.BUDGET),
            ("piano, not too expensive", PriceIntent.BUDGET),
            ("piano on a budget", PriceIntent.BUDGET),
            ("mid range piano", PriceIntent.STANDARD),
            ("high-end trainer", PriceIntent.PREMIUM),
        ],
    )
    def test_without_a_figure_the_intent_is_kept(self, text: str, intent: PriceIntent) -> None:
        price = read(text).price
        assert price is not None
        assert (price.min_cents, price.max_cents, price.intent) == (None, None, intent)

    def test_a_figure_makes_the_intent_nothing(self) -> None:
        price = read("cheap piano lessons under $40").price
        assert price is not None
        assert (price.max_cents, price.intent) == (4000, None)


class TestDays:
    @pytest.mark.parametrize(
        ("text", "day"),
        [
            ("today", "2026-11-25"),
            ("tomorrow", "2026-11-26"),
            ("tommorow", "2026-11-26"),
            ("day after tomorrow", "2026-11-27"),
            ("tonight", "2026-11-25"),
            ("this evening", "2026-11-25"),
            ("in 3 days", "2026-11-28"),
            ("in a couple of days", "2026-11-27"),
            ("in two weeks", "2026-12-09"),
            ("wed", "2026-11-25"),
            ("tue", "2026-12-01"),
            ("this friday", "2026-11-27"),
            ("next friday", "2026-12-04"),
            ("next wed", "2026-12-02"),
            ("5th of june", "2027-06-05"),
            ("june 5", "2027-06-05"),
            ("june 5th, 2028", "2028-06-05"),
            ("dec 12", "2026-12-12"),
            ("first of december", "2026-12-01"),
            ("12/25", "2026-12-25"),
            ("6/5", "2027-06-05"),
            ("6/5/27", "2027-06-05"),
            ("2026-12-05", "2026-12-05"),
            ("on the 28th", "2026-11-28"),
            ("first saturday of december", "2026-12-05"),
            ("on the 3rd", "2026-12-03"),
            ("tuesday next week", "2026-12-01"),
            ("2/29", "2028-02-29"),
        ],
    )
    def test_one_day(self, text: str, day: str) -> None:
        today = date(2027, 6, 1) if text == "2/29" else WEDNESDAY
        dates = read(f"piano {text}", today).dates
        assert dates is not None
        assert (dates.kind, dates.first, dates.last) == (
            DateKind.SINGLE,
            date.fromisoformat(day),
            date.fromisoformat(day),
        )

    @pytest.mark.parametrize(
        ("text", "first", "last"),
        [
            ("this week", "2026-11-25", "2026-11-29"),
            ("next week", "2026-11-30", "2026-12-06"),
            ("this month", "2026-11-25", "2026-11-30"),
            ("next month", "2026-12-01", "2026-12-31"),
            ("in december", "2026-12-01", "2026-12-31"),
            ("in february 2028", "2028-02-01", "2028-02-29"),
            ("within a week", "2026-11-25", "2026-12-02"),
            ("in the next two weeks", "2026-11-25", "2026-12-09"),
            ("december 10 to 14", "2026-12-10", "2026-12-14"),
            ("dec 30 - jan 2", "2026-12-30", "2027-01-02"),
            ("12/5-12/8", "2026-12-05", "2026-12-08"),
            ("the week of december 7", "2026-12-07", "2026-12-13"),
            ("until march", "2026-11-25", "2027-03-31"),
            ("by friday", "2026-11-25", "2026-11-27"),
            ("before december 1", "2026-11-25", "2026-11-30"),
            ("starting monday", "2026-11-30", "2026-12-27"),
            ("after december 1", "2026-12-02", "2026-12-29"),
        ],
    )
    def test_a_range(self, text: str, first: str, last: str) -> None:
        dates = read(f"piano {text}").dates
        assert dates is not None
        assert (dates.kind, dates.first, dates.last, dates.weekdays) == (
            DateKind.RANGE,
            date.fromisoformat(first),
            date.fromisoformat(last),
            frozenset(),
        )

    @pytest.mark.parametrize(
        ("text", "today", "first", "last"),
        [
            ("this weekend", WEDNESDAY, "2026-11-28", "2026-11-29"),
            ("weekend", SATURDAY, "2026-11-28", "2026-11-29"),
            ("this weekend", date(2026, 11, 29), "2026-11-29", "2026-11-29"),
            ("next weekend", WEDNESDAY, "2026-12-05", "2026-12-06"),
        ],
    )
    def test_a_weekend(self, text: str, today: date, first: str, last: str) -> None:
        dates = read(f"piano {text}", today).dates
        assert dates is not None
        assert (dates.kind, dates.first, dates.last) == (
            DateKind.WEEKEND,
            date.fromisoformat(first),
            date.fromisoformat(last),
        )

    @pytest.mark.parametrize(
        ("text", "weekdays", "days"),
        [
            ("on saturdays", {5}, 28),
            ("every tuesday", {1}, 28),
            ("saturday mornings", {5}, 28),
            ("weekends", {5, 6}, 28),
            ("weekdays", {0, 1, 2, 3, 4}, 28),
            ("mon-fri", {0, 1, 2, 3, 4}, 28),
            ("between monday and friday", {0, 1, 2, 3, 4}, 28),
            ("tuesdays and thursdays", {1, 3}, 28),
            ("mon wed fri", {0, 2, 4}, 7),
            ("sat or sun", {5, 6}, 7),
            ("m/w", {0, 2}, 28),
            ("m&w", {0, 2}, 28),
            ("t/th after 4", {1, 3}, 28),
            ("m/w/f", {0, 2, 4}, 28),
            ("m-f", {0, 1, 2, 3, 4}, 28),
            ("mwf", {0, 2, 4}, 28),
            ("not on sundays", EVERY_DAY - {6}, 28),
            ("except weekends", {0, 1, 2, 3, 4}, 28),
        ],
    )
    def test_some_days_of_each_week(self, text: str, weekdays: set[int], days: int) -> None:
        dates = read(f"piano {text}").dates
        assert dates is not None
        assert (dates.kind, dates.weekdays) == (DateKind.WEEKDAYS, weekdays)
        assert (dates.first, (dates.last - dates.first).days + 1) == (WEDNESDAY, days)

    def test_weekdays_of_a_month_reach_as_far_as_that(self) -> None:
        dates = read("piano saturdays in december").dates
        assert dates is not None
        assert (dates.kind, dates.weekdays) == (DateKind.WEEKDAYS, {5})
        assert (dates.first, dates.last) == (date(2026, 12, 1), date(2026, 12, 31))

    @pytest.mark.parametrize(
        "text", ["99/99", "2/30", "13/1", "june 31", "5th avenue", "24/7", "m/f"]
    )
    def test_what_is_no_day(self, text: str) -> None:
        assert read(f"piano {text}").dates is None


class TestTheWordSat:
    @pytest.mark.parametrize(
        "text",
        [
            "sat",
            "SAT",
            "sat prep",
            "math tutor SAT prep",
            "sat tutor",
            "SAT classes",
            "sat and act prep",
            "act, sat",
            "digital sat",
            "IELTS, SAT",
            "math tutor for my sat",
            "math tutor sat",
            "reading sat",
        ],
    )
    def test_it_is_the_exam(self, text: str) -> None:
        parsed = read(text)
        assert parsed.dates is None
        assert any("sat" in phrase.text for phrase in parsed.services)

    @pytest.mark.parametrize(
        "text",
        [
            "lessons sat",
            "guitar sat",
            "piano on sat",
            "piano this sat",
            "sat morning yoga",
            "sat 10am ballet",
            "sat or sun guitar",
            "tennis fri or sat",
        ],
    )
    def test_it_is_saturday(self, text: str) -> None:
        parsed = read(text)
        assert parsed.dates is not None
        assert not any("sat" in phrase.text.split() for phrase in parsed.services)

    def test_it_is_both(self) -> None:
        parsed = read("sat tutor on sat")
        assert [phrase.text for phrase in parsed.services] == ["sat"]
        assert parsed.dates is not None
        assert parsed.dates.first == date(2026, 11, 28)


class TestHours:
    @pytest.mark.parametrize(
        ("text", "after", "before"),
        [
            ("after 5pm", "17:00", None),
            ("after 5", "17:00", None),
            ("5pm or later", "17:00", None),
            ("from 4:30pm", "16:30", None),
            ("no earlier than 9am", "09:00", None),
            ("before 8pm", None, "20:00"),
            ("by 6", None, "18:00"),
            ("no later than 8pm", None, "20:00"),
            ("before midnight", None, "24:00"),
            ("9am", "09:00", "10:00"),
            ("at 5", "17:00", "18:00"),
            ("at 9", "09:00", "10:00"),
            ("at 12am", "00:00", "01:00"),
            ("at 12pm", "12:00", "13:00"),
            ("at noon", "12:00", "13:00"),
            ("at 11:30pm", "23:30", "24:00"),
            ("3:30", "15:30", "16:30"),
            ("5.30pm", "17:30", "18:30"),
            ("17:30", "17:30", "18:30"),
            ("7 p.m.", "19:00", "20:00"),
            ("around 3pm", "14:00", "16:00"),
            ("between 5 and 7", "17:00", "19:00"),
            ("5-7pm", "17:00", "19:00"),
            ("10-11:30am", "10:00", "11:30"),
            ("11-1pm", "11:00", "13:00"),
            ("10-2", "10:00", "14:00"),
            ("from 4pm to 6pm", "16:00", "18:00"),
            ("9am to 5", "09:00", "17:00"),
            ("after school", "15:00", None),
            ("after work", "17:30", None),
            ("before work", None, "09:00"),
            ("at lunch", "12:00", "14:00"),
            ("in the morning", "06:00", "12:00"),
            ("afternoons", "12:00", "17:00"),
            ("tonight", "17:00", "21:00"),
            ("before 11am morning", "06:00", "11:00"),
            ("at 7 in the evening", "19:00", "20:00"),
            ("at 6 in the morning", "06:00", "07:00"),
            ("after 2pm at 4pm", "14:00", "17:00"),
            ("at 5pm for 90 minutes", "17:00", "18:30"),
            ("not in the morning", "12:00", None),
        ],
    )
    def test_hours_are_minutes_of_the_day(
        self, text: str, after: str | None, before: str | None
    ) -> None:
        time = read(f"piano {text}").time
        assert time is not None
        assert (time.after, time.before) == (_minutes(after), _minutes(before))

    @pytest.mark.parametrize("text", ["25:00", "at 99", "13pm", "5:75", "3 students", "2 kids"])
    def test_what_is_no_hour(self, text: str) -> None:
        assert read(f"piano {text}").time is None


def _minutes(clock: str | None) -> int | None:
    if clock is None:
        return None
    hours, minutes = clock.split(":")
    return int(hours) * 60 + int(minutes)


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("90 min drum lesson", 90),
        ("an hour of piano", 60),
        ("hour and a half tennis", 90),
        ("an hour and a half of tennis", 90),
        ("one and a half hours of tennis", 90),
        ("half an hour violin", 30),
        ("1.5 hour piano", 90),
        ("1h30 guitar", 90),
        ("1 hr 15 min guitar", 75),
        ("forty five minute piano", 45),
        ("30-minute piano", 30),
        ("two hours drawing", 120),
        ("piano 30 minutes from me", None),
        ("piano in an hour", None),
        ("piano $50 an hour", None),
        ("piano 900 minutes", None),
    ],
)
def test_how_long(text: str, minutes: int | None) -> None:
    assert read(text).minutes == minutes


@pytest.mark.parametrize(
    ("text", "ages", "group"),
    [
        ("my 8-year-old", (8,), AgeGroup.KIDS),
        ("8yo", (8,), AgeGroup.KIDS),
        ("8 y/o", (8,), AgeGroup.KIDS),
        ("my 6 year old son", (6,), AgeGroup.KIDS),
        ("a 3 year old", (3,), AgeGroup.TODDLER),
        ("my 4.5 year old", (4,), AgeGroup.TODDLER),
        ("5 year old", (5,), AgeGroup.KIDS),
        ("18 month old", (1,), AgeGroup.TODDLER),
        ("12 yr old boy", (12,), AgeGroup.KIDS),
        ("13 year old", (13,), AgeGroup.TEENS),
        ("18 year old", (18,), AgeGroup.TEENS),
        ("19 year old", (19,), AgeGroup.ADULTS),
        ("a seventy year old", (70,), AgeGroup.ADULTS),
        ("age 12", (12,), AgeGroup.KIDS),
        ("ages 5-7", (5, 7), AgeGroup.KIDS),
        ("guitar i am 35", (35,), AgeGroup.ADULTS),
        ("swimming for my mom who is 62", (62,), AgeGroup.ADULTS),
        ("my dad at 5pm piano", (), AgeGroup.ADULTS),
        ("9 and 11 year olds", (9, 11), AgeGroup.KIDS),
        ("a 5 and a 7 year old", (5, 7), AgeGroup.KIDS),
        ("kids 5-8", (5, 8), AgeGroup.KIDS),
        ("my son (7)", (7,), AgeGroup.KIDS),
        ("my daughter is 9", (9,), AgeGroup.KIDS),
        ("my son", (), None),
        ("kids under 5", (), AgeGroup.TODDLER),
        ("kids under 6", (), AgeGroup.KIDS),
        ("under 5 year olds", (), AgeGroup.TODDLER),
        ("over 60 years old", (), AgeGroup.ADULTS),
        ("yoga 18+", (), AgeGroup.ADULTS),
        ("yoga for over 60", (), AgeGroup.ADULTS),
        ("chess for under 10", (), AgeGroup.KIDS),
        ("chess for under 5", (), AgeGroup.TODDLER),
        ("tai chi for 65 and over", (), AgeGroup.ADULTS),
        ("wine tasting 21+ only", (), AgeGroup.ADULTS),
        ("over 60s", (), AgeGroup.ADULTS),
        ("seniors", (), AgeGroup.ADULTS),
        ("toddlers", (), AgeGroup.TODDLER),
        ("teenagers", (), AgeGroup.TEENS),
        ("3rd grader", (), AgeGroup.KIDS),
        ("second grade", (), AgeGroup.KIDS),
        ("10th grader", (), AgeGroup.TEENS),
        ("grade 5", (), AgeGroup.KIDS),
        ("high schooler", (), AgeGroup.TEENS),
        ("my mom and my 8 year old", (8,), AgeGroup.KIDS),
    ],
)
def test_for_whom(text: str, ages: tuple[int, ...], group: AgeGroup | None) -> None:
    parsed = read(f"piano for {text}")
    assert (parsed.ages, parsed.age_group) == (ages, group)
    is_adult = group is AgeGroup.ADULTS
    assert parsed.audience is (Audience.ADULTS if is_adult else Audience.KIDS)


@pytest.mark.parametrize(
    ("text", "ages"),
    [
        ("leash training for a 2 year old lab", ()),
        ("obedience for my 6 month old puppy", ()),
        ("my puppy is 6 months old", ()),
        ("my 6 year old and our 2 year old dog", (6,)),
    ],
)
def test_a_dog_is_nobody_who_learns(text: str, ages: tuple[int, ...]) -> None:
    parsed = read(text)
    assert (parsed.ages, parsed.audience) == (ages, Audience.KIDS if ages else None)


@pytest.mark.parametrize(
    ("text", "skill"),
    [
        ("beginner guitar", Skill.BEGINNER),
        ("piano, never played before", Skill.BEGINNER),
        ("piano from scratch", Skill.BEGINNER),
        ("intermediate french", Skill.INTERMEDIATE),
        ("advanced violin teacher", Skill.ADVANCED),
        ("ballet for experienced dancers", Skill.ADVANCED),
        ("experienced piano teacher", None),
        ("expert math tutor", None),
        ("professional dog trainer", None),
        ("piano starting monday", None),
    ],
)
def test_how_far_the_learner_is(text: str, skill: Skill | None) -> None:
    assert read(text).skill is skill


@pytest.mark.parametrize(
    ("text", "urgency"),
    [
        ("urgent piano lessons", Urgency.HIGH),
        ("tutor asap", Urgency.HIGH),
        ("last-minute tutor", Urgency.HIGH),
        ("earliest available driving lesson", Urgency.MEDIUM),
        ("piano soon, actually asap", Urgency.HIGH),
        ("piano", None),
    ],
)
def test_how_soon(text: str, urgency: Urgency | None) -> None:
    assert read(text).urgency is urgency


@pytest.mark.parametrize(
    ("text", "way"),
    [
        ("online piano", LessonType.ONLINE),
        ("piano over zoom", LessonType.ONLINE),
        ("video piano lessons", LessonType.ONLINE),
        ("video editing lessons", None),
        ("video game design", None),
        ("in-person sat tutor", LessonType.IN_PERSON),
        ("piano, no zoom", LessonType.IN_PERSON),
        ("yoga not online", LessonType.IN_PERSON),
        ("in-home piano", LessonType.TRAVELS),
        ("piano teacher who comes to me", LessonType.TRAVELS),
        ("yoga at my place", LessonType.TRAVELS),
        ("spanish tutor who comes to my apt", LessonType.TRAVELS),
        ("decorate my apartment", None),
        ("organize my home", None),
        ("yoga my place", LessonType.TRAVELS),
        ("drums at your studio", LessonType.STUDIO),
        ("piano online or in person", None),
        ("piano lessons in person in brooklyn", LessonType.IN_PERSON),
    ],
)
def test_where_the_lesson_is(text: str, way: LessonType | None) -> None:
    assert read(text).lesson_type is way
