"""Changes that commit late, and readers that look meanwhile: two real connections."""

from contextlib import suppress

from sqlalchemy import select, update

from instainstru_core.domains.instructors.models import Instructor
from instainstru_core.domains.search import service
from instainstru_core.domains.search.models import SearchChange
from instainstru_core.domains.search.policy.matching.index import Index
from instainstru_core.domains.search.policy.matching.searching import matched
from instainstru_core.domains.search.types.wanted import Wanted
from instainstru_core.kernel.authority import SYSTEM
from instainstru_core.kernel.errors import Refusal
from instainstru_core.kernel.time import local_day
from instainstru_core.runtime import Runtime
from tests.factories import instructors
from tests.together import at_once


def fresh(runtime: Runtime) -> Index:
    with runtime.begin(SYSTEM) as uow:
        return service.fresh(uow)


def seen(runtime: Runtime, service_id: str) -> set[str]:
    wanted = Wanted(services={service_id: 1.0})
    found = matched(fresh(runtime), wanted, today=local_day(runtime.clock()))
    return {one.instructor_id for one in found.items}


class TestTheIndex:
    def test_misses_no_change_that_commits_late(self, committed_runtime: Runtime) -> None:
        """Maya's change begins first and commits last; Leo's comes and is read in between."""
        begin = committed_runtime.begin
        with begin(SYSTEM) as uow:
            maya = instructors.live_instructor(uow)
            leo = instructors.live_instructor(uow, first_name="Leo")
        assert seen(committed_runtime, maya.service_id) == {maya.id, leo.id}

        with begin(SYSTEM) as late:
            late.session.execute(
                update(Instructor).where(Instructor.id == maya.id).values(is_live=False)
            )
            with begin(SYSTEM) as early:
                early.session.execute(
                    update(Instructor).where(Instructor.id == leo.id).values(is_live=False)
                )
            assert seen(committed_runtime, maya.service_id) == {maya.id}
            assert seen(committed_runtime, maya.service_id) == {maya.id}, "not committed yet"
        assert seen(committed_runtime, maya.service_id) == set()

        with begin(SYSTEM) as uow:
            rows = uow.session.execute(
                select(SearchChange.instructor_id, SearchChange.txid).order_by(
                    SearchChange.id.desc()
                )
            ).all()
        latest = {row.instructor_id: row.txid for row in reversed(rows)}
        assert latest[maya.id] < latest[leo.id], "the later commit has the older transaction"

    def test_undone_changes_leave_no_trace(self, committed_runtime: Runtime) -> None:
        begin = committed_runtime.begin
        with begin(SYSTEM) as uow:
            maya = instructors.live_instructor(uow)
        before = fresh(committed_runtime)
        with suppress(Refusal), begin(SYSTEM) as uow:
            uow.session.execute(update(Instructor).values(is_live=False))
            raise Refusal("Never mind.")
        assert fresh(committed_runtime) is before
        assert seen(committed_runtime, maya.service_id) == {maya.id}

    def test_shows_whoever_writes_their_own_changes_and_nobody_else(
        self, committed_runtime: Runtime
    ) -> None:
        begin = committed_runtime.begin
        with begin(SYSTEM) as uow:
            maya = instructors.live_instructor(uow)
        wanted = Wanted(services={maya.service_id: 1.0})
        before = fresh(committed_runtime)
        with suppress(Refusal), begin(SYSTEM) as uow:
            uow.session.execute(update(Instructor).values(is_live=False))
            own = matched(service.fresh(uow), wanted, today=local_day(uow.now))
            assert own.items == ()
            raise Refusal("Never mind.")
        assert fresh(committed_runtime) is before

    def test_is_the_same_for_readers_who_come_together(self, committed_runtime: Runtime) -> None:
        begin = committed_runtime.begin
        with begin(SYSTEM) as uow:
            maya = instructors.live_instructor(uow)
        assert len({id(one) for one in at_once([lambda: fresh(committed_runtime)] * 4)}) == 1
        with begin(SYSTEM) as uow:
            leo = instructors.live_instructor(uow, first_name="Leo")
        answers = at_once([lambda: seen(committed_runtime, maya.service_id)] * 4)
        assert answers == [{maya.id, leo.id}] * 4
