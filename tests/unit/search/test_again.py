"""Teachers from before: how texts speak of them, and which of them is meant."""

from datetime import date
from typing import NamedTuple

import pytest

from instainstru_core.domains.search.policy import again
from instainstru_core.domains.search.policy.grammar import parse
from instainstru_core.domains.search.types.parsed import Again, Parsed, Slot
from tests.unit.search.knowledge import words


def read(text: str) -> Parsed:
    return parse(text, words(), date(2026, 11, 28))


class TestTexts:
    @pytest.mark.parametrize(
        ("text", "which", "services"),
        [
            ("same piano teacher as last time", Again.LAST, ["piano"]),
            ("same as last time", Again.LAST, []),
            ("same instructor", Again.LAST, []),
            ("my last violin tutor", Again.LAST, ["violin"]),
            ("my usual guitar teacher", Again.USUAL, ["guitar"]),
            ("usual piano teacher tuesday 5pm", Again.USUAL, ["piano"]),
            ("book again with my spanish tutor", Again.ANY, ["spanish"]),
            ("my old violin teacher", Again.ANY, ["violin"]),
        ],
    )
    def test_speak_of_teachers_from_before(
        self, text: str, which: Again, services: list[str]
    ) -> None:
        found = read(text)
        assert (found.again, [one.text for one in found.services]) == (which, services)
        assert (found.rest, found.needs_model) == ("", False)
        assert any(mark.slot is Slot.AGAIN for mark in found.marks)

    @pytest.mark.parametrize(
        "text",
        ["piano same day", "get in shape again", "last minute piano", "piano for my old mother"],
    )
    def test_do_not_where_something_else_is_the_same(self, text: str) -> None:
        assert read(text).again is None


class Had(NamedTuple):
    instructor_id: str
    service_id: str
    lessons: int


class TestWhoIsMeant:
    HAD = (Had("ana", "piano", 1), Had("maya", "piano", 2), Had("maya", "voice", 1),
           Had("zoe", "oboe", 9))  # fmt: skip

    @pytest.mark.parametrize(
        ("which", "services", "expected"),
        [
            (Again.LAST, None, {"ana"}),
            (Again.LAST, {"voice", "oboe"}, {"maya"}),
            (Again.USUAL, None, {"zoe"}),
            (Again.USUAL, {"piano", "voice"}, {"maya"}),
            (Again.ANY, {"piano"}, {"ana", "maya"}),
            (Again.ANY, {"harp"}, set[str]()),
        ],
    )
    def test_is_who_taught_what_is_wished(
        self, which: Again, services: set[str] | None, expected: set[str]
    ) -> None:
        assert again.meant(which, self.HAD, services) == expected
