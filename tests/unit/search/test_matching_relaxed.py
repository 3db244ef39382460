"""What is given up where fewer than five answer; and calendars, asked last and only as needed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

import pytest

from instainstru_core.domains.search.policy.matching import relaxing
from instainstru_core.domains.search.policy.matching.searching import matched
from instainstru_core.domains.search.types.matching import Found, Lesson, Position, Spot
from instainstru_core.domains.search.types.wanted import Relaxable, Wanted, When, Where
from instainstru_core.kernel.deadline import Deadline
from tests.factories.matching import (
    CELLO,
    ONLINE,
    PIANO,
    STUDIO,
    TODAY,
    TRAVEL,
    City,
    all_free,
    at,
    city,
    offer,
    plain,
    teacher,
    who,
)

TIME, DATE, PLACE, PRICE = Relaxable
HARLEM = Where(frozenset({"harlem"}))
FRIDAY = TODAY + timedelta(days=4)
AT_FIVE = When((FRIDAY,), after=17 * 60, before=19 * 60)


def wish(**changes: object) -> Wanted:
    return Wanted(services={PIANO: 1.0}, **changes)  # type: ignore[arg-type]


def given_up(found: Found) -> dict[int, tuple[Relaxable, ...]]:
    numbers = {who(number): number for number in range(1_000)}
    return {numbers[one.instructor_id]: one.relaxed for one in found.items}


@dataclass
class Calendars:
    """Calendars that are free at these moments, and what was asked of them."""

    free: Mapping[int, tuple[datetime, ...]]
    asked: list[tuple[int | When, ...]] = field(default_factory=list[tuple[int | When, ...]])
    lessons: dict[str, Lesson] = field(default_factory=dict[str, Lesson])
    millis: float = 0.0
    spent: float = 0.0

    def __call__(
        self, ids: Mapping[str, Lesson], whens: Sequence[When]
    ) -> dict[str, tuple[int, datetime]]:
        self.asked.append((len(ids), *whens))
        self.spent += len(ids) * self.millis / 1_000
        self.lessons |= ids
        found: dict[str, tuple[int, datetime]] = {}
        for turn, when in enumerate(whens):
            for number, moments in self.free.items():
                fitting = [one for one in moments if fits(one, when)]
                if fitting and who(number) in ids:
                    found.setdefault(who(number), (turn, fitting[0]))
        return found


def fits(moment: datetime, when: When) -> bool:
    minutes = moment.hour * 60 + moment.minute
    return (
        moment.date() in when.days
        and minutes >= (when.after or 0)
        and (when.before is None or minutes + 60 <= when.before)
    )


class TestWithoutDays:
    def test_nothing_is_given_up_while_five_answer(self) -> None:
        of = city(
            *((teacher(number), offer(number)) for number in range(5)),
            (teacher(5), offer(5, prices={TRAVEL: 12_000})),
        )
        found = matched(of.index, wish(max_cents=10_000), today=TODAY)
        assert (found.total, found.relaxed, given_up(found).keys()) == (5, (), set(range(5)))

    def test_place_is_given_up_before_price_and_only_as_far_as_needed(self) -> None:
        of = city(
            *((teacher(number), offer(number)) for number in range(3)),
            *((teacher(n, area_keys=("inwood",)), offer(n)) for n in (3, 4)),
            (teacher(5), offer(5, prices={TRAVEL: 12_000})),
        )
        found = matched(of.index, wish(max_cents=10_000, where=HARLEM), today=TODAY)
        assert given_up(found) == {0: (), 1: (), 2: (), 3: (PLACE,), 4: (PLACE,)}
        assert (found.total, found.relaxed) == (3, (PLACE,))

    def test_all_steps_are_taken_where_there_are_still_too_few(self) -> None:
        of = city(
            (teacher(0, area_keys=("inwood",)), offer(0, prices={TRAVEL: 12_500})),
            (teacher(1), offer(1, prices={TRAVEL: 12_500})),
            (teacher(2, area_keys=("inwood",)), offer(2)),
            (teacher(3), offer(3)),
            (teacher(4), offer(4, prices={TRAVEL: 12_501})),
            (teacher(5, area_keys=("tottenville",)), offer(5)),
        )
        found = matched(of.index, wish(max_cents=10_000, where=HARLEM), today=TODAY)
        assert list(given_up(found).items()) == [
            (3, ()),
            (2, (PLACE,)),
            (1, (PRICE,)),
            (0, (PLACE, PRICE)),
        ], "a quarter more at most, ten kilometers at most, and in this order"
        assert found.items[1].meters == 4_500, "between Inwood's and Harlem's edges, by 500 m"
        assert (found.total, found.relaxed) == (1, (PLACE, PRICE))

    @pytest.mark.parametrize(
        "change",
        [
            {"services": {CELLO: 1.0}},
            {"excluded": frozenset({PIANO})},
            {"formats": frozenset({ONLINE})},
            {"minutes": 45},
            {"skills": frozenset()},
            {"filters": {"goal": frozenset({"hobby"})}},
            {"min_rating": 4.0},
            {"min_cents": 10_001},
        ],
    )
    def test_nothing_else_is_ever_given_up(self, change: dict[str, object]) -> None:
        wanted = replace(wish(where=HARLEM, max_cents=20_000), **change)  # type: ignore[arg-type]
        found = matched(plain(3).index, wanted, today=TODAY)
        assert (found.items, found.total, found.relaxed) == ((), 0, ())

    def test_studios_near_a_point_are_taken_in_with_their_distance(self) -> None:
        spot = Spot(40.87, -73.95, None)
        of = city((teacher(0, area_keys=(), spots=(spot,)), offer(0, prices={STUDIO: 9_000})))
        (item,) = matched(
            of.index, wish(where=Where(frozenset({"harlem"}), (40.81, -73.95))), today=TODAY
        ).items
        assert (item.relaxed, item.meters) == ((PLACE,), 6_671)

    def test_pages_keep_what_was_given_up_on_the_first(self) -> None:
        of = city(
            (teacher(0), offer(0)),
            *((teacher(n, area_keys=("inwood",)), offer(n)) for n in range(1, 6)),
        )
        first = matched(of.index, wish(where=HARLEM), today=TODAY, limit=2)
        index = of.index.changed(
            {who(n) for n in range(10, 20)},
            [teacher(n) for n in range(10, 20)],
            [offer(n) for n in range(10, 20)],
        )
        assert first.next is not None
        second = matched(index, wish(where=HARLEM), today=TODAY, limit=10, after=first.next)
        assert [*given_up(first)] == [0, 1]
        assert [n for n in given_up(second) if n < 10] == [2, 3, 4, 5]
        assert Position.of(first.next.key()) == first.next


class TestCalendars:
    def test_are_asked_best_first_and_only_until_the_page_is_full(self) -> None:
        calls = Calendars({number: (at(FRIDAY, 17 * 60),) for number in range(0, 1_000, 2)})
        of = plain(1_000)
        first = matched(of.index, wish(when=AT_FIVE), today=TODAY, limit=20, free=calls)
        assert [*given_up(first)] == list(range(0, 40, 2))
        assert (first.total, first.exact) == (48, False), "at least half of the first 96"
        assert calls.asked == [(96, AT_FIVE)]
        assert first.items[0].free_from == at(FRIDAY, 17 * 60)
        second = matched(
            of.index, wish(when=AT_FIVE), today=TODAY, limit=20, free=calls, after=first.next
        )
        assert [*given_up(second)] == list(range(40, 80, 2))

    def test_are_asked_of_everybody_where_few_have_room(self) -> None:
        calls = Calendars({number: (at(FRIDAY, 17 * 60),) for number in (3, 500, 600, 700, 999)})
        found = matched(plain(1_000).index, wish(when=AT_FIVE), today=TODAY, free=calls)
        assert [*given_up(found)] == [3, 500, 600, 700, 999]
        assert (found.total, found.exact, found.relaxed) == (5, True, ())
        assert [count for count, *_ in calls.asked] == [96, 384, 520], (
            "each stretch is up to four times as long"
        )

    def test_are_asked_for_the_formats_that_answer_and_a_length_that_is_offered(self) -> None:
        of = city(
            (teacher(0), offer(0, prices={TRAVEL: 9_000, STUDIO: 12_000})),
            (teacher(1), offer(1, prices={ONLINE: 9_000}, durations=(90, 45))),
        )
        calls = Calendars({0: (at(FRIDAY, 1_020),), 1: (at(FRIDAY, 1_020),)})
        matched(of.index, wish(when=AT_FIVE, max_cents=10_000), today=TODAY, free=calls)
        online = Lesson(frozenset({ONLINE}), 45)
        assert calls.lessons == {who(0): Lesson(frozenset({TRAVEL}), 60), who(1): online}
        matched(of.index, wish(when=AT_FIVE, minutes=90), today=TODAY, free=calls)
        assert calls.lessons[who(1)] == Lesson(frozenset({ONLINE}), 90)

    def test_give_hours_up_before_days_and_both_before_place_and_price(self) -> None:
        late, other_day = at(FRIDAY, 19 * 60), at(FRIDAY + timedelta(days=1), 540)
        of = city(
            *((teacher(number), offer(number)) for number in range(4)),
            (teacher(4, area_keys=("inwood",)), offer(4)),
        )
        calls = Calendars({0: (at(FRIDAY, 18 * 60),), 1: (other_day,), 2: (late,), 4: (other_day,)})
        wanted = wish(when=AT_FIVE, where=HARLEM)
        found = matched(of.index, wanted, today=TODAY, free=calls)
        assert list(given_up(found).items()) == [
            (0, ()),
            (2, (TIME,)),
            (1, (DATE,)),
            (4, (DATE, PLACE)),
        ]
        assert found.items[2].free_from == other_day
        assert (found.total, found.exact, found.relaxed) == (1, True, (TIME, DATE, PLACE))
        week = When(tuple(FRIDAY + timedelta(days=day) for day in range(-3, 4)))
        assert calls.asked == [(5, AT_FIVE, When((FRIDAY,)), week)], "all of it at once"

    def test_stop_giving_up_as_soon_as_five_answer(self) -> None:
        late, other_day = at(FRIDAY, 19 * 60), at(FRIDAY + timedelta(days=1), 540)
        calls = Calendars(
            dict.fromkeys(range(5), (late,)) | dict.fromkeys(range(5, 9), (other_day,))
        )
        found = matched(plain(9).index, wish(when=AT_FIVE), today=TODAY, free=calls)
        assert given_up(found) == dict.fromkeys(range(5), (TIME,))

    def test_never_look_into_the_past(self) -> None:
        when = When((TODAY + timedelta(days=1),))
        days = relaxing.any_day(when, TODAY).days
        assert days == tuple(TODAY + timedelta(days=day) for day in range(7))
        assert [bit for bit, _ in relaxing.steps(when, TODAY)] == [0, 2], "no hours to give up"

    def test_of_urgent_wishes_put_whoever_is_free_first_in_front(self) -> None:
        calls = Calendars({number: (at(FRIDAY, 18 * 60 - number),) for number in range(10)})
        wanted = wish(when=AT_FIVE, urgent=True)
        first = matched(plain(10).index, wanted, today=TODAY, limit=6, free=calls)
        assert [*given_up(first)] == [9, 8, 7, 6, 5, 4]
        second = matched(
            plain(10).index, wanted, today=TODAY, limit=6, free=calls, after=first.next
        )
        assert [*given_up(second)] == [3, 2, 1, 0]

    @pytest.mark.parametrize(
        ("millis", "asked", "shown"),
        [(0.1, [96, 384, 520, 200], [3, 700]), (1.0, [96, 384, 264, 105, 42], [3, 700])],
    )
    def test_are_asked_of_as_many_as_there_is_time_for(
        self, millis: float, asked: list[int], shown: list[int]
    ) -> None:
        """Each calendar takes so long, and there is a second; 80 ms are kept for the answer."""
        free = {3: (at(FRIDAY, 1_020),), 700: (at(FRIDAY, 1_020),), 999: (at(FRIDAY, 1_140),)}
        calls = Calendars(free, millis=millis)
        deadline = Deadline(1.0, clock=lambda: calls.spent)
        when = When((FRIDAY,), after=1_020, before=1_140)
        found = matched(
            plain(1_000).index, wish(when=when), today=TODAY, free=calls, deadline=deadline
        )
        assert [count for count, *_ in calls.asked] == asked
        assert calls.spent <= 1.0
        is_cut = len(asked) == 5
        assert ([*given_up(found)], found.cut, found.exact) == (shown, is_cut, not is_cut)

    def test_are_left_when_the_deadline_is_over(self) -> None:
        calls = Calendars({3: (at(FRIDAY, 1_020),)})
        late = Deadline(1.0, clock=lambda: 0.93)
        for count in (5, 100):
            found = matched(
                plain(count).index, wish(when=AT_FIVE), today=TODAY, free=calls, deadline=late
            )
            assert (found.items, found.cut, found.exact) == ((), True, False)
        assert calls.asked == []

    def test_are_not_asked_at_all_without_leave(self) -> None:
        found = matched(plain(7).index, wish(when=AT_FIVE), today=TODAY)
        assert (found.total, found.items[0].free_from) == (7, None)

    def test_go_through_pages_of_what_is_given_up(self) -> None:
        late = at(FRIDAY, 19 * 60)
        calls = Calendars(dict.fromkeys(range(12), (late,)) | {12: (at(FRIDAY, 1_020),)})
        wanted = wish(when=AT_FIVE)
        seen: list[int] = []
        after = None
        while True:
            page = matched(plain(13).index, wanted, today=TODAY, limit=5, free=calls, after=after)
            seen += given_up(page)
            assert page.total == 1
            after = page.next
            if after is None:
                break
        assert seen == [12, *range(12)]


class TestSeveralServices:
    def test_of_one_instructor_count_once_with_the_one_that_gives_up_least(self) -> None:
        of = City(
            (teacher(0),),
            (offer(0, PIANO, prices={TRAVEL: 12_000}), offer(0, CELLO)),
        )
        wanted = Wanted(services={PIANO: 1.0, CELLO: 0.1}, max_cents=10_000)
        (item,) = matched(of.index, wanted, today=TODAY).items
        assert (item.best.service_id, item.relaxed, item.others) == (CELLO, (), ())


def test_everybody_is_free_in_the_simplest_calendar() -> None:
    found = matched(plain(5).index, wish(when=AT_FIVE), today=date(2026, 6, 15), free=all_free)
    assert (found.total, found.relaxed) == (5, ())
