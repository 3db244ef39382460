"""The audit trail: written once, found again."""

import time
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from instainstru_core.domains.audit import service
from instainstru_core.domains.audit.schemas import AuditFilters
from instainstru_core.domains.audit.types import Outcome
from instainstru_core.kernel.authority import (
    SYSTEM,
    Actor,
    ActorKind,
    Door,
    Permission,
    PermissionMissing,
)
from instainstru_core.kernel.paging import BadCursor
from instainstru_core.kernel.uow import Begin, Uow
from tests.conftest import SetClock

ID_TICK = 0.002
"""Ids sort by the millisecond they were made in."""

STAFF = Actor(
    id="client_test",
    kind=ActorKind.SERVICE,
    permissions=frozenset({Permission.AUDIT_READ}),
    door=Door.MCP,
    request_id="request-1",
)


class TestRecord:
    def test_writes_who_what_when_and_through_which_door(
        self, begin: Begin, clock: SetClock
    ) -> None:
        with begin(STAFF) as uow:
            entry_id = service.record(
                uow,
                "bookings.cancel",
                subject_kind="booking",
                subject_id="b1",
                outcome=Outcome.REFUSED,
                code="bookings.too_late",
                arguments_hash="abc",
                duration_ms=12,
                details={"fields": ["status"], "count": 2},
            )
        with begin(STAFF) as uow:
            (found,) = service.search(uow, AuditFilters()).items
        assert found.model_dump() == {
            "id": entry_id,
            "at": clock.now,
            "actor_kind": ActorKind.SERVICE,
            "actor_id": "client_test",
            "door": Door.MCP,
            "action": "bookings.cancel",
            "subject_kind": "booking",
            "subject_id": "b1",
            "outcome": Outcome.REFUSED,
            "code": "bookings.too_late",
            "request_id": "request-1",
            "arguments_hash": "abc",
            "duration_ms": 12,
            "details": {"fields": ["status"], "count": 2},
        }

    def test_keeps_secrets_and_addresses_out(self, uow: Uow) -> None:
        service.record(
            uow, "x.y", details={"password": "hunter22", "note": "wrote to maya@example.org"}
        )
        (found,) = service.search(uow, AuditFilters()).items
        assert found.details == {"password": "[hidden]", "note": "wrote to m…@example.org"}

    @pytest.mark.parametrize(
        "change", ["UPDATE audit_entries SET action = 'z'", "DELETE FROM audit_entries"]
    )
    def test_cannot_be_changed_afterwards(self, uow: Uow, change: str) -> None:
        service.record(uow, "x.y")
        uow.session.flush()
        with pytest.raises(DBAPIError, match="written once"), uow.savepoint():
            uow.session.execute(text(change))
        assert [entry.action for entry in service.search(uow, AuditFilters()).items] == ["x.y"]


class TestSearch:
    @pytest.mark.parametrize(
        ("filters", "found"),
        [
            (AuditFilters(), ["d.late", "c.four", "a.two", "a.one"]),
            (AuditFilters(action="a.one"), ["a.one"]),
            (AuditFilters(action="a.*"), ["a.two", "a.one"]),
            (AuditFilters(action="%.*"), []),
            (AuditFilters(outcome=Outcome.FAILED), ["a.two"]),
            (AuditFilters(subject_kind="user", subject_id="u1"), ["a.one"]),
            (AuditFilters(actor_id="client_test"), ["c.four"]),
            (AuditFilters(door=Door.MCP), ["c.four"]),
            (AuditFilters(request_id="request-1"), ["c.four"]),
            (AuditFilters(actor_id="nobody"), []),
        ],
    )
    def test_narrows_by_what_is_given(
        self, begin: Begin, clock: SetClock, filters: AuditFilters, found: list[str]
    ) -> None:
        self.trail(begin, clock)
        with begin(STAFF) as uow:
            assert [entry.action for entry in service.search(uow, filters).items] == found

    def test_takes_the_start_and_leaves_the_end(self, begin: Begin, clock: SetClock) -> None:
        start = clock.now
        self.trail(begin, clock)
        with begin(STAFF) as uow:
            early = service.search(uow, AuditFilters(until=start + timedelta(hours=1)))
            late = service.search(uow, AuditFilters(since=start + timedelta(hours=1)))
        assert [entry.action for entry in early.items] == ["c.four", "a.two", "a.one"]
        assert [entry.action for entry in late.items] == ["d.late"]

    def test_goes_on_where_the_last_page_ended(self, begin: Begin, clock: SetClock) -> None:
        self.trail(begin, clock)
        with begin(STAFF) as uow:
            first = service.search(uow, AuditFilters(), limit=3)
            service.record(uow, "z.new")
            uow.session.flush()
            second = service.search(uow, AuditFilters(), cursor=first.next_cursor, limit=3)
        assert [entry.action for entry in first.items] == ["d.late", "c.four", "a.two"]
        assert [entry.action for entry in second.items] == ["a.one"]
        assert second.next_cursor is None

    def test_refuses_a_cursor_of_other_filters(self, begin: Begin, clock: SetClock) -> None:
        self.trail(begin, clock)
        with begin(STAFF) as uow:
            cursor = service.search(uow, AuditFilters(), limit=1).next_cursor
            with pytest.raises(BadCursor):
                service.search(uow, AuditFilters(action="a.*"), cursor=cursor)

    def test_is_for_staff(self, begin: Begin) -> None:
        with begin(Actor(id="student")) as uow, pytest.raises(PermissionMissing):
            service.search(uow, AuditFilters())

    @staticmethod
    def trail(begin: Begin, clock: SetClock) -> None:
        with begin(SYSTEM) as uow:
            service.record(uow, "a.one", subject_kind="user", subject_id="u1")
            time.sleep(ID_TICK)
            service.record(uow, "a.two", subject_kind="user", outcome=Outcome.FAILED)
            time.sleep(ID_TICK)
        with begin(STAFF) as uow:
            service.record(uow, "c.four")
        clock.advance(timedelta(hours=1))
        time.sleep(ID_TICK)
        with begin(SYSTEM) as uow:
            service.record(uow, "d.late")
            time.sleep(ID_TICK)
