"""A unit of work commits as a whole, or nothing of it stays; the database's failures are ours."""

import threading

import pytest
from sqlalchemy import text

from instainstru_core.kernel import locks
from instainstru_core.kernel.authority import SYSTEM
from instainstru_core.kernel.uow import DatabaseBusy, DatabaseUnreachable, QueryTooSlow
from instainstru_core.runtime import Runtime, build
from tests.patience import PATIENCE_SECONDS


class TestBegin:
    def test_a_statement_over_its_deadline_is_refused(self, runtime: Runtime) -> None:
        def wait_too_long() -> None:
            with runtime.begin(SYSTEM) as uow:
                uow.session.execute(text("SET LOCAL statement_timeout = 100"))
                uow.session.execute(text("SELECT pg_sleep(60)"))

        with pytest.raises(QueryTooSlow):
            wait_too_long()

    def test_a_deadlock_is_refused_as_busy(self, committed_runtime: Runtime) -> None:
        barrier = threading.Barrier(2)
        refused: list[DatabaseBusy] = []

        def work(first: int, second: int) -> None:
            try:
                with committed_runtime.begin(SYSTEM) as uow:
                    lock = text("SELECT pg_advisory_xact_lock(:key)")
                    uow.session.execute(lock, {"key": first})
                    barrier.wait(PATIENCE_SECONDS)
                    uow.session.execute(lock, {"key": second})
            except DatabaseBusy as refusal:
                refused.append(refusal)

        threads = [threading.Thread(target=work, args=order) for order in ((1, 2), (2, 1))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(PATIENCE_SECONDS)
        assert [refusal.code for refusal in refused] == ["database.busy"]

    def test_a_database_that_is_not_there_is_unreachable(self, runtime: Runtime) -> None:
        settings = runtime.settings.model_copy(
            update={
                "database_url": type(runtime.settings.database_url)(
                    "postgresql+psycopg://nobody@127.0.0.1:1/none"
                )
            }
        )
        lost = build(settings)
        with pytest.raises(DatabaseUnreachable), lost.begin(SYSTEM) as uow:
            uow.session.execute(text("SELECT 1"))
        lost.close()

    def test_an_exhausted_pool_is_refused_as_busy(self, committed_runtime: Runtime) -> None:
        settings = committed_runtime.settings.model_copy(
            update={"pool_size": 1, "pool_wait_seconds": 0.05}
        )
        narrow = build(settings)
        with narrow.begin(SYSTEM) as holding:
            holding.session.execute(text("SELECT 1"))
            with pytest.raises(DatabaseBusy), narrow.begin(SYSTEM) as waiting:
                waiting.session.execute(text("SELECT 1"))
        narrow.close()


class TestAdvisory:
    def test_takes_each_lock_once_in_one_statement(self, runtime: Runtime) -> None:
        with runtime.begin(SYSTEM) as uow:
            locks.advisory(uow.session, ["b", "a", "b"])
            held = uow.session.scalar(
                text(
                    "SELECT count(*) FROM pg_locks"
                    " WHERE locktype = 'advisory' AND pid = pg_backend_pid()"
                )
            )
        assert held == 2
