"""The figures that only the database knows, counted by hand over a small world."""

from datetime import timedelta

import pytest

from instainstru_core.domains.accounts.models import User
from instainstru_core.domains.accounts.types import AccountStatus
from instainstru_core.domains.notifications.flows import send_due
from instainstru_core.domains.notifications.service import claim
from instainstru_core.domains.observability import service
from instainstru_core.domains.observability.models import TaskExecution
from instainstru_core.domains.observability.types import TaskState
from instainstru_core.domains.onboarding.models import Invite
from instainstru_core.domains.search.models import SearchQuery
from instainstru_core.domains.search.types.recording import Device
from instainstru_core.kernel.authority import ANONYMOUS, SYSTEM, PermissionMissing
from instainstru_core.kernel.db import Base
from instainstru_core.kernel.ids import new_id
from instainstru_core.kernel.outbox import OutboxRow
from instainstru_core.kernel.uow import Begin, Uow
from tests.conftest import SetClock
from tests.factories.notifications import ScriptedMailer, queued

DAY = timedelta(hours=24)
HOUR = timedelta(hours=1)
MOMENT = timedelta(microseconds=1)


def write(uow: Uow, *rows: Base) -> None:
    uow.session.add_all(rows)
    uow.session.flush()


def person(uow: Uow, status: AccountStatus) -> User:
    return User(
        email=f"{new_id()}@example.com",
        password_hash="!",
        first_name="Zoe",
        last_name="Moss",
        status=status,
        created_at=uow.now,
    )


def search(uow: Uow, ago: timedelta, results: int) -> SearchQuery:
    return SearchQuery(
        at=uow.now - ago, text="piano", normalized_text="piano", result_count=results, took_ms=9
    )


def invite(uow: Uow, expires_in: timedelta, *, revoked: bool = False) -> Invite:
    return Invite(
        code=new_id(),
        email=f"{new_id().lower()}@example.com",
        grants_founding=False,
        created_at=uow.now,
        expires_at=uow.now + expires_in,
        revoked_at=uow.now if revoked else None,
    )


def task(uow: Uow, state: TaskState, ago: timedelta) -> TaskExecution:
    return TaskExecution(
        task_id=new_id(),
        attempt=1,
        task_name="bookings.complete",
        worker="w1",
        state=state,
        started_at=uow.now - ago,
    )


class TestGauges:
    def test_of_an_empty_marketplace_are_nothing(self, uow: Uow) -> None:
        found = service.gauges(uow)
        assert found.users == {}
        assert found.bookings_today == {}
        assert (found.outbox_waiting, found.outbox_oldest_age_seconds) == (0, 0.0)
        assert found.zero_result_share_24h is None

    def test_count_people_by_status(self, uow: Uow) -> None:
        write(
            uow,
            person(uow, AccountStatus.ACTIVE),
            person(uow, AccountStatus.ACTIVE),
            person(uow, AccountStatus.SUSPENDED),
        )
        assert service.gauges(uow).users == {
            AccountStatus.ACTIVE: 2,
            AccountStatus.SUSPENDED: 1,
        }

    def test_share_out_the_searches_of_a_day(self, uow: Uow) -> None:
        write(
            uow,
            search(uow, timedelta(0), 0),
            search(uow, HOUR, 3),
            search(uow, DAY - MOMENT, 5),
            search(uow, DAY - MOMENT, 7),
            search(uow, DAY, 0),
            crawl := search(uow, HOUR, 0),
        )
        crawl.device = Device.PROGRAM
        uow.session.flush()
        found = service.gauges(uow)
        assert (found.searches_24h, found.searches_without_result_24h) == (4, 1)
        assert found.zero_result_share_24h == 0.25

    def test_count_invites_until_the_moment_they_expire(self, uow: Uow) -> None:
        write(
            uow,
            invite(uow, MOMENT),
            invite(uow, timedelta(0)),
            invite(uow, DAY, revoked=True),
        )
        assert service.gauges(uow).invites_pending == 1

    def test_count_the_attempts_of_an_hour_by_state(self, uow: Uow) -> None:
        write(
            uow,
            task(uow, TaskState.FAILED, HOUR - MOMENT),
            task(uow, TaskState.FAILED, HOUR),
            task(uow, TaskState.SUCCEEDED, timedelta(0)),
        )
        assert service.gauges(uow).task_executions_1h == {
            TaskState.FAILED: 1,
            TaskState.SUCCEEDED: 1,
        }

    def test_tell_how_long_the_oldest_fact_waits(self, uow: Uow) -> None:
        write(
            uow,
            OutboxRow(name="A", payload={}, occurred_at=uow.now - timedelta(seconds=90)),
            OutboxRow(name="B", payload={}, occurred_at=uow.now - timedelta(seconds=5)),
            OutboxRow(name="C", payload={}, occurred_at=uow.now - DAY, relayed_at=uow.now),
        )
        found = service.gauges(uow)
        assert (found.outbox_waiting, found.outbox_oldest_age_seconds) == (2, 90.0)

    def test_tell_how_long_the_oldest_message_waits(self, begin: Begin, clock: SetClock) -> None:
        with begin(SYSTEM) as uow:
            queued(uow)
        clock.advance(timedelta(seconds=90))
        with begin(SYSTEM) as uow:
            queued(uow)
            claim(uow, limit=1, lease=HOUR)
            found = service.gauges(uow)
            assert (found.deliveries_waiting, found.deliveries_oldest_age_seconds) == (2, 90.0)
        send_due(begin, ScriptedMailer(), actor=SYSTEM)
        clock.advance(HOUR)
        send_due(begin, ScriptedMailer(), actor=SYSTEM)
        with begin(SYSTEM) as uow:
            found = service.gauges(uow)
            assert (found.deliveries_waiting, found.deliveries_oldest_age_seconds) == (0, 0.0)

    def test_are_for_staff_only(self, begin: Begin) -> None:
        with begin(ANONYMOUS) as uow, pytest.raises(PermissionMissing):
            service.gauges(uow)
