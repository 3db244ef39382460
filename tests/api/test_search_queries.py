"""Queries of searches are read at once where they are as they should be, and by FastAPI else."""

from datetime import date

import pytest

from api.routes.search import MOST_REMEMBERED, REMEMBERED, read_at_once
from instainstru_core.domains.regions.types import Borough
from instainstru_core.domains.search.schemas import SearchInstructors
from instainstru_core.domains.search.types.asked import PLAIN
from instainstru_core.domains.search.types.recording import SearchSource
from instainstru_core.domains.search.types.wanted import Sort


class TestAQuery:
    def test_is_read_as_its_words_say(self) -> None:
        read = read_at_once(
            b"q=piano%20in+park%20slope&on=2026-12-01&after=15:00&max_price_cents=9000"
            b"&borough=Brooklyn&latitude=40.7&longitude=-73.9&sort=rating&limit=5&cursor=abc"
            b"&source=suggestion&explain=true"
        )
        assert read is not None
        assert read.command == SearchInstructors(
            q="piano in park slope",
            on=date(2026, 12, 1),
            after="15:00",
            max_price_cents=9_000,
            borough=Borough.BROOKLYN,
            latitude=40.7,
            longitude=-73.9,
            sort=Sort.RATING,
        )
        assert (read.limit, read.cursor, read.source) == (5, "abc", SearchSource.SUGGESTION)
        assert (read.switches.explain, read.switches.high_load) == (True, False)

    def test_without_anything_is_for_all_there_is(self) -> None:
        read = read_at_once(b"")
        assert read is not None
        assert (read.command, read.limit, read.switches) == (SearchInstructors(), 20, PLAIN)

    def test_is_the_same_for_the_cache_however_it_was_read(self) -> None:
        read = read_at_once(b"q=chess&area=soho&min_rating=4.5")
        assert read is not None
        made = SearchInstructors(q="chess", area="soho", min_rating=4.5)
        assert read.command.filters_alone == made.filters_alone

    def test_is_remembered(self) -> None:
        assert read_at_once(b"q=once") is read_at_once(b"q=once")
        assert b"q=once" in REMEMBERED

    def test_takes_the_place_of_the_oldest_where_so_many_are_remembered(self) -> None:
        asked = [b"q=text%d" % number for number in range(MOST_REMEMBERED + 2)]
        for one in asked:
            read_at_once(one)
        assert list(REMEMBERED) == asked[2:]

    def test_weighs_no_more_than_what_it_says(self) -> None:
        read = read_at_once(b"q=chess&area=soho")
        assert read is not None
        assert read.command.model_fields_set == {"q", "area"}

    @pytest.mark.parametrize(
        "wrong",
        [
            b"q=piano&q=chess",
            b"q=",
            b"q=a%00b",
            b"limit=0",
            b"limit=51",
            b"on=tomorrow",
            b"max_price_cents=-1",
            b"latitude=nan",
            b"unheard_of=1",
            b"sort=fastest",
        ],
    )
    def test_that_is_not_as_it_should_be_is_left_to_fastapi(self, wrong: bytes) -> None:
        assert read_at_once(wrong) is None
        assert wrong not in REMEMBERED

    def test_that_is_very_long_is_read_and_forgotten(self) -> None:
        long = b"q=" + b"%20" * 332 + b"chess"
        assert read_at_once(long) is not None
        assert long not in REMEMBERED
