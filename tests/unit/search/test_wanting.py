"""One wish of what a text says and what was given beside it, and what is said about the answer."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from instainstru_core.domains.instructors.types import LessonFormat
from instainstru_core.domains.regions.types import Borough, Place, PlaceKind
from instainstru_core.domains.search.policy import telling, wanting
from instainstru_core.domains.search.policy.wanting import Prices
from instainstru_core.domains.search.types.asked import Given
from instainstru_core.domains.search.types.finding import Understood
from instainstru_core.domains.search.types.matching import Found, Matched, Offer, Signals
from instainstru_core.domains.search.types.meaning import (
    By,
    Meant,
    ModelUse,
    PhraseMeaning,
    Reason,
    ServiceMatch,
)
from instainstru_core.domains.search.types.parsed import (
    DateKind,
    DateWish,
    LessonType,
    Mark,
    Parsed,
    Phrase,
    Slot,
    TimeWish,
    Urgency,
)
from instainstru_core.domains.search.types.places import Here, HereSource, Missing, Resolution
from instainstru_core.domains.search.types.wanted import Relaxable, Wanted, When, Where

TODAY = date(2026, 6, 15)
DAY = timedelta(days=1)
NOTHING = Parsed("")


def days(*later: int) -> tuple[date, ...]:
    return tuple(TODAY + at * DAY for at in later)


def meant(**scores: float) -> Meant:
    phrase = Phrase("wish", 0, 4)
    matches = tuple(
        ServiceMatch(one, score, Reason.NAME, "wish", "wish") for one, score in scores.items()
    )
    return Meant((PhraseMeaning(phrase, matches),), by=By.TEXT)


class TestServices:
    @pytest.mark.parametrize(
        ("given", "said", "expected"),
        [
            (None, Meant(), None),
            (None, meant(piano=0.9), {"piano": 0.9}),
            (None, meant(), {}),
            ({"piano", "organ"}, Meant(), {"piano": 1.0, "organ": 1.0}),
            ({"piano", "organ"}, meant(piano=0.8, violin=0.9), {"piano": 0.8}),
            ({"piano"}, meant(violin=0.9), {"piano": 1.0}),
        ],
    )
    def test_that_are_given_are_those_the_text_chooses_among(
        self, given: set[str] | None, said: Meant, expected: dict[str, float] | None
    ) -> None:
        chosen = Given(services=None if given is None else frozenset(given))
        assert wanting.services(chosen, said) == expected

    def test_that_are_not_wished_are_left_out_of_those_given(self) -> None:
        said = Meant(excluded=frozenset({"organ"}))
        given = Given(services=frozenset({"piano", "organ"}))
        assert wanting.services(given, said) == {"piano": 1.0}


class TestWhen:
    @pytest.mark.parametrize(
        ("given", "parsed", "expected"),
        [
            (Given(), NOTHING, None),
            (Given(first=TODAY, last=TODAY), NOTHING, When(days(0))),
            (Given(first=TODAY + DAY), NOTHING, When(days(*range(1, 8)))),
            (Given(last=TODAY + DAY), NOTHING, When(days(0, 1))),
            (Given(after=540), NOTHING, When(days(*range(7)), 540)),
            (
                Given(),
                replace(NOTHING, time=TimeWish(before=600)),
                When(days(*range(7)), None, 600),
            ),
            (
                Given(),
                replace(NOTHING, dates=DateWish(DateKind.SINGLE, TODAY + DAY, TODAY + DAY)),
                When(days(1)),
            ),
            (
                Given(),
                replace(
                    NOTHING,
                    dates=DateWish(DateKind.WEEKDAYS, TODAY, TODAY + 13 * DAY, frozenset({5, 6})),
                ),
                When(days(5, 6, 12, 13)),
            ),
            (
                Given(first=TODAY, last=TODAY),
                replace(
                    NOTHING,
                    dates=DateWish(DateKind.SINGLE, TODAY + DAY, TODAY + DAY),
                    time=TimeWish(600, 720),
                ),
                When(days(0), 600, 720),
            ),
            (
                Given(before=660),
                replace(NOTHING, time=TimeWish(600, 720)),
                When(days(*range(7)), 600, 660),
            ),
            (
                Given(before=540),
                replace(NOTHING, time=TimeWish(600, 720)),
                When(days(*range(7)), None, 540),
            ),
            (
                Given(after=720),
                replace(NOTHING, time=TimeWish(600, 720)),
                When(days(*range(7)), 720, None),
            ),
        ],
    )
    def test_is_what_was_given_and_else_what_the_text_says(
        self, given: Given, parsed: Parsed, expected: When | None
    ) -> None:
        assert wanting.when(given, parsed, TODAY) == expected

    def test_has_no_day_that_is_over_or_too_far_away(self) -> None:
        wish = DateWish(DateKind.RANGE, TODAY - 3 * DAY, TODAY + DAY)
        assert wanting.days_of(wish, TODAY) == days(0, 1)
        far = DateWish(DateKind.RANGE, TODAY + 179 * DAY, TODAY + 400 * DAY)
        assert wanting.days_of(far, TODAY) == days(179, 180)
        assert wanting.days_of(DateWish(DateKind.SINGLE, TODAY - DAY, TODAY - DAY), TODAY) == ()

    @pytest.mark.parametrize(
        ("later", "within"), [(-1, False), (0, True), (180, True), (181, False)]
    )
    def test_reaches_half_a_year(self, later: int, within: bool) -> None:
        assert wanting.is_within_reach(TODAY + later * DAY, TODAY) is within


class TestTheRest:
    @pytest.mark.parametrize(
        ("kind", "formats"),
        [
            (LessonType.ONLINE, {LessonFormat.ONLINE}),
            (LessonType.TRAVELS, {LessonFormat.STUDENT_LOCATION}),
            (LessonType.STUDIO, {LessonFormat.INSTRUCTOR_LOCATION}),
            (
                LessonType.IN_PERSON,
                {LessonFormat.STUDENT_LOCATION, LessonFormat.INSTRUCTOR_LOCATION},
            ),
            (None, None),
        ],
    )
    def test_is_taken_from_the_text_where_it_was_not_given(
        self, kind: LessonType | None, formats: set[LessonFormat] | None
    ) -> None:
        parsed = replace(NOTHING, lesson_type=kind, minutes=45, urgency=Urgency.HIGH)
        said = wanting.wanted(Given(), parsed, Meant(), where=Where(), prices=Prices(), today=TODAY)
        assert (said.formats, said.minutes, said.urgent) == (formats, 45, True)
        given = Given(formats=frozenset({LessonFormat.NEUTRAL_LOCATION}), minutes=30)
        beaten = wanting.wanted(given, parsed, Meant(), where=Where(), prices=Prices(), today=TODAY)
        assert (beaten.formats, beaten.minutes) == ({LessonFormat.NEUTRAL_LOCATION}, 30)

    @pytest.mark.parametrize(
        ("given", "said", "expected"),
        [
            ((None, None), (1, 2), (1, 2)),
            ((3, None), (1, 5), (3, 5)),
            ((6, None), (1, 5), (6, None)),
            ((None, 4), (1, 5), (1, 4)),
            ((None, 4), (5, 9), (None, 4)),
            ((2, 3), (1, 9), (2, 3)),
            ((None, 0), (None, 9), (None, 0)),
        ],
    )
    def test_keeps_the_other_bound_of_a_price_where_both_make_sense(
        self,
        given: tuple[int | None, int | None],
        said: tuple[int | None, int | None],
        expected: tuple[int | None, int | None],
    ) -> None:
        bounds = Given(min_cents=given[0], max_cents=given[1])
        assert wanting.prices(bounds, Prices(*said)) == Prices(*expected)


UNDERSTOOD = Understood(NOTHING, Given(), Meant(), Wanted(), ModelUse.UNNEEDED)
SOMEBODY = Matched(
    "x", Offer("s", frozenset(), 1, 1, Signals(0, 0, 0, 0, 0, 0, 0, 0, 0)), (), 1, None, (), None,
    0, 0, is_founding=False,
)  # fmt: skip
NOBODY_FOUND = Found((), 0, exact=True, is_taught=True)
FOUND = Found((SOMEBODY,), 1, exact=True)


def hints(asked: Understood, found: Found = FOUND, *, times_checked: bool = True) -> list[str]:
    return telling.hints(asked, found, times_checked=times_checked)


class TestHints:
    def test_are_none_where_all_is_well(self) -> None:
        assert hints(UNDERSTOOD) == []

    @pytest.mark.parametrize(
        ("changes", "beginning"),
        [
            (
                {"here": Here(missing=Missing.SIGN_IN), "is_near_me": True},
                "To search near you, let the device",
            ),
            (
                {"here": Here(missing=Missing.ADDRESS), "is_near_me": True},
                "To search near you, save an address",
            ),
            ({"resolution": Resolution("boston", elsewhere="Boston")}, "Boston is not in New York"),
            ({"resolution": Resolution("atlantis")}, 'No place is called "atlantis"'),
            (
                {
                    "place": Place(
                        PlaceKind.SEVERAL, "Murray Hill", ("a", "b"), Borough.QUEENS, ambiguous=True
                    )
                },
                "Murray Hill: it is not clear which is meant",
            ),
            ({"model": ModelUse.OFF}, "This says several things at once."),
            ({"parsed": replace(NOTHING, rest="asap pls")}, '"asap pls" is nothing that can be'),
        ],
    )
    def test_say_what_was_not_understood(self, changes: dict[str, object], beginning: str) -> None:
        (hint,) = hints(replace(UNDERSTOOD, **changes))  # type: ignore[arg-type]
        assert hint.startswith(beginning)

    def test_say_that_calendars_were_not_looked_at(self) -> None:
        (hint,) = hints(UNDERSTOOD, times_checked=False)
        assert hint.startswith("Calendars could not be looked at in time.")

    def test_say_that_time_ran_out_and_not_that_nobody_is_there(self) -> None:
        for found in (FOUND, NOBODY_FOUND):
            (hint,) = hints(UNDERSTOOD, replace(found, cut=True))
            assert hint.startswith("Time ran out before everybody's calendar was looked at.")

    def test_say_what_to_change_where_nobody_was_found(self) -> None:
        assert hints(UNDERSTOOD, replace(NOBODY_FOUND, is_taught=False)) == [
            "Nobody teaches this yet."
        ]
        wanted = Wanted(where=Where(frozenset("a")), when=When(days(0)), min_cents=1, minutes=45)
        assert hints(replace(UNDERSTOOD, wanted=wanted), NOBODY_FOUND) == [
            (
                "Nobody was found. Try another place, or online lessons, another day or time, a"
                " lower price or another length."
            )
        ]

    def test_say_that_a_service_is_not_taught_here_and_nothing_else(self) -> None:
        unknown = replace(UNDERSTOOD, wanted=Wanted(services={}), meant=meant())
        (hint,) = hints(unknown, NOBODY_FOUND)
        assert hint.startswith('Nothing of that kind is taught here: "wish". Look through')

    def test_name_what_comes_nearest(self) -> None:
        unknown = replace(UNDERSTOOD, wanted=Wanted(services={}), meant=meant())
        (hint,) = telling.hints(
            unknown, NOBODY_FOUND, times_checked=True, nearest=["Pottery", "Sewing"]
        )
        assert '"wish". The nearest is Pottery or Sewing. Look through' in hint

    def test_say_what_could_not_be_kept_out(self) -> None:
        parsed = replace(
            NOTHING,
            text="guitar not electric guitar",
            unheeded=(Phrase("guitar", 11, 26),),
            marks=(Mark(7, 26, Slot.EXCLUSION),),
        )
        (hint,) = hints(replace(UNDERSTOOD, parsed=parsed))
        assert hint.startswith('Nothing could be kept out for "electric guitar":')

    def test_say_that_days_are_out_of_reach(self) -> None:
        day = TODAY + timedelta(days=wanting.MAX_DAYS_AHEAD + 1)
        parsed = replace(NOTHING, dates=DateWish(DateKind.SINGLE, day, day))
        (hint,) = hints(replace(UNDERSTOOD, parsed=parsed))
        assert hint == "Days count from today to 180 days ahead, so any day counts here."

    def test_ask_for_the_days_of_a_school_break(self) -> None:
        parsed = replace(
            NOTHING,
            text="yoga over Spring Break",
            unknown_days=(Phrase("spring break", 10, 22),),
            marks=(Mark(0, 4, Slot.SERVICE),),
        )
        (hint,) = hints(replace(UNDERSTOOD, parsed=parsed))
        assert hint == (
            'The days of "Spring Break" differ by school or year, so any day counts here. Say them,'
            ' as in "dec 24 to 31".'
        )
        dated = Wanted(when=When((TODAY,)))
        assert hints(replace(UNDERSTOOD, parsed=parsed, wanted=dated)) == []

    def test_say_that_nothing_was_asked_for(self) -> None:
        (hint,) = hints(replace(UNDERSTOOD, parsed=replace(NOTHING, text="the")))
        assert hint.startswith("Nothing in particular was asked for")


class TestTheNote:
    @pytest.mark.parametrize(
        ("total", "relaxed", "note"),
        [
            (7, (), None),
            (
                0,
                (Relaxable.TIME,),
                "Nobody answers all of it. These do but for the time of day; each says what.",
            ),
            (
                1,
                (Relaxable.DATE, Relaxable.PLACE),
                (
                    "Only one answers all of it. The others do but for the day and the place; each"
                    " says what."
                ),
            ),
            (
                4,
                (Relaxable.TIME, Relaxable.PLACE, Relaxable.PRICE),
                (
                    "Only 4 answer all of it. The others do but for the time of day, the place and"
                    " the price; each says what."
                ),
            ),
        ],
    )
    def test_says_what_was_given_up(
        self, total: int, relaxed: tuple[Relaxable, ...], note: str | None
    ) -> None:
        assert telling.relaxation_note(Found((), total, exact=True, relaxed=relaxed)) == note

    def test_claims_nothing_of_those_who_were_not_looked_at(self) -> None:
        found = Found((), 0, exact=False, relaxed=(Relaxable.TIME,), cut=True)
        note = telling.relaxation_note(found)
        assert note is not None
        assert note.startswith("In the time there was, nobody answers all of it. These do but")


class TestWhoseAnswerItIs:
    @pytest.mark.parametrize(
        ("here", "near_me", "personal", "located"),
        [
            (None, False, False, False),
            (Here(missing=Missing.SIGN_IN), True, True, True),
            (Here((40.7, -74.0), HereSource.ADDRESS), True, True, True),
            (Here((40.7, -74.0), HereSource.DEVICE), True, False, True),
            (Here((40.7, -74.0), HereSource.DEVICE), False, False, True),
        ],
    )
    def test_depends_on_where_it_is_for(
        self, here: Here | None, near_me: bool, personal: bool, located: bool
    ) -> None:
        asked = replace(UNDERSTOOD, here=here, is_near_me=near_me)
        assert (asked.is_personal, asked.is_located) == (personal, located)
