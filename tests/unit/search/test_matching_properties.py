"""Matching against a reference that goes through every offer, and what holds for any city."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from instainstru_core.domains.search.policy.matching import columns
from instainstru_core.domains.search.policy.matching.gathering import gathered
from instainstru_core.domains.search.policy.matching.index import Index
from instainstru_core.domains.search.policy.matching.searching import matched
from instainstru_core.domains.search.types.matching import (
    Found,
    Offered,
    Offers,
    People,
    Spot,
    Teacher,
)
from instainstru_core.domains.search.types.parsed import AgeGroup, Audience, Skill
from instainstru_core.domains.search.types.wanted import Sort, Wanted, Where
from instainstru_core.kernel.ids import id_of
from tests.factories.matching import (
    AREAS,
    CELLO,
    CHESS,
    KEYS,
    NEUTRAL,
    ONLINE,
    PIANO,
    STUDIO,
    TODAY,
    TRAVEL,
    City,
    Row,
    offer,
    offers_of,
    people_of,
    reference,
    teacher,
    who,
)

SERVICES = (PIANO, CELLO, CHESS)
CENTS = (6_000, 8_000, 9_000, 10_000, 12_500)
GOALS = ("hobby", "performance", "fitness")
POINTS = ((40.81, -73.95), (40.85, -73.93), (40.5, -74.2))
few = settings(max_examples=40, deadline=None)


def some(random: Random, choices: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(one for one in choices if random.random() < 0.5)


def a_teacher(random: Random, number: int) -> Teacher:
    reviews = random.choice((0, 0, 1, 3, 40))
    return teacher(
        number,
        area_keys=some(random, KEYS),
        spots=tuple(
            Spot(*random.choice(POINTS), random.choice((None, *KEYS)))
            for _ in range(random.randint(0, 2))
        ),
        is_founding=random.random() < 0.2,
        star_sum=random.randint(reviews, 5 * reviews),
        review_count=reviews,
        active_on=random.choice((None, *(TODAY - timedelta(days=d) for d in (0, 7, 8, 90, 91)))),
        joined_on=TODAY - timedelta(days=random.choice((1, 2))),
        is_described=random.random() < 0.5,
    )


def an_offer(random: Random, number: int, service_id: str) -> Offered:
    return offer(
        number,
        service_id,
        prices={
            kind: random.choice(CENTS) for kind in (TRAVEL, STUDIO, ONLINE) if random.random() < 0.6
        },
        durations=random.choice(((30,), (60,), (30, 60, 240))),
        age_groups=some(random, tuple(AgeGroup)),
        skills=some(random, tuple(Skill)),
        filters={"goal": some(random, GOALS)} if random.random() < 0.5 else {},
        is_described=random.random() < 0.5,
    )


def a_city(random: Random, size: int) -> City:
    teachers = tuple(a_teacher(random, number) for number in range(size))
    offers = [
        an_offer(random, number, service_id)
        for number in range(size)
        for service_id in SERVICES
        if random.random() < 0.6
    ]
    return City(teachers, tuple(one for one in offers if one.prices))


def a_place(random: Random) -> Where:
    keys = frozenset(some(random, KEYS)) if random.random() < 0.6 else None
    return Where(keys, random.choice((None, *POINTS)) if random.random() < 0.4 else None)


def maybe(random: Random, value: object, share: float = 0.25) -> object:
    return value if random.random() < share else None


def a_wish(random: Random) -> Wanted:
    formats = frozenset(random.sample((TRAVEL, STUDIO, ONLINE, NEUTRAL), random.randint(1, 2)))
    relevances = {one: random.choice((0.8, 1.0)) for one in SERVICES if random.random() < 0.7}
    return Wanted(
        services=maybe(random, relevances, 0.8),  # type: ignore[arg-type]
        excluded=frozenset({CHESS}) if random.random() < 0.2 else frozenset(),
        where=a_place(random),
        formats=maybe(random, formats),  # type: ignore[arg-type]
        min_cents=maybe(random, 8_000),  # type: ignore[arg-type]
        max_cents=maybe(random, random.choice((8_000, 9_000)), 0.5),  # type: ignore[arg-type]
        minutes=maybe(random, 60),  # type: ignore[arg-type]
        age_group=maybe(random, random.choice(tuple(AgeGroup))),  # type: ignore[arg-type]
        skills=maybe(random, frozenset({Skill.BEGINNER, Skill.ADVANCED})),  # type: ignore[arg-type]
        filters={"goal": frozenset({"hobby", "fitness"})} if random.random() < 0.2 else {},
        min_rating=maybe(random, 4.0, 0.15),  # type: ignore[arg-type]
        audience=maybe(random, random.choice(tuple(Audience))),  # type: ignore[arg-type]
        skill=maybe(random, random.choice(tuple(Skill))),  # type: ignore[arg-type]
        sort=random.choice(tuple(Sort)),
    )


def rows(found: Found) -> list[Row]:
    return [
        Row(
            one.instructor_id,
            one.best.service_id,
            one.relaxed,
            one.best.score,
            one.best.from_cents,
            one.meters,
        )
        for one in found.items
    ]


def strict(index: Index, wanted: Wanted) -> set[str]:
    found = matched(index, wanted, today=TODAY, limit=1_000)
    return {one.instructor_id for one in found.items if not one.relaxed}


class TestMatching:
    @few
    @given(seed=st.integers(0, 2**32), size=st.integers(0, 25))
    def test_finds_what_the_reference_finds_in_the_same_order(self, seed: int, size: int) -> None:
        random = Random(seed)
        city, wanted = a_city(random, size), a_wish(random)
        found = matched(city.index, wanted, today=TODAY, limit=1_000)
        expected = reference(city, wanted)
        assert rows(found) == expected
        assert found.total == sum(not row.relaxed for row in expected)
        assert found.exact

    @few
    @given(seed=st.integers(0, 2**32))
    def test_does_not_depend_on_the_order_in_which_offers_are_read(self, seed: int) -> None:
        random = Random(seed)
        city, wanted = a_city(random, 20), a_wish(random)
        shuffled = City(
            tuple(random.sample(city.teachers, len(city.teachers))),
            tuple(random.sample(city.offers, len(city.offers))),
        )
        assert matched(city.index, wanted, today=TODAY) == matched(
            shuffled.index, wanted, today=TODAY
        )

    @few
    @given(seed=st.integers(0, 2**32))
    def test_finds_nobody_more_when_a_filter_is_added(self, seed: int) -> None:
        random = Random(seed)
        city, wanted = a_city(random, 25), a_wish(random)
        before = strict(city.index, wanted)
        formats = wanted.formats or frozenset({TRAVEL, STUDIO, ONLINE})
        narrower = (
            {"excluded": wanted.excluded | {random.choice(SERVICES)}},
            {"max_cents": min(wanted.max_cents or 9_000, 9_000)},
            {"min_cents": max(wanted.min_cents or 8_000, 8_000)},
            {"minutes": wanted.minutes or 60},
            {"age_group": wanted.age_group or AgeGroup.KIDS},
            {"skills": (wanted.skills or frozenset(Skill)) & {Skill.BEGINNER}},
            {"filters": {**wanted.filters, "goal": frozenset({"hobby"})}},
            {"min_rating": max(wanted.min_rating or 0.0, 4.5)},
            {"formats": frozenset({min(formats)})},
        )
        change = random.choice(narrower)
        if "filters" in change and "goal" in wanted.filters:
            return
        if "formats" in change and wanted.formats is None:
            change = {"formats": frozenset({TRAVEL})}
        after = strict(city.index, replace(wanted, **change))  # type: ignore[arg-type]
        assert after <= before

    @few
    @given(seed=st.integers(0, 2**32))
    def test_finds_after_changes_what_an_index_made_anew_finds(self, seed: int) -> None:
        random = Random(seed)
        city, wanted = a_city(random, 15), a_wish(random)
        index = city.index
        teachers = {one.instructor_id: one for one in city.teachers}
        offers = list(city.offers)
        for _ in range(3):
            numbers = random.sample(range(20), 3)
            ids = {who(number) for number in numbers}
            changed = [a_teacher(random, number) for number in numbers if random.random() < 0.7]
            new = [
                made
                for number in numbers
                for service_id in SERVICES
                if who(number) in {one.instructor_id for one in changed}
                and (made := an_offer(random, number, service_id)).prices
            ]
            index = index.changed(ids, changed, new)
            teachers = {key: one for key, one in teachers.items() if key not in ids}
            teachers |= {one.instructor_id: one for one in changed}
            offers = [one for one in offers if one.instructor_id not in ids] + new
        anew = gathered(AREAS, _chunks(list(teachers.values()), offers))
        assert matched(index, wanted, today=TODAY) == matched(anew, wanted, today=TODAY)
        assert (index.mean, index.rows) == (anew.mean, anew.rows)


def _chunks(teachers: list[Teacher], offered: list[Offered]) -> Iterator[tuple[People, Offers]]:
    """Four instructors at a time, each with all offers there are: those of others do not count."""
    for start in range(0, len(teachers), 4):
        yield people_of(teachers[start : start + 4]), offers_of(offered)


class TestPages:
    @few
    @given(seed=st.integers(0, 2**32), limit=st.integers(1, 7))
    def test_are_the_whole_list_cut_up(self, seed: int, limit: int) -> None:
        random = Random(seed)
        city, wanted = a_city(random, 25), a_wish(random)
        whole = matched(city.index, wanted, today=TODAY, limit=1_000)
        pages = [matched(city.index, wanted, today=TODAY, limit=limit)]
        while pages[-1].next is not None:
            pages.append(
                matched(city.index, wanted, today=TODAY, limit=limit, after=pages[-1].next)
            )
        assert [one for page in pages for one in page.items] == list(whole.items)
        assert all(len(page.items) == limit for page in pages[:-1])

    @few
    @given(seed=st.integers(0, 2**32), limit=st.integers(1, 5))
    def test_neither_repeat_nor_skip_while_others_arrive(self, seed: int, limit: int) -> None:
        """Between pages somebody new joins, with reviews that move the mean. A day goes by too."""
        random = Random(seed)
        city, wanted = a_city(random, 20), a_wish(random)
        index = city.index
        page = matched(index, wanted, today=TODAY, limit=limit)
        whole = matched(index, wanted, today=TODAY, limit=1_000)
        shown = [one.instructor_id for one in page.items]
        for number in range(100, 140):
            if page.next is None:
                break
            new = [made for one in SERVICES if (made := an_offer(random, number, one)).prices]
            index = index.changed({who(number)}, [a_teacher(random, number)], new)
            page = matched(
                index, wanted, today=TODAY + timedelta(days=1), limit=limit, after=page.next
            )
            shown += [one.instructor_id for one in page.items]
        assert len(shown) == len(set(shown)), "nobody twice"
        newcomers = {who(number) for number in range(100, 140)}
        known = [one for one in shown if one not in newcomers]
        expected = [one.instructor_id for one in whole.items]
        assert known == expected, "everybody who was there, in the same order"


class TestIds:
    @given(st.lists(st.integers(0, (1 << 128) - 1), max_size=5))
    def test_are_the_same_as_numbers_and_back(self, wholes: list[int]) -> None:
        ids = [columns.id_of(whole >> 64, whole & columns.LOW) for whole in wholes]
        assert columns.ids_of(*columns.halves(ids)) == ids


class TestTheIndex:
    def test_lays_blocks_together_again_when_too_many_lie_apart(self) -> None:
        services = [id_of(9, number) for number in range(70)]
        offers = [offer(0, one) for one in services] + [offer(1, one) for one in services[:64]]
        index = City((teacher(0), teacher(1)), tuple(offers)).index
        some = [services[3], services[4], services[9]]
        assert [run.numbers for run in index.runs(services)] == [list(range(70))]
        assert [run.numbers for run in index.runs(some)] == [[0, 1], [2]]
        apart = index.changed({who(1)}, [teacher(1)], offers[70:])
        assert [run.numbers for run in apart.runs(services)][63:] == [[63], list(range(64, 70))]
        again = apart.changed({who(1)}, [teacher(1)], [offer(1, one) for one in services[:65]])
        assert [run.numbers for run in again.runs(services)] == [list(range(70))]
        before, after = (
            matched(one, Wanted(), today=TODAY, with_facets=True) for one in (index, apart)
        )
        assert before == after

    def test_holds_numbers_that_two_bytes_are_too_few_for(self) -> None:
        dear = offer(1, prices={TRAVEL: 120_000})
        anew = City((teacher(0), teacher(1)), (offer(0), dear)).index
        before = City((teacher(0),), (offer(0),)).index
        for index in (anew, before.changed({who(1)}, [teacher(1)], [dear])):
            found = matched(index, Wanted(min_cents=100_000), today=TODAY).items
            assert [(one.instructor_id, one.best.from_cents) for one in found] == [
                (who(1), 120_000)
            ]
