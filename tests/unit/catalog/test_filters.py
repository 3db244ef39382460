"""Filters: how a wish is read, what fits it, and what a text speaks of."""

import pytest

from instainstru_core.domains.catalog import policy
from instainstru_core.domains.catalog.policy import BadFilters
from instainstru_core.domains.catalog.types import FilterDefinition, FilterOption


def definition(key: str, *values: str) -> FilterDefinition:
    options = tuple(FilterOption(value, value.replace("_", " ").title()) for value in values)
    return FilterDefinition(key, key.title(), options)


LEVEL = definition("skill_level", "beginner", "intermediate", "advanced")
GOAL = definition("goal", "hobby", "performance", "test_prep", "competition", "self_defense")
STYLE = definition("style", "classical", "competition")
GRADE = FilterDefinition(
    "grade_level",
    "Grade",
    (
        FilterOption("elementary", "Elementary (K-5)", ("elementary school",)),
        FilterOption("high_school", "High School (9-12)"),
    ),
)
FOCUS = definition("focus", "business", "test_prep")
DEFINITIONS = (LEVEL, GOAL, STYLE, GRADE)


class TestReadingAWish:
    @pytest.mark.parametrize(
        ("text", "wish"),
        [
            ("", {}),
            ("  ", {}),
            ("goal:hobby", {"goal": {"hobby"}}),
            (
                "goal:hobby,performance|style:classical",
                {"goal": {"hobby", "performance"}, "style": {"classical"}},
            ),
            (" Goal : Hobby , hobby ", {"goal": {"hobby"}}),
            ("goal:hobby|goal:performance", {"goal": {"hobby", "performance"}}),
        ],
    )
    def test_takes_values_by_key(self, text: str, wish: dict[str, set[str]]) -> None:
        assert policy.parse_filters(text, DEFINITIONS) == wish

    @pytest.mark.parametrize(
        ("text", "says"),
        [
            ("goal", "Filters look like"),
            ("goal:", "Filters look like"),
            (":hobby", "Filters look like"),
            ("goal:hobby,,performance", "Filters look like"),
            ("goal:hobby|", "Filters look like"),
            ("color:red", "There is no filter color. Choose from skill_level: beginner,"),
            ("goal:wedding,hobby", "There is no filter goal:wedding. Choose from"),
            ("goal:" + "x" * 201, "at most 200 characters"),
            ("x" * 2001, "at most 2000 characters"),
        ],
    )
    def test_refuses_what_cannot_be_read_or_is_not_defined(self, text: str, says: str) -> None:
        with pytest.raises(BadFilters, match=says):
            policy.parse_filters(text, DEFINITIONS)

    def test_takes_ten_keys_and_twenty_values_and_no_more(self) -> None:
        keys = [definition(f"key_{place}", "yes") for place in range(11)]
        wish = [f"key_{place}:yes" for place in range(11)]
        assert len(policy.parse_filters("|".join(wish[:10]), keys)) == 10
        with pytest.raises(BadFilters, match="at most 10 filters"):
            policy.parse_filters("|".join(wish), keys)
        many = definition("many", *(f"v{place}" for place in range(21)))
        assert len(policy.parse_filters("many:" + ",".join(many.values[:20]), [many])["many"]) == 20
        with pytest.raises(BadFilters, match="at most 20 values"):
            policy.parse_filters("many:" + ",".join(many.values), [many])

    def test_says_where_nothing_applies(self) -> None:
        with pytest.raises(BadFilters, match="No filters apply here"):
            policy.parse_filters("goal:hobby", ())


class TestFitting:
    @pytest.mark.parametrize(
        ("wanted", "fits"),
        [
            ({}, True),
            ({"goal": {"hobby"}}, True),
            ({"goal": {"hobby", "competition"}}, True),
            ({"goal": {"competition"}}, False),
            ({"goal": {"hobby"}, "style": {"classical"}}, True),
            ({"goal": {"hobby"}, "style": {"competition"}}, False),
            ({"grade_level": {"elementary"}}, False),
        ],
    )
    def test_needs_one_value_of_each_key_and_an_absent_key_has_none(
        self, wanted: dict[str, set[str]], fits: bool
    ) -> None:
        offered = {"goal": ["hobby", "performance"], "style": ["classical"]}
        assert policy.fits(wanted, offered) is fits

    def test_names_what_does_not_belong(self) -> None:
        named = {"goal": ["hobby", "wedding"], "color": ["red"], "style": ["classical"]}
        assert policy.misfits(named, DEFINITIONS) == ["color", "goal:wedding"]


class TestHearing:
    @pytest.mark.parametrize(
        ("text", "heard"),
        [
            ("piano for a hobby", {"goal": {"hobby"}}),
            ("Self-Defense classes", {"goal": {"self_defense"}}),
            ("elementary school math", {"grade_level": {"elementary"}}),
            (
                "HIGH SCHOOL math, beginner",
                {"grade_level": {"high_school"}, "skill_level": {"beginner"}},
            ),
            ("hobby or performance", {"goal": {"hobby", "performance"}}),
            ("hobbyist", {}),
            ("schools that are high", {}),
            ("competition", {}),
            ("", {}),
        ],
    )
    def test_takes_whole_words_longest_first_and_leaves_ambiguous_ones(
        self, text: str, heard: dict[str, set[str]]
    ) -> None:
        assert policy.inferred_filters(text, DEFINITIONS) == heard

    def test_uses_a_word_once(self) -> None:
        prep = definition("kind", "prep")
        assert policy.inferred_filters("test prep", (GOAL, prep)) == {"goal": {"test_prep"}}
        assert policy.inferred_filters("test prep prep", (GOAL, prep)) == {
            "goal": {"test_prep"},
            "kind": {"prep"},
        }

    def test_leaves_a_phrase_of_two_keys_with_all_its_words(self) -> None:
        prep = definition("kind", "prep")
        assert policy.inferred_filters("test prep", (GOAL, FOCUS, prep)) == {}

    def test_leaves_keys_that_are_chosen_already(self) -> None:
        heard = policy.inferred_filters("beginner hobby", DEFINITIONS, taken=["skill_level"])
        assert heard == {"goal": {"hobby"}}

    def test_takes_a_name_that_means_many_things_only_in_its_own_words(self) -> None:
        street = FilterOption("street", "Street", ("street dance",), heard=False)
        style = FilterDefinition("style", "Style", (street,))
        assert policy.inferred_filters("hip hop on 5th street", (style,)) == {}
        assert policy.inferred_filters("street dance", (style,)) == {"style": {"street"}}
