"""Who answers: places, prices of formats, what offers say of themselves. And the facets."""

from typing import cast

import pytest

from instainstru_core.domains.instructors.types import LessonFormat
from instainstru_core.domains.regions.types import Borough
from instainstru_core.domains.search.policy.matching.places import Areas, TooManyAreas
from instainstru_core.domains.search.policy.matching.searching import matched
from instainstru_core.domains.search.policy.matching.writing import TooManyOptions
from instainstru_core.domains.search.types.matching import AreaName, AreaShape, Facets, Spot
from instainstru_core.domains.search.types.parsed import AgeGroup, Skill
from instainstru_core.domains.search.types.wanted import Wanted, Where
from tests.factories.matching import (
    CELLO,
    NEUTRAL,
    ONLINE,
    PIANO,
    STUDIO,
    TODAY,
    TRAVEL,
    City,
    city,
    offer,
    plain,
    teacher,
    who,
)

HARLEM = Where(frozenset({"harlem"}))


def strict(of: City, wanted: Wanted) -> list[int]:
    """The numbers of those who answer without anything given up."""
    numbers = {who(number): number for number in range(200)}
    found = matched(of.index, wanted, today=TODAY, limit=200).items
    return sorted(numbers[one.instructor_id] for one in found if not one.relaxed)


def wish(**changes: object) -> Wanted:
    return Wanted(services={PIANO: 1.0}, **changes)  # type: ignore[arg-type]


class TestAPlace:
    OF = city(
        (teacher(0, area_keys=("harlem",)), offer(0, prices={TRAVEL: 9_000})),
        (teacher(1, area_keys=("chelsea",)), offer(1, prices={TRAVEL: 9_000})),
        (
            teacher(2, area_keys=(), spots=(Spot(40.81, -73.95, "harlem"),)),
            offer(2, prices={STUDIO: 9_000}),
        ),
        (teacher(3, area_keys=("harlem",)), offer(3, prices={ONLINE: 9_000})),
        (teacher(4, area_keys=("harlem",)), offer(4, prices={STUDIO: 9_000})),
    )

    def test_is_reached_by_who_travels_there_or_teaches_there(self) -> None:
        assert strict(self.OF, wish(where=HARLEM)) == [0, 2]

    def test_is_no_matter_online_where_online_is_asked_for(self) -> None:
        wanted = wish(where=HARLEM, formats=frozenset({ONLINE}))
        assert strict(self.OF, wanted) == [3]

    def test_is_anywhere_where_none_is_named(self) -> None:
        assert strict(self.OF, wish()) == [0, 1, 2, 3, 4]

    def test_outside_of_the_city_is_reached_by_nobody(self) -> None:
        assert strict(self.OF, wish(where=Where(frozenset()))) == []

    @pytest.mark.parametrize(("north", "expected"), [(0.0449, [0]), (0.0451, [])])
    def test_of_a_student_is_within_five_kilometers_of_a_studio(
        self, north: float, expected: list[int]
    ) -> None:
        spot = Spot(40.8 + north, -73.95, None)
        of = city((teacher(0, area_keys=(), spots=(spot,)), offer(0, prices={STUDIO: 9_000})))
        assert strict(of, wish(where=Where(frozenset(), (40.8, -73.95)))) == expected

    def test_is_told_with_its_distance(self) -> None:
        spots = (Spot(40.9, -73.95, None), Spot(40.81, -73.95, None))
        of = city(
            (
                teacher(0, area_keys=(), spots=spots),
                offer(0, prices={STUDIO: 9_000}),
            )
        )
        found = matched(of.index, wish(where=Where(frozenset(), (40.8, -73.95))), today=TODAY)
        assert found.items[0].meters == 1_111, "a hundredth of a degree, to the nearer of the two"

    def test_may_be_the_third_of_somebody_among_people_who_have_fewer(self) -> None:
        far, here = Spot(40.9, -73.95, None), Where(frozenset(), (40.5, -74.2))
        third = teacher(2, area_keys=(), spots=(far, far, Spot(40.5, -74.2, None)))
        others = city(
            (teacher(0), offer(0)), (teacher(1, spots=(far,)), offer(1, prices={STUDIO: 9_000}))
        )
        earlier = others.index
        later = earlier.changed({who(2)}, [third], [offer(2, prices={STUDIO: 9_000})])
        for index in (later, later.laid()):
            found = matched(index, wish(where=here), today=TODAY)
            assert [one.instructor_id for one in found.items] == [who(2)]
        columns = [len(index.blocks[PIANO].spots) for index in (earlier, later)]
        assert columns == [2, 6], "two for each place that anybody has"
        back = later.changed({who(2)}, [], [])
        assert matched(back, wish(where=here), today=TODAY).items == ()


class TestAPrice:
    def test_is_that_of_the_wanted_format(self) -> None:
        prices = {TRAVEL: 12_000, ONLINE: 7_000}
        of = city((teacher(0), offer(0, prices=prices)))
        assert strict(of, wish(max_cents=8_000)) == [0]
        assert strict(of, wish(max_cents=8_000, formats=frozenset({TRAVEL}))) == []
        assert strict(of, wish(max_cents=12_000, formats=frozenset({TRAVEL}))) == [0]
        assert strict(of, wish(min_cents=7_001, max_cents=11_999)) == []

    def test_in_a_neutral_place_is_the_studios_else_that_of_travel(self) -> None:
        of = city(
            (teacher(0), offer(0, prices={TRAVEL: 9_000, STUDIO: 12_000})),
            (teacher(1), offer(1, prices={TRAVEL: 9_000})),
            (teacher(2), offer(2, prices={ONLINE: 9_000})),
        )
        neutral = frozenset({NEUTRAL})
        assert strict(of, wish(formats=neutral)) == [0, 1]
        assert strict(of, wish(formats=neutral, max_cents=9_000)) == [1]
        (item,) = matched(of.index, wish(formats=neutral, min_cents=12_000), today=TODAY).items
        assert item.best.formats == {LessonFormat.NEUTRAL_LOCATION}


class TestWhatOffersSay:
    OF = city(
        (
            teacher(0, star_sum=9, review_count=2),
            offer(0, durations=(45,), filters={"goal": ("hobby", "wedding"), "style": ("street",)}),
        ),
        (
            teacher(1, star_sum=8, review_count=2),
            offer(1, skills=("advanced",), age_groups=("teens",), filters={"goal": ("hobby",)}),
        ),
        (teacher(2), offer(2, skills=())),
    )

    @pytest.mark.parametrize(
        ("change", "expected"),
        [
            ({"minutes": 45}, [0]),
            ({"minutes": 50}, []),
            ({"age_group": AgeGroup.TEENS}, [1]),
            ({"skills": frozenset({Skill.ADVANCED})}, [1]),
            ({"skills": frozenset({Skill.BEGINNER, Skill.ADVANCED})}, [0, 1]),
            ({"min_rating": 4.5}, [0]),
            ({"min_rating": 4.0}, [0, 1]),
            ({"filters": {"goal": frozenset({"hobby"})}}, [0, 1]),
            ({"filters": {"goal": frozenset({"wedding", "fitness"})}}, [0]),
            ({"filters": {"goal": frozenset({"hobby"}), "style": frozenset({"street"})}}, [0]),
            ({"filters": {"goal": frozenset({"never heard of"})}}, []),
            ({"excluded": frozenset({PIANO})}, []),
        ],
    )
    def test_narrows(self, change: dict[str, object], expected: list[int]) -> None:
        assert strict(self.OF, wish(**change)) == expected

    def test_of_another_service_does_not_count(self) -> None:
        assert strict(self.OF, Wanted(services={CELLO: 1.0})) == []
        assert strict(self.OF, Wanted()) == [0, 1, 2]


class TestTheMap:
    def test_names_areas_in_its_own_order_and_leaves_out_what_it_does_not_know(self) -> None:
        named = [
            AreaName("inwood", "Inwood", Borough.MANHATTAN),
            AreaName("astoria", "Astoria", Borough.QUEENS),
            AreaName("harlem", "Harlem", Borough.MANHATTAN),
        ]
        areas = Areas.of((), named)
        assert areas.named(["harlem", "atlantis", "inwood"]) == [named[0], named[2]]
        assert areas.named([]) == []


class TestLimits:
    def test_of_the_map_are_256_areas(self) -> None:
        shapes = [AreaShape(f"area {number}", 40.7, -73.9, 1.0) for number in range(257)]
        assert len(Areas.of(shapes[:256]).bits(["area 255"])) == 4
        with pytest.raises(TooManyAreas):
            Areas.of(shapes)

    def test_of_filters_are_128_values(self) -> None:
        values = [str(number) for number in range(129)]
        of = city((teacher(0), offer(0, filters={"goal": values[:128]})))
        assert strict(of, wish(filters={"goal": frozenset({"127"})})) == [0]
        with pytest.raises(TooManyOptions):
            _ = city((teacher(0), offer(0, filters={"goal": values}))).index


class TestFacets:
    OF = city(
        (
            teacher(0, star_sum=5, review_count=1),
            offer(0, prices={TRAVEL: 7_499, ONLINE: 15_000}, filters={"goal": ("hobby",)}),
        ),
        (teacher(1, star_sum=4, review_count=1), offer(1, prices={TRAVEL: 7_500}, durations=(45,))),
        (
            teacher(2, area_keys=("chelsea",)),
            offer(2, skills=("advanced",), filters={"goal": ("hobby", "fitness")}),
        ),
    )

    def facets(self, of: City, **changes: object) -> dict[str, object]:
        found = matched(of.index, wish(**changes), today=TODAY, with_facets=True).facets
        assert found is not None
        return {name: told(found, name) for name in Facets.__slots__}

    def test_count_what_each_choice_would_leave(self) -> None:
        assert self.facets(self.OF) == {
            "lesson_types": {"online": 1, "in_person": 3, "travels": 3},
            "skills": {"beginner": 2, "advanced": 1},
            "age_groups": {"kids": 3, "adults": 3},
            "minutes": {"30": 2, "45": 1, "60": 2},
            "prices": {"0-7499": 1, "7500-9999": 1, "10000-12499": 1, "15000-": 1},
            "ratings": {"4.5": 1, "4": 2},
            "filters": {"goal": {"fitness": 1, "hobby": 2}},
        }

    def test_leave_out_their_own_filter_and_keep_to_all_others(self) -> None:
        told = self.facets(self.OF, skills=frozenset({Skill.ADVANCED}), where=HARLEM)
        assert told["skills"] == {"beginner": 2}
        assert told["minutes"] == {}
        told = self.facets(self.OF, minutes=45, filters={"goal": frozenset({"hobby"})})
        assert told["minutes"] == {"30": 2, "60": 2}
        assert told["filters"] == {}
        told = self.facets(self.OF, max_cents=7_500)
        assert told["prices"] == {"0-7499": 1, "7500-9999": 1, "10000-12499": 1, "15000-": 1}
        assert told["lesson_types"] == {"in_person": 2, "travels": 2}

    def test_of_prices_count_who_is_left_by_that_price(self) -> None:
        bands = cast("dict[str, int]", self.facets(self.OF)["prices"])
        for name, count in bands.items():
            low, _, high = name.partition("-")
            bounds = {"min_cents": int(low), "max_cents": int(high) if high else None}
            assert len(strict(self.OF, wish(**bounds))) == count

    def test_count_instructors_once_over_several_services(self) -> None:
        of = City((teacher(0),), (offer(0, PIANO), offer(0, CELLO, durations=(45,))))
        found = matched(of.index, Wanted(), today=TODAY, with_facets=True).facets
        assert found is not None
        assert told(found, "minutes") == {"30": 1, "45": 1, "60": 1}
        assert told(found, "lesson_types") == {"in_person": 1, "travels": 1}

    def test_of_nobody_are_empty(self) -> None:
        found = matched(plain(0).index, wish(), today=TODAY, with_facets=True)
        assert found.facets == Facets()


def told(facets: Facets, name: str) -> dict[str, object]:
    value = getattr(facets, name)
    if name == "filters":
        return {key: {one.value: one.count for one in found} for key, found in value.items()}
    return {one.value: one.count for one in value}


class TestChosenInstructors:
    OF = city(*((teacher(number), offer(number)) for number in range(4)))

    def test_are_the_only_ones_and_with_other_filters(self) -> None:
        assert strict(self.OF, wish(instructors=frozenset({who(1), who(3)}))) == [1, 3]
        assert strict(self.OF, wish(instructors=frozenset[str]())) == []
        both = wish(instructors=frozenset({who(1)}), age_group=AgeGroup.TODDLER)
        assert strict(self.OF, both) == []
