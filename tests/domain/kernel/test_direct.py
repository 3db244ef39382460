"""Statements that go to the driver as they are keep every promise that the others keep."""

from contextlib import suppress
from datetime import UTC, datetime

import psycopg
import pytest
from sqlalchemy import QueuePool, Text, bindparam, func, insert, literal, select, text

from instainstru_core.domains.audit.models import AuditEntry
from instainstru_core.domains.audit.types import Outcome
from instainstru_core.kernel import direct, measure
from instainstru_core.kernel.authority import SYSTEM, ActorKind, Door
from instainstru_core.kernel.db import Base
from instainstru_core.kernel.direct import Direct, Insert
from instainstru_core.kernel.ids import new_id
from instainstru_core.kernel.outbox import OutboxRow
from instainstru_core.kernel.uow import DatabaseBusy, DatabaseUnreachable, QueryTooSlow, Uow
from instainstru_core.runtime import Runtime, build
from tests.pools import OTHERS

ENTRIES = Base.metadata.tables[AuditEntry.__tablename__]
WRITE = Direct(lambda: insert(ENTRIES), *ENTRIES.c.keys())
READ = Direct(
    lambda: select(ENTRIES.c.outcome, ENTRIES.c.details, ENTRIES.c.at).where(
        ENTRIES.c.id == bindparam("id"), ENTRIES.c.actor_kind == ActorKind.SYSTEM
    )
)
SAY = Direct(lambda: select(literal("said"), bindparam("word", type_=Text), literal(None, Text)))
FACTS = Insert(Base.metadata.tables[OutboxRow.__tablename__])
WHICH = Direct(lambda: select(func.pg_backend_pid()))
SLEEP = Direct(lambda: select(func.pg_sleep(bindparam("seconds"))))
LIMIT = Direct(lambda: select(func.set_config("statement_timeout", "1234", False)))
LIMITED = Direct(lambda: select(func.current_setting("statement_timeout")))
TOLD = Direct(lambda: select(func.count()).where(OutboxRow.name == "Told"))
AT = datetime(2026, 6, 15, 12, tzinfo=UTC)


def written(uow: Uow, *, alone: bool = False) -> str:
    """An entry, of which every kind of value is known."""
    entry = {
        "id": new_id(),
        "at": AT,
        "actor_kind": ActorKind.SYSTEM,
        "actor_id": None,
        "door": Door.MCP,
        "action": "kernel.test",
        "subject_kind": None,
        "subject_id": None,
        "outcome": Outcome.REFUSED,
        "code": "100%",
        "request_id": None,
        "arguments_hash": None,
        "duration_ms": 7,
        "details": {"of": ["a", 1, None]},
    }
    found = WRITE.alone(uow.session, entry) if alone else WRITE.within(uow.session, entry)
    assert found == []
    return str(entry["id"])


def cut_short(runtime: Runtime, *, alone: bool = False) -> str:
    """An entry of a unit of work that fails after it."""
    entry = ""
    with suppress(ZeroDivisionError), runtime.begin(SYSTEM) as uow:
        entry = written(uow, alone=alone)
        raise ZeroDivisionError
    return entry


def end_all(runtime: Runtime) -> None:
    """End every connection to the database of this runtime."""
    url = runtime.settings.database_url.get_secret_value().replace("+psycopg", "")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(OTHERS)


def pool_of(runtime: Runtime) -> QueuePool:
    pool = runtime.engine.pool
    assert isinstance(pool, QueuePool)
    return pool


class TestADirectStatement:
    def test_sends_values_as_their_types_say_and_reads_what_the_driver_reads(
        self, uow: Uow
    ) -> None:
        entry = written(uow)
        assert READ.within(uow.session, {"id": entry}) == [("refused", {"of": ["a", 1, None]}, AT)]
        assert uow.session.get_one(AuditEntry, entry).code == "100%"

    def test_keeps_what_stands_in_it_and_asks_for_the_rest(self, uow: Uow) -> None:
        assert SAY.alone(uow.session, {"word": "%s"}) == [("said", "%s", None)]
        with pytest.raises(psycopg.ProgrammingError, match="word"):
            SAY.alone(uow.session, {})

    def test_is_counted_with_the_others(self, uow: Uow) -> None:
        heard: list[tuple[str, object]] = []
        SAY.alone(uow.session, {"word": "before"})
        with measure.overheard(lambda _by, words, values: heard.append((words[:6], values))):
            SAY.alone(uow.session, {"word": "a"})
            uow.session.execute(text("SELECT 1"))
        assert [words for words, _ in heard] == ["SELECT", "SELECT"]
        assert heard[0][1] == {"param_1": "said", "word": "a", "param_2": None}


class TestWithinAUnit:
    def test_is_undone_with_it(self, committed_runtime: Runtime) -> None:
        entry = cut_short(committed_runtime)
        with committed_runtime.begin(SYSTEM) as uow:
            assert uow.session.get(AuditEntry, entry) is None

    def test_sees_what_the_unit_has_done(self, committed_runtime: Runtime) -> None:
        with committed_runtime.begin(SYSTEM) as uow:
            entry = written(uow)
            assert len(READ.within(uow.session, {"id": entry})) == 1
        with committed_runtime.begin(SYSTEM) as uow:
            assert uow.session.get(AuditEntry, entry) is not None


class TestAPlainRead:
    def test_is_alone_until_the_unit_begins_something(self, committed_runtime: Runtime) -> None:
        with committed_runtime.begin(SYSTEM) as uow:
            assert WHICH.read(uow.session, {}) == WHICH.read(uow.session, {})
            assert uow.session.info[direct.HELD].driver_connection.autocommit
        with committed_runtime.begin(SYSTEM) as uow:
            entry = written(uow)
            assert len(READ.read(uow.session, {"id": entry})) == 1, "not committed yet"
            assert direct.HELD not in uow.session.info

    def test_sees_what_the_unit_has_not_sent_yet(self, committed_runtime: Runtime) -> None:
        with committed_runtime.begin(SYSTEM) as uow:
            uow.session.scalar(select(1))
            uow.session.add(OutboxRow(id=new_id(), name="Told", payload={}, occurred_at=AT))
            assert TOLD.read(uow.session, {}) == [(1,)]

    def test_goes_on_in_the_transaction_of_the_unit_once_given_back(
        self, committed_runtime: Runtime
    ) -> None:
        pool = pool_of(committed_runtime)
        with committed_runtime.begin(SYSTEM) as uow:
            WHICH.read(uow.session, {})
            direct.release(uow.session)
            own = uow.session.scalar(select(func.pg_backend_pid()))
            assert WHICH.read(uow.session, {}) == [(own,)]
            assert pool.checkedout() == 1


class TestALimit:
    def limited(self, uow: Uow) -> None:
        LIMIT.read(uow.session, {})
        direct.limited(uow.session, 1234, usual="15s")

    def test_ends_with_the_reads_it_was_for(self, committed_runtime: Runtime) -> None:
        with committed_runtime.begin(SYSTEM) as uow:
            usual = LIMITED.read(uow.session, {})
        with committed_runtime.begin(SYSTEM) as uow:
            self.limited(uow)
            assert LIMITED.read(uow.session, {}) == [("1234ms",)]
        with suppress(ZeroDivisionError), committed_runtime.begin(SYSTEM) as uow:
            self.limited(uow)
            raise ZeroDivisionError
        with committed_runtime.begin(SYSTEM) as uow:
            assert LIMITED.read(uow.session, {}) == usual != [("1234ms",)]
            direct.release(uow.session)
            assert uow.session.scalar(text("SHOW statement_timeout")) == usual[0][0]

    def test_holds_on_for_the_transaction_that_follows(self, committed_runtime: Runtime) -> None:
        with committed_runtime.begin(SYSTEM) as uow:
            self.limited(uow)
            direct.release(uow.session)
            assert uow.session.scalar(text("SHOW statement_timeout")) == "1234ms"
        with committed_runtime.begin(SYSTEM) as uow:
            assert uow.session.scalar(text("SHOW statement_timeout")) != "1234ms"


class TestANewRow:
    def test_has_the_defaults_of_what_was_not_said(self, uow: Uow) -> None:
        fact = OutboxRow(id=new_id(), name="Tested", payload={"of": 1}, occurred_at=AT)
        FACTS.one(uow.session, fact)
        assert fact not in uow.session
        found = uow.session.get_one(OutboxRow, fact.id)
        assert (found.payload, found.occurred_at, found.attempts) == ({"of": 1}, AT, 0)
        assert (found.claimed_until, found.relayed_at) == (None, None)

    def test_is_undone_with_its_unit_also_after_statements_alone(
        self, committed_runtime: Runtime
    ) -> None:
        fact = OutboxRow(id=new_id(), name="Tested", payload={}, occurred_at=AT)
        with suppress(ZeroDivisionError), committed_runtime.begin(SYSTEM) as uow:
            WHICH.alone(uow.session, {})
            FACTS.one(uow.session, fact)
            raise ZeroDivisionError
        with committed_runtime.begin(SYSTEM) as uow:
            assert uow.session.get(OutboxRow, fact.id) is None


class TestAlone:
    def test_stays_whatever_happens_later(self, committed_runtime: Runtime) -> None:
        entry = cut_short(committed_runtime, alone=True)
        with committed_runtime.begin(SYSTEM) as uow:
            assert uow.session.get(AuditEntry, entry) is not None

    def test_takes_one_connection_and_gives_it_back_as_it_was(
        self, committed_runtime: Runtime
    ) -> None:
        pool = pool_of(committed_runtime)
        with committed_runtime.begin(SYSTEM) as uow:
            first = WHICH.alone(uow.session, {})
            assert WHICH.alone(uow.session, {}) == WHICH.within(uow.session, {}) == first
            assert pool.checkedout() == 1
        assert pool.checkedout() == 0
        entry = cut_short(committed_runtime)
        with committed_runtime.begin(SYSTEM) as uow:
            assert READ.alone(uow.session, {"id": entry}) == []

    def test_over_its_deadline_is_refused_and_the_connection_lives_on(
        self, committed_runtime: Runtime
    ) -> None:
        hurried = build(committed_runtime.settings.model_copy(update={"statement_timeout_ms": 500}))
        with hurried.begin(SYSTEM) as uow:
            (first,) = WHICH.alone(uow.session, {})
        with pytest.raises(QueryTooSlow), hurried.begin(SYSTEM) as uow:
            SLEEP.alone(uow.session, {"seconds": 60.0})
        with hurried.begin(SYSTEM) as uow:
            assert WHICH.alone(uow.session, {}) == [first]
        assert pool_of(hurried).checkedout() == 0
        hurried.close()

    def test_waits_for_a_connection_no_longer_than_the_others(
        self, committed_runtime: Runtime
    ) -> None:
        settings = committed_runtime.settings.model_copy(
            update={"pool_size": 1, "pool_wait_seconds": 0.05}
        )
        narrow = build(settings)
        with narrow.begin(SYSTEM) as holding:
            WHICH.alone(holding.session, {})
            with pytest.raises(DatabaseBusy), narrow.begin(SYSTEM) as waiting:
                WHICH.alone(waiting.session, {})
        narrow.close()

    def test_a_database_that_is_not_there_is_unreachable(self, runtime: Runtime) -> None:
        nowhere = type(runtime.settings.database_url)(
            "postgresql+psycopg://nobody@127.0.0.1:1/none"
        )
        lost = build(runtime.settings.model_copy(update={"database_url": nowhere}))
        with pytest.raises(DatabaseUnreachable), lost.begin(SYSTEM) as uow:
            WHICH.alone(uow.session, {})
        lost.close()

    def test_a_lost_database_refuses_once_and_not_once_for_each_connection(
        self, committed_runtime: Runtime
    ) -> None:
        runtime = build(committed_runtime.settings)
        with runtime.begin(SYSTEM) as one, runtime.begin(SYSTEM) as two:
            WHICH.alone(one.session, {})
            WHICH.alone(two.session, {})
        end_all(runtime)
        with pytest.raises(DatabaseUnreachable), runtime.begin(SYSTEM) as uow:
            WHICH.alone(uow.session, {})
        for _ in range(2):
            with runtime.begin(SYSTEM) as one, runtime.begin(SYSTEM) as two:
                assert WHICH.alone(one.session, {}) != WHICH.alone(two.session, {})
        assert pool_of(runtime).checkedout() == 0
        runtime.close()
