"""Answers that are stored once and told often, and what makes them untrue."""

import gzip
import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from instainstru_core.domains.search.policy import caching, packing
from instainstru_core.domains.search.types.answers import Answer

FIRST, SECOND = "01JZ8M4T6Q3V9K2X7C5B1N0D8F", "01JZ8M4T6Q3V9K2X7C5B1N0D8G"
DOCUMENT = json.dumps({"total": 2, "name": "Zoë " * 500}, ensure_ascii=False).encode()
NOON = datetime(2026, 6, 15, 16, 0, tzinfo=UTC)


def answer(document: bytes = DOCUMENT, cursor: str | None = "abc") -> Answer:
    return packing.packed(document, cursor=cursor, mark="m", is_public=True, note=b"{}")


class TestAnAnswer:
    @pytest.mark.parametrize("document", [DOCUMENT, b'{"total":0}', b'{"a":[{"b":"}"}]}'])
    @pytest.mark.parametrize("cursor", [None, "abc"])
    def test_is_the_same_with_and_without_gzip(self, document: bytes, cursor: str | None) -> None:
        kept = answer(document, cursor)
        whole = packing.plain(kept, FIRST)
        assert gzip.decompress(packing.gzipped(kept, FIRST)) == whole
        following = None if cursor is None else f"abc{FIRST}"
        assert json.loads(whole) == json.loads(document) | {
            "next_cursor": following,
            "search_id": FIRST,
        }

    def test_names_another_search_each_time(self) -> None:
        kept = answer()
        first, second = (json.loads(packing.plain(kept, one)) for one in (FIRST, SECOND))
        assert (first["search_id"], first["next_cursor"]) == (FIRST, f"abc{FIRST}")
        assert (second["search_id"], second["next_cursor"]) == (SECOND, f"abc{SECOND}")

    def test_is_the_same_once_it_was_stored_and_before_it_is_deflated(self) -> None:
        made = answer()
        stored = replace(made, plain=None)
        waiting = packing.packed(
            DOCUMENT, cursor="abc", mark="m", is_public=True, note=b"{}", deflate=False
        )
        assert stored == made
        assert waiting.body == b""
        for told in (packing.plain, packing.gzipped):
            assert told(stored, FIRST) == told(made, FIRST) == told(waiting, FIRST)

    def test_is_small(self) -> None:
        assert len(answer().body) < len(DOCUMENT) / 20


class TestTheKey:
    def test_is_the_same_for_the_same_wish(self) -> None:
        known = caching.key("{}", text="Piano  in Park Slope ", day="2026-06-15")
        assert caching.key("{}", text="piano in park slope", day="2026-06-15") == known

    @pytest.mark.parametrize(
        ("parts", "text", "day"),
        [
            (("{}",), "piano in park", "2026-06-15"),
            (("{}",), "piano", "2026-06-16"),
            (("{1}",), "piano", "2026-06-15"),
            (("{}", ""), "piano", "2026-06-15"),
        ],
    )
    def test_is_another_for_another(self, parts: tuple[str, ...], text: str, day: str) -> None:
        assert caching.key(*parts, text=text, day=day) != caching.key(
            "{}", text="piano", day="2026-06-15"
        )

    def test_keeps_capitals_whose_small_letters_take_more_room(self) -> None:
        assert caching.canonical("İstanbul Oud") == "İstanbul Oud"
        assert caching.canonical("  Oud \n Lessons") == "oud lessons"
        assert caching.canonical("Guitar SAT") == "guitar SAT"
        assert caching.canonical("Guitar Sat") == "guitar sat"
        assert caching.canonical(None) == ""


class TestTheTimeToLive:
    @pytest.mark.parametrize(
        ("minute", "second", "brief", "dated", "seconds"),
        [
            (0, 0, False, False, 300),
            (0, 0, True, False, 30),
            (10, 0, False, True, 300),
            (10, 1, False, True, 299),
            (14, 59, False, True, 1),
            (15, 0, False, True, 300),
            (14, 50, True, True, 10),
            (59, 59, False, True, 1),
            (14, 59, False, False, 300),
        ],
    )
    def test_ends_with_the_quarter_where_time_matters(
        self, minute: int, second: int, brief: bool, dated: bool, seconds: int
    ) -> None:
        now = NOON.replace(minute=minute, second=second)
        assert caching.seconds(now, brief=brief, dated=dated) == seconds


class TestTags:
    def test_of_an_answer_are_its_services_in_its_areas_and_its_people(self) -> None:
        assert caching.tags_of_answer(
            services={"piano"}, area_keys={"soho", "noho"}, instructor_ids=["b", "a", "b"]
        ) == (
            "catalog",
            "places",
            "pair:piano:noho",
            "pair:piano:soho",
            "instructor:a",
            "instructor:b",
        )

    @pytest.mark.parametrize(
        ("services", "area_keys", "tags"),
        [
            ({"piano"}, None, ("service:piano",)),
            (None, {"soho"}, ("area:soho",)),
            (None, None, ("everybody",)),
            (set[str](), None, ()),
            ({"piano"}, set[str](), ()),
        ],
    )
    def test_are_as_wide_as_the_search(
        self, services: set[str] | None, area_keys: set[str] | None, tags: tuple[str, ...]
    ) -> None:
        found = caching.tags_of_answer(services=services, area_keys=area_keys, instructor_ids=[])
        assert found == ("catalog", "places", *tags)

    def test_are_by_service_alone_where_there_would_be_too_many(self) -> None:
        areas = {f"a{at}" for at in range(201)}
        found = caching.tags_of_answer(
            services={"piano", "guitar"}, area_keys=areas, instructor_ids=[]
        )
        assert found[2:] == ("service:guitar", "service:piano")
        found = caching.tags_of_answer(
            services={f"s{at}" for at in range(201)}, area_keys={"a", "b"}, instructor_ids=[]
        )
        assert found[2:] == ("area:a", "area:b")

    @pytest.mark.parametrize(
        ("services", "area_keys", "is_touched"),
        [
            ({"piano"}, {"soho"}, True),
            ({"piano"}, None, True),
            (None, {"soho"}, True),
            (None, None, True),
            ({"piano", "guitar"}, {"soho", "astoria"}, True),
            ({"guitar"}, {"soho"}, False),
            ({"piano"}, {"astoria"}, False),
            ({"guitar"}, None, False),
            (None, {"astoria"}, False),
        ],
    )
    def test_of_a_change_touch_who_looked_there_and_nobody_else(
        self, services: set[str] | None, area_keys: set[str] | None, is_touched: bool
    ) -> None:
        changed = caching.tags_of_change("x", services={"piano"}, area_keys={"soho"})
        answer_tags = caching.tags_of_answer(
            services=services, area_keys=area_keys, instructor_ids=["y"]
        )
        assert bool(set(changed) & set(answer_tags)) is is_touched

    def test_of_a_booking_touch_only_its_instructor(self) -> None:
        mine = caching.tags_of_answer(services=None, area_keys=None, instructor_ids=["x", "y"])
        others = caching.tags_of_answer(services=None, area_keys=None, instructor_ids=["y"])
        booked = caching.of_instructor("x")
        assert (booked in mine, booked in others) == (True, False)
