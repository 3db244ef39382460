"""What people search for, counted by instants."""

from datetime import datetime, timedelta

from instainstru_core.domains.reporting import service
from instainstru_core.domains.search.models import SearchClick, SearchQuery
from instainstru_core.domains.search.types import ClickAction
from instainstru_core.kernel.ids import new_id
from instainstru_core.kernel.uow import Uow
from tests.factories import instructors


def searched(uow: Uow, text: str, results: int, *, at: datetime, user: str | None = None) -> str:
    row = SearchQuery(
        id=new_id(),
        at=at,
        user_id=user,
        text=text,
        normalized_text=text.casefold(),
        service_id=None,
        area_key=None,
        result_count=results,
        took_ms=3,
    )
    uow.session.add(row)
    uow.session.flush()
    return row.id


class TestTopQueries:
    def test_joins_spellings_and_counts_a_booking_once(self, uow: Uow) -> None:
        teacher = instructors.profile(uow)
        hour = timedelta(hours=1)
        first = searched(uow, "Piano", 3, at=uow.now - hour)
        searched(uow, "piano", 0, at=uow.now - hour)
        for action in (ClickAction.BOOK, ClickAction.BOOK, ClickAction.VIEW):
            uow.session.add(
                SearchClick(
                    id=new_id(),
                    search_id=first,
                    instructor_id=teacher,
                    action=action,
                    position=1,
                    at=uow.now,
                )
            )
        uow.session.flush()
        found = service.search_top_queries(uow, "2h").data
        (query,) = found.queries
        assert (query.query, query.searches, query.average_results) == ("piano", 2, 1.5)
        assert (query.without_results, query.conversion) == (1, 0.5)
        assert (found.conversion, found.zero_result_rate) == (0.5, 0.5)

    def test_takes_the_window_to_the_instant(self, uow: Uow) -> None:
        for back in (timedelta(hours=2), timedelta(hours=2, microseconds=1), timedelta(0)):
            searched(uow, "piano", 1, at=uow.now - back)
        assert service.search_top_queries(uow, "2h", min_count=1).data.total_searches == 1

    def test_tells_how_many_more_there_are(self, uow: Uow) -> None:
        for text in ("piano", "oboe", "harp", "harp", "flute", "flute"):
            searched(uow, text, 1, at=uow.now - timedelta(hours=1))
        assert service.search_top_queries(uow, "2h", min_count=1, limit=1).total == 4
        assert service.search_top_queries(uow, "2h", min_count=2, limit=1).total == 2
        assert service.search_top_queries(uow, "2h", min_count=3).total == 0

    def test_says_when_the_bar_is_too_high(self, uow: Uow) -> None:
        searched(uow, "piano", 1, at=uow.now - timedelta(hours=1))
        found = service.search_top_queries(uow, "2h", min_count=2)
        assert found.data.queries == []
        assert found.warnings == ["No wish was searched for 2 times: lower `min_count`."]

    def test_tells_unknown_from_none(self, uow: Uow) -> None:
        nothing = service.search_top_queries(uow, "2h")
        assert nothing.data.conversion is None
        assert nothing.warnings == [
            "There are no searches on record at all: nothing is known of what people want."
        ]


class TestZeroResults:
    def test_counts_people_and_searches(self, uow: Uow) -> None:
        someone = instructors.person(uow)
        at = uow.now - timedelta(hours=1)
        searched(uow, "zither", 0, at=at, user=someone)
        searched(uow, "Zither", 0, at=at + timedelta(minutes=5), user=someone)
        searched(uow, "zither", 2, at=at)
        found = service.search_zero_results(uow, "2h")
        (query,) = found.data.queries
        assert (query.searches, query.searchers) == (2, 1)
        assert query.last_at == at + timedelta(minutes=5)
        assert (found.data.zero_result_searches, found.data.zero_result_rate) == (2, 0.6667)
        assert found.total == 1

    def test_says_that_all_found_somebody(self, uow: Uow) -> None:
        searched(uow, "piano", 1, at=uow.now - timedelta(hours=1))
        found = service.search_zero_results(uow, "2h")
        assert found.warnings[-1] == "Every search in this window found somebody."
