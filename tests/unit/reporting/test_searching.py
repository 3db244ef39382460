"""What staff see of one person's words, and how well a search went."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from instainstru_core.domains.reporting.policy import searching, wording

KNOWN = frozenset({"piano", "park", "slope", "jiu", "jitsu"})


class TestWords:
    @pytest.mark.parametrize(
        ("typed", "shown"),
        [
            ("piano lessons in park slope", "piano lessons in park slope"),
            ("piano for jane smith", "piano for …"),
            ("jane smith", "…"),
            ("jane piano smith", "… piano …"),
            ("piano 8 under 60 at 5pm 10yo", "piano 8 under 60 at 5pm 10yo"),
            ("piano 11215 4155550199", "piano …"),
            ("", "…"),
        ],
    )
    def test_of_one_person_are_those_that_many_use(self, typed: str, shown: str) -> None:
        assert wording.shown(typed, 1, KNOWN) == shown

    @pytest.mark.parametrize(("people", "is_whole"), [(0, False), (1, False), (2, True)])
    def test_of_two_people_are_shown_whole(self, people: int, *, is_whole: bool) -> None:
        assert (wording.shown("zither for jane", people, KNOWN) == "zither for jane") is is_whole

    @given(st.lists(st.text("abcdefgh0123456789", min_size=1, max_size=8), max_size=6))
    def test_of_one_person_hold_nothing_that_is_not_common(self, words: list[str]) -> None:
        shown = wording.shown(" ".join(words), 1, KNOWN).split()
        for word in shown:
            digits = word.removesuffix("am").removesuffix("pm").removesuffix("yo")
            assert word in KNOWN | wording.COMMON | {"…"} or len(digits) <= 3
        assert ("…", "…") not in pairwise(shown)


class TestQuality:
    @pytest.mark.parametrize(
        ("results", "of_use", "points"),
        [
            (0, False, 0.0),
            (1, False, 5.0),
            (10, False, 50.0),
            (11, False, 50.0),
            (50, True, 75.0),
            (51, False, 49.8),
            (150, False, 30.0),
            (9_999, True, 55.0),
        ],
    )
    def test_rises_to_ten_results_and_falls_past_fifty(
        self, results: int, points: float, *, of_use: bool
    ) -> None:
        assert searching.quality(results, of_use=of_use) == pytest.approx(points)
