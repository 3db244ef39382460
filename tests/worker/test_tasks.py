"""What the schedule lets happen, job by job."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from instainstru_core.domains.accounts.models import LoginSession
from instainstru_core.domains.observability.types import Crew
from instainstru_core.kernel.authority import SYSTEM
from instainstru_core.kernel.db import Base
from instainstru_core.kernel.idempotency import IdempotencyKey
from instainstru_core.kernel.ids import new_id
from instainstru_core.kernel.outbox import OutboxReceipt, OutboxRow
from instainstru_core.runtime import Runtime
from tests.factories import accounts
from tests.factories.observability import NOW, ScriptedBroker
from worker import schedule
from worker.jobs import Desk, Job
from worker.tasks.accounts import FORGET_SESSIONS
from worker.tasks.kernel import FORGET_FACTS, FORGET_KEYS
from worker.tasks.observability import NOTE_SCHEDULE

DAY = timedelta(days=1)
MOMENT = timedelta(microseconds=1)
ON_THE_TABLE = {entry.job.name: entry.job for entry in schedule.ENTRIES}


class Noting(ScriptedBroker):
    """A broker that counts the signs of life of the schedule."""

    notes = 0

    def note_schedule(self) -> None:
        self.notes += 1


@pytest.fixture
def broker() -> Noting:
    return Noting(Crew(NOW, (), None))


@pytest.fixture
def desk(runtime: Runtime, broker: Noting) -> Desk:
    return Desk(replace(runtime, broker=broker), SYSTEM, {}, lambda *_: None)


def add(desk: Desk, *rows: Base) -> None:
    with desk.begin() as uow:
        for row in rows:
            uow.session.add(row)
            uow.session.flush()


def left(desk: Desk, column: object) -> set[str]:
    with desk.begin() as uow:
        return set(uow.session.scalars(select(column)))  # type: ignore[call-overload]


@pytest.mark.parametrize("name", sorted(ON_THE_TABLE))
def test_every_job_bears_being_done_twice(desk: Desk, name: str) -> None:
    job: Job = ON_THE_TABLE[name]
    job.work(desk)
    job.work(desk)


def test_the_schedule_gives_a_sign_of_life(desk: Desk, broker: Noting) -> None:
    NOTE_SCHEDULE.work(desk)
    assert broker.notes == 1


def test_answered_keys_are_forgotten_after_a_day(desk: Desk) -> None:
    def key(name: str, age: timedelta) -> IdempotencyKey:
        return IdempotencyKey(
            actor_id="a",
            operation="o",
            key=name,
            request_hash="h",
            response={},
            created_at=NOW - age,
        )

    add(desk, key("kept", DAY), key("gone", DAY + MOMENT))
    FORGET_KEYS.work(desk)
    assert left(desk, IdempotencyKey.key) == {"kept"}


def test_relayed_facts_are_forgotten_after_a_month_with_their_receipts(desk: Desk) -> None:
    def fact(name: str, relayed: timedelta | None) -> OutboxRow:
        relayed_at = NOW - relayed if relayed else None
        return OutboxRow(
            id=new_id(), name=name, payload={}, occurred_at=NOW - 99 * DAY, relayed_at=relayed_at
        )

    gone = fact("gone", 30 * DAY + MOMENT)
    receipt = OutboxReceipt(event_id=gone.id, reaction="r", handled_at=NOW)
    add(desk, fact("kept", 30 * DAY), fact("waiting", None), gone, receipt)
    FORGET_FACTS.work(desk)
    assert left(desk, OutboxRow.name) == {"kept", "waiting"}
    assert left(desk, OutboxReceipt.reaction) == set()


def test_sign_ins_are_forgotten_a_month_after_their_end(desk: Desk) -> None:
    def sign_in(digest: str, ended: timedelta | None, expires: timedelta) -> LoginSession:
        return LoginSession(
            user_id=person,
            refresh_digest=digest,
            created_at=NOW - 90 * DAY,
            used_at=NOW - 90 * DAY,
            expires_at=NOW + expires,
            ended_at=NOW - ended if ended else None,
        )

    with desk.begin() as uow:
        person = accounts.student(uow).id
    add(
        desk,
        sign_in("running", None, DAY),
        sign_in("ended lately", 30 * DAY, DAY),
        sign_in("ended long ago", 30 * DAY + MOMENT, DAY),
        sign_in("ran out long ago", None, -30 * DAY - MOMENT),
    )
    FORGET_SESSIONS.work(desk)
    assert left(desk, LoginSession.refresh_digest) == {"running", "ended lately"}
