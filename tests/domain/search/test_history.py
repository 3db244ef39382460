"""What somebody searched for before: seen, deleted, taken along, and removed in time."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from instainstru_core.domains.accounts.models import User
from instainstru_core.domains.accounts.types import AccountStatus
from instainstru_core.domains.audit.models import AuditEntry
from instainstru_core.domains.search import service
from instainstru_core.domains.search.errors import GuestUnknown, HistoryNotFound
from instainstru_core.domains.search.models import (
    SearchCandidate,
    SearchClick,
    SearchHistory,
    SearchQuery,
    SearchSalt,
)
from instainstru_core.domains.search.policy import recording as policy
from instainstru_core.domains.search.service import history, recording
from instainstru_core.domains.search.types.interactions import ClickAction
from instainstru_core.domains.search.types.recording import Noted, SearchSource, Shown, Visitor
from instainstru_core.kernel.authority import ANONYMOUS, SYSTEM, Actor, PermissionMissing
from instainstru_core.kernel.ids import new_id
from instainstru_core.kernel.paging import BadCursor
from instainstru_core.kernel.uow import Begin, Uow
from tests.conftest import SetClock
from tests.factories import instructors

SECRET = "a-secret"
Counting = Callable[[], AbstractContextManager[list[str]]]
GUEST = "g" * 32
OTHER = "o" * 32
MINUTE = timedelta(minutes=1)


def searched(
    begin: Begin,
    clock: SetClock,
    *texts: str,
    actor: Actor = ANONYMOUS,
    guest: str | None = GUEST,
    source: SearchSource = SearchSource.TYPED,
) -> None:
    """Searches, each a minute after the one before."""
    for text in texts:
        clock.advance(MINUTE)
        with begin(actor) as work:
            recording.note(
                work,
                Noted(
                    search_id=new_id(),
                    at=work.now,
                    searcher=recording.searcher(work, Visitor(guest=guest), secret=SECRET),
                    text=text,
                    result_count=2,
                    took_ms=1.0,
                    source=source,
                ),
            )


def recent(begin: Begin, guest: str | None = GUEST, actor: Actor = ANONYMOUS) -> list[str]:
    with begin(actor) as work:
        found = service.recent_searches(work, guest, secret=SECRET, limit=20)
    return [item.text for item in found.items]


def someone(uow: Uow) -> Actor:
    return instructors.instructor_actor(instructors.person(uow, first_name="Zoe"))


class TestHistory:
    def test_is_the_owners_latest_first_and_three_at_first(
        self, begin: Begin, clock: SetClock
    ) -> None:
        searched(begin, clock, "piano", "oboe", "harp", "flute", "Piano")
        searched(begin, clock, "zither", guest=OTHER)
        assert recent(begin) == ["Piano", "flute", "harp", "oboe"]
        with begin(ANONYMOUS) as work:
            shown = service.recent_searches(work, GUEST, secret=SECRET).items
        assert [(item.text, item.times) for item in shown] == [
            ("Piano", 2),
            ("flute", 1),
            ("harp", 1),
        ]

    def test_leaves_opened_categories_out_of_the_latest(
        self, begin: Begin, clock: SetClock
    ) -> None:
        searched(begin, clock, "music", source=SearchSource.CATEGORY)
        searched(begin, clock, "piano")
        assert recent(begin) == ["piano"]
        with begin(ANONYMOUS) as work:
            assert len(service.searches_made(work, GUEST, secret=SECRET).items) == 2

    def test_is_paged_without_gaps(self, begin: Begin, clock: SetClock) -> None:
        searched(begin, clock, "piano", "oboe", "harp")
        with begin(ANONYMOUS) as work:
            first = service.searches_made(work, GUEST, secret=SECRET, limit=2)
            rest = service.searches_made(
                work, GUEST, secret=SECRET, limit=2, cursor=first.next_cursor
            )
            with pytest.raises(BadCursor):
                service.searches_made(work, OTHER, secret=SECRET, cursor=first.next_cursor)
        assert [item.text for item in (*first.items, *rest.items)] == ["harp", "oboe", "piano"]
        assert rest.next_cursor is None

    @pytest.mark.parametrize("guest", [None, "short", "x" * 65, "g g g g g g g g g g g g g g"])
    def test_is_nobodys_without_a_guest_session(self, begin: Begin, guest: str | None) -> None:
        with begin(ANONYMOUS) as work, pytest.raises(GuestUnknown):
            service.recent_searches(work, guest, secret=SECRET)

    def test_is_deleted_by_its_owner_alone_and_once(self, begin: Begin, clock: SetClock) -> None:
        searched(begin, clock, "piano", "oboe")
        with begin(ANONYMOUS) as work:
            found = service.searches_made(work, GUEST, secret=SECRET).items[0].id
            for stranger in (OTHER, GUEST[:-1] + "x"):
                with pytest.raises(HistoryNotFound):
                    service.forget_search(work, found, stranger, secret=SECRET)
            service.forget_search(work, found, GUEST, secret=SECRET)
            for gone in (found, new_id(), "x"):
                with pytest.raises(HistoryNotFound):
                    service.forget_search(work, gone, GUEST, secret=SECRET)
        assert recent(begin) == ["piano"]
        with begin(ANONYMOUS) as work:
            assert service.forget_searches(work, GUEST, secret=SECRET).deleted == 1
            assert service.forget_searches(work, GUEST, secret=SECRET).deleted == 0
        assert recent(begin) == []

    def test_is_read_in_one_statement_however_long_it_is(
        self, begin: Begin, clock: SetClock, count_statements: Counting
    ) -> None:
        searched(begin, clock, *(f"piano {number}" for number in range(25)))
        with begin(ANONYMOUS) as work, count_statements() as statements:
            service.recent_searches(work, GUEST, secret=SECRET, limit=20)
            service.searches_made(work, GUEST, secret=SECRET, limit=20)
        assert len(statements) == 2


class TestTakingAlong:
    def test_copies_counts_and_times_and_is_done_once(
        self, begin: Begin, clock: SetClock, uow: Uow
    ) -> None:
        zoe = someone(uow)
        searched(begin, clock, "oboe", actor=zoe)
        searched(begin, clock, "piano", "Piano", "OBOE", "harp")
        with begin(ANONYMOUS) as work:
            harp = service.searches_made(work, GUEST, secret=SECRET).items[0]
            service.forget_search(work, harp.id, GUEST, secret=SECRET)
        with begin(zoe) as work:
            assert service.take_searches_along(work, GUEST, secret=SECRET) == 2
            assert service.take_searches_along(work, GUEST, secret=SECRET) == 0
            assert service.take_searches_along(work, "nonsense", secret=SECRET) == 0
            mine = service.searches_made(work, None, secret=SECRET).items
        assert [(item.text, item.times) for item in mine] == [("Piano", 2), ("oboe", 1)]
        assert mine[0].last_at - mine[0].first_at == MINUTE
        guests = uow.session.scalars(
            select(SearchHistory.converted_to).where(SearchHistory.guest.is_not(None))
        )
        assert set(guests) == {zoe.id}

    def test_gives_nobody_anything_who_is_not_signed_in(
        self, begin: Begin, clock: SetClock
    ) -> None:
        searched(begin, clock, "piano")
        with begin(ANONYMOUS) as work:
            assert service.take_searches_along(work, GUEST, secret=SECRET) == 0


class TestRetention:
    def test_removes_what_is_deleted_converted_or_left_in_time(
        self, begin: Begin, clock: SetClock, uow: Uow
    ) -> None:
        zoe = someone(uow)
        searched(begin, clock, "kept", actor=zoe)
        searched(begin, clock, "deleted", actor=zoe)
        searched(begin, clock, "left", guest=OTHER)
        searched(begin, clock, "taken")
        with begin(zoe) as work:
            service.take_searches_along(work, GUEST, secret=SECRET)
            deleted = [
                item
                for item in service.searches_made(work, None, secret=SECRET).items
                if item.text == "deleted"
            ]
            service.forget_search(work, deleted[0].id, None, secret=SECRET)
        counted: list[int] = []
        for later in (timedelta(days=90), timedelta(microseconds=1), timedelta(days=30)):
            clock.advance(later)
            with begin(ANONYMOUS) as work:
                counted.append(service.forget_old_searches(work, limit=100))
        assert counted == [0, 2, 1]
        rows = uow.session.execute(select(SearchHistory.text, SearchHistory.guest)).all()
        assert sorted(rows) == [("kept", None), ("taken", None)]

    def test_removes_some_at_a_time(self, begin: Begin, clock: SetClock) -> None:
        searched(begin, clock, "piano", "oboe", "harp")
        clock.advance(timedelta(days=121))
        with begin(ANONYMOUS) as work:
            assert service.forget_old_searches(work, limit=2) == 2
            assert service.forget_old_searches(work, limit=2) == 1

    def test_deletes_the_oldest_of_too_many(
        self, begin: Begin, clock: SetClock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(history, "KEPT_OF_ONE", 2)
        searched(begin, clock, "piano", "oboe", "harp", "flute")
        searched(begin, clock, "zither", guest=OTHER)
        with begin(ANONYMOUS) as work:
            assert service.trim_histories(work, limit=1) == 1
            assert service.trim_histories(work, limit=100) == 1
        assert recent(begin) == ["flute", "harp"]
        assert recent(begin, OTHER) == ["zither"]

    def test_forgets_who_searched_after_more_than_a_year(
        self, begin: Begin, clock: SetClock, uow: Uow
    ) -> None:
        searched(begin, clock, "piano", "oboe")
        clock.advance(timedelta(days=400))
        with begin(ANONYMOUS) as work:
            assert service.forget_shown(work, limit=100) == 1
        people = uow.session.execute(
            select(SearchQuery.text, SearchQuery.person.is_(None)).order_by(SearchQuery.text)
        ).all()
        assert people == [("oboe", False), ("piano", True)]

    def test_forgets_what_was_shown_and_salts(
        self, begin: Begin, clock: SetClock, uow: Uow, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(recording, "_salts", {})
        with begin(ANONYMOUS) as work:
            recording.note(
                work,
                Noted(
                    search_id=new_id(),
                    at=work.now,
                    searcher=recording.searcher(work, Visitor(), secret=SECRET),
                    text="piano",
                    result_count=2,
                    took_ms=1.0,
                    shown=tuple(Shown(at, new_id(), new_id(), 0.5) for at in (1, 2)),
                ),
            )
        left: list[tuple[int | None, int | None]] = []
        for later in (timedelta(days=2), timedelta(days=88), timedelta(microseconds=1)):
            clock.advance(later)
            with begin(ANONYMOUS) as work:
                service.forget_shown(work, limit=100)
            left.append(
                (
                    uow.session.scalar(select(func.count()).select_from(SearchSalt)),
                    uow.session.scalar(select(func.count()).select_from(SearchCandidate)),
                )
            )
        assert left == [(1, 2), (0, 2), (0, 0)]


class TestErasing:
    def test_leaves_searches_that_are_nobodys(
        self, begin: Begin, clock: SetClock, uow: Uow
    ) -> None:
        zoe = someone(uow)
        assert zoe.id is not None
        maya = instructors.live_instructor(uow)
        searched(begin, clock, "oboe", actor=zoe)
        searched(begin, clock, "piano")
        person = policy.person_hash(SECRET, zoe.id)
        uow.session.add(
            SearchClick(
                id=new_id(),
                search_id=new_id(),
                instructor_id=maya.id,
                action=ClickAction.VIEW,
                position=1,
                at=uow.now,
                person=person,
            )
        )
        uow.session.flush()
        with begin(zoe) as work:
            service.take_searches_along(work, GUEST, secret=SECRET)
            done = service.erase_own_searches(work, secret=SECRET)
        assert (done.histories, done.searches, done.is_done) == (3, 1, True)
        for column in (SearchQuery.person, SearchClick.person):
            left = uow.session.scalar(select(func.count()).where(column == person))
            assert left == 0
        assert uow.session.scalar(select(func.count()).select_from(SearchHistory)) == 0
        assert uow.session.scalar(select(func.count()).select_from(SearchQuery)) == 2
        assert set(uow.session.scalars(select(SearchQuery.user_id))) == {None}

    def test_is_counted_first_done_by_staff_and_on_record(
        self, begin: Begin, clock: SetClock, uow: Uow
    ) -> None:
        zoe = someone(uow)
        assert zoe.id is not None
        searched(begin, clock, "oboe", "harp", actor=zoe)
        with begin(SYSTEM) as work:
            would = service.erase_searcher(work, zoe.id, secret=SECRET, dry_run=True)
            assert (would.histories, would.searches, would.is_done) == (2, 2, False)
        assert recent(begin, actor=zoe) == ["harp", "oboe"]
        with begin(SYSTEM) as work:
            done = service.erase_searcher(work, zoe.id, secret=SECRET)
        assert (done.histories, done.searches, done.is_done) == (2, 2, True)
        assert recent(begin, actor=zoe) == []
        entry = uow.session.scalars(
            select(AuditEntry).filter_by(action="search.erase_searcher")
        ).one()
        assert (entry.subject_id, entry.details) == (zoe.id, {"histories": 2, "searches": 2})

    def test_is_not_for_everybody(self, begin: Begin, uow: Uow) -> None:
        zoe = someone(uow)
        assert zoe.id is not None
        with begin(zoe) as work, pytest.raises(PermissionMissing):
            service.erase_searcher(work, zoe.id, secret=SECRET)
        with begin(ANONYMOUS) as work, pytest.raises(PermissionMissing):
            service.erase_own_searches(work, secret=SECRET)

    def test_is_done_by_itself_for_closed_accounts(
        self, begin: Begin, clock: SetClock, uow: Uow
    ) -> None:
        zoe, ana = someone(uow), someone(uow)
        searched(begin, clock, "oboe", actor=zoe)
        searched(begin, clock, "harp", actor=ana)
        uow.session.get_one(User, zoe.id).status = AccountStatus.DEACTIVATED
        uow.session.flush()
        with begin(SYSTEM) as work:
            assert service.forget_deactivated(work, secret=SECRET, limit=9) == 1
            assert service.forget_deactivated(work, secret=SECRET, limit=9) == 0
        assert set(uow.session.scalars(select(SearchQuery.user_id))) == {None, ana.id}
        assert recent(begin, actor=ana) == ["harp"]


class TestWithoutASecret:
    def test_guests_have_no_history_and_are_told_so(self, begin: Begin) -> None:
        with begin(ANONYMOUS) as work, pytest.raises(GuestUnknown) as refused:
            service.recent_searches(work, GUEST, secret="")
        assert "not kept on this server" in refused.value.message


class TestOldSearches:
    def test_go_with_all_that_belongs_to_them(
        self, begin: Begin, clock: SetClock, uow: Uow
    ) -> None:
        maya = instructors.live_instructor(uow)
        searched(begin, clock, "oboe")
        (search_id,) = uow.session.scalars(select(SearchQuery.id))
        for other in (search_id, new_id()):
            uow.session.add(
                SearchClick(
                    id=new_id(),
                    search_id=other,
                    instructor_id=maya.id,
                    action=ClickAction.VIEW,
                    position=1,
                    at=uow.now,
                )
            )
        uow.session.flush()
        left: list[int] = []
        for later in (timedelta(days=799), timedelta(days=1, minutes=2)):
            clock.advance(later)
            with begin(SYSTEM) as work:
                service.forget_shown(work, limit=100)
            left.append(uow.session.scalar(select(func.count()).select_from(SearchQuery)) or 0)
        assert left == [1, 0]
        assert list(uow.session.scalars(select(SearchClick.search_id))) != [search_id]
