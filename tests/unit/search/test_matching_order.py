"""The signals, with the values that the formulas give, and the order that follows."""

from datetime import date, timedelta

import numpy as np
import pytest

from instainstru_core.domains.search.policy.matching import ranking
from instainstru_core.domains.search.policy.matching.searching import matched
from instainstru_core.domains.search.types.matching import Matched, Signals
from instainstru_core.domains.search.types.parsed import Audience, Skill
from instainstru_core.domains.search.types.wanted import Sort, Wanted, Where
from tests.factories.matching import (
    CELLO,
    ONLINE,
    PIANO,
    STUDIO,
    TODAY,
    TRAVEL,
    City,
    city,
    offer,
    teacher,
    who,
)

ANY = Wanted(services={PIANO: 1.0})


def results(of: City, wanted: Wanted = ANY) -> tuple[Matched, ...]:
    return matched(of.index, wanted, today=TODAY).items


def order(of: City, wanted: Wanted = ANY) -> list[int]:
    numbers = {one.instructor_id: at for at, one in enumerate(of.teachers)}
    return [numbers[one.instructor_id] for one in results(of, wanted)]


def column(*values: int) -> np.ndarray:
    return np.array(values, np.int32)


class TestSignals:
    def test_quality_is_the_mean_with_five_more_reviews_as_good_as_everybodys(self) -> None:
        found = ranking.quality(column(0, 10, 5, 500), column(0, 2, 1, 100), mean=4_200)
        assert found.tolist() == [8_400, 8_857, 8_666, 9_923]

    def test_distance_is_full_near_half_at_ten_kilometers_and_a_fifth_far_away(self) -> None:
        found = ranking.distance(column(-1, 0, 1_000, 5_500, 10_000, 20_000, 30_000, 10**6))
        assert found.tolist() == [7_000, 10_000, 10_000, 7_500, 5_000, 3_500, 2_000, 2_000]

    def test_price_is_full_up_to_seven_tenths_of_what_may_be_paid(self) -> None:
        found = ranking.price(column(3_500, 7_000, 8_500, 10_000, 12_000), most=10_000)
        assert found.tolist() == [10_000, 10_000, 8_500, 7_000, 5_000]
        assert ranking.price(column(3_500), most=None).tolist() == [7_000]

    @pytest.mark.parametrize(
        ("days", "worth"),
        [
            (-1, 10_000),
            (1, 10_000),
            (2, 9_000),
            (7, 9_000),
            (8, 7_000),
            (30, 7_000),
            (31, 5_000),
            (90, 5_000),
            (91, 3_000),
        ],
    )
    def test_freshness_falls_in_steps(self, days: int, worth: int) -> None:
        active = (TODAY - timedelta(days=days)).toordinal()
        assert ranking.freshness(column(active), TODAY.toordinal()).tolist() == [worth]

    def test_freshness_of_whoever_was_never_there_is_in_the_middle(self) -> None:
        assert ranking.freshness(column(-1), TODAY.toordinal()).tolist() == [5_000]

    def test_are_told_of_each_result_and_add_up_to_its_score(self) -> None:
        of = city(
            (
                teacher(0, star_sum=10, review_count=2, is_founding=True),
                offer(0, prices={TRAVEL: 8_500}),
            )
        )
        wanted = Wanted(
            services={PIANO: 0.9},
            where=Where(frozenset({"harlem"})),
            max_cents=10_000,
            audience=Audience.KIDS,
            skill=Skill.INTERMEDIATE,
        )
        (item,) = results(of, wanted)
        assert item.best.signals == Signals(
            relevance=9_000,
            quality=10_000,
            distance=10_000,
            price=8_500,
            freshness=10_000,
            completeness=8_000,
            audience=1_000,
            skill=200,
            founding=500,
        )
        weighed = 35 * 90 + 25 * 100 + 15 * 100 + 10 * 85 + 10 * 100 + 5 * 80
        assert item.best.score == weighed + 1_000 + 200 + 500


class TestAdditions:
    def test_go_to_whoever_teaches_the_audience_or_names_none(self) -> None:
        ages = [("kids",), ("toddler",), ("adults",), (), ("kids", "adults")]
        of = city(*((teacher(n), offer(n, age_groups=one)) for n, one in enumerate(ages)))
        kids = results(of, Wanted(services={PIANO: 1.0}, audience=Audience.KIDS))
        assert {one.instructor_id: one.best.signals.audience for one in kids} == dict(
            zip(map(who, range(5)), (1_000, 1_000, 0, 1_000, 1_000), strict=True)
        )

    def test_go_to_the_same_level_and_a_little_to_levels_beside_the_middle(self) -> None:
        levels = [("beginner",), ("intermediate",), (), ("advanced",)]
        of = city(*((teacher(n), offer(n, skills=one)) for n, one in enumerate(levels)))

        def bonus(skill: Skill) -> list[int]:
            found = results(of, Wanted(services={PIANO: 1.0}, skill=skill))
            by_id = {one.instructor_id: one.best.signals.skill for one in found}
            return [by_id[who(number)] for number in range(4)]

        assert bonus(Skill.INTERMEDIATE) == [200, 500, 500, 200]
        assert bonus(Skill.BEGINNER) == [500, 0, 500, 0]


class TestFounders:
    def test_come_before_their_equals(self) -> None:
        of = city((teacher(0), offer(0)), (teacher(1, is_founding=True), offer(1)))
        assert order(of) == [1, 0]

    @pytest.mark.parametrize(("relevance", "first"), [(0.86, 1), (0.85, 0)])
    def test_do_not_come_before_a_clearly_better_match(self, relevance: float, first: int) -> None:
        """The bonus is 500 of ten thousand: as much as 0.143 of relevance."""
        of = city((teacher(0), offer(0, PIANO)), (teacher(1, is_founding=True), offer(1, CELLO)))
        assert order(of, Wanted(services={PIANO: 1.0, CELLO: relevance}))[0] == first

    def test_get_half_of_their_score_where_that_is_less(self) -> None:
        score = column(600, 1_000, 8_000)
        assert ranking.founding_bonus(score, np.array([True, True, True])).tolist() == [
            300,
            500,
            500,
        ]


class TestTies:
    def test_are_broken_by_quality_price_distance_joining_and_id(self) -> None:
        """Scores are equal in each pair: what one has more of, the other has elsewhere."""
        of = city(
            (teacher(0, joined_on=date(2026, 1, 2)), offer(0)),
            (teacher(1, joined_on=date(2026, 1, 1)), offer(1)),
            (teacher(2, joined_on=date(2026, 1, 1)), offer(2)),
            (teacher(3), offer(3, prices={TRAVEL: 9_900})),
        )
        assert order(of) == [3, 1, 2, 0]

    def test_do_not_depend_on_anything_else(self) -> None:
        of = city(*((teacher(number), offer(number)) for number in range(100)))
        assert order(of) == list(range(20))


class TestSorting:
    OF = city(
        (teacher(0, star_sum=50, review_count=10), offer(0, prices={TRAVEL: 12_000})),
        (teacher(1), offer(1, prices={TRAVEL: 8_000, STUDIO: 13_000})),
        (teacher(2, star_sum=30, review_count=10), offer(2, prices={ONLINE: 9_000})),
        (teacher(3, star_sum=5, review_count=1), offer(3, prices={TRAVEL: 10_000})),
    )

    @pytest.mark.parametrize(
        ("sort", "expected"),
        [
            (Sort.PRICE_LOW, [1, 2, 3, 0]),
            (Sort.PRICE_HIGH, [0, 3, 2, 1]),
            (Sort.RATING, [0, 3, 2, 1]),
        ],
    )
    def test_is_by_the_lowest_price_or_by_rating_with_nobodys_last(
        self, sort: Sort, expected: list[int]
    ) -> None:
        assert order(self.OF, Wanted(services={PIANO: 1.0}, sort=sort)) == expected

    def test_by_price_takes_the_cheapest_offer_of_each_in_both_directions(self) -> None:
        of = City(
            (teacher(0), teacher(1)),
            (
                offer(0, PIANO, prices={TRAVEL: 6_000}),
                offer(0, CELLO, prices={TRAVEL: 20_000}),
                offer(1, PIANO, prices={TRAVEL: 9_000}),
            ),
        )
        both = {PIANO: 1.0, CELLO: 1.0}
        assert order(of, Wanted(services=both, sort=Sort.PRICE_HIGH)) == [1, 0]
        assert order(of, Wanted(services=both, sort=Sort.PRICE_LOW)) == [0, 1]


class TestAResult:
    def test_is_an_instructor_with_the_best_offer_and_up_to_three_others(self) -> None:
        services = {f"{PIANO[:-1]}{digit}": 1.0 - digit / 10 for digit in range(6)}
        of = City((teacher(0),), tuple(offer(0, one) for one in services))
        (item,) = results(of, Wanted(services=services))
        first, *others = services
        assert item.best.service_id == first
        assert [one.service_id for one in item.others] == others[:3]
        assert item.offering_count == 6

    def test_names_the_formats_that_answer_and_their_lowest_price(self) -> None:
        prices = {TRAVEL: 12_000, STUDIO: 9_000, ONLINE: 7_000}
        of = city((teacher(0), offer(0, prices=prices)))
        (item,) = results(of, Wanted(services={PIANO: 1.0}, min_cents=8_000))
        assert (item.best.formats, item.best.from_cents) == ({TRAVEL, STUDIO}, 9_000)
