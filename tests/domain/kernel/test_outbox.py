"""Facts wait, are claimed with a lease, and each reaction sees each fact once."""

from dataclasses import dataclass
from datetime import timedelta

import pytest

from instainstru_core.kernel import outbox
from instainstru_core.kernel.authority import SYSTEM
from instainstru_core.kernel.events import Event
from instainstru_core.kernel.uow import Begin, Uow
from instainstru_core.runtime import Runtime
from tests.conftest import SetClock

LEASE = timedelta(seconds=60)


@dataclass(frozen=True, slots=True, kw_only=True)
class BellRang(Event):
    bell_id: str


def ring(begin: Begin, *bells: str) -> None:
    for bell in bells:
        with begin(SYSTEM) as uow:
            uow.emit(BellRang(bell_id=bell))


def claimed(uow: Uow, limit: int = 10) -> list[str]:
    rows = outbox.claim(uow.session, now=uow.now, lease=LEASE, limit=limit)
    return [row.payload["bell_id"] for row in rows]


class TestClaim:
    def test_takes_the_oldest_first(self, begin: Begin) -> None:
        ring(begin, "a", "b", "c")
        with begin(SYSTEM) as uow:
            assert claimed(uow, limit=2) == ["a", "b"]

    def test_leaves_alone_what_another_relay_holds(self, begin: Begin) -> None:
        ring(begin, "a")
        with begin(SYSTEM) as uow:
            assert claimed(uow) == ["a"]
        with begin(SYSTEM) as uow:
            assert claimed(uow) == []

    def test_takes_over_at_the_instant_a_lease_runs_out(
        self, begin: Begin, clock: SetClock
    ) -> None:
        ring(begin, "a")
        with begin(SYSTEM) as uow:
            claimed(uow)
        clock.advance(LEASE - timedelta(microseconds=1))
        with begin(SYSTEM) as uow:
            assert claimed(uow) == []
        clock.advance(timedelta(microseconds=1))
        with begin(SYSTEM) as uow:
            assert claimed(uow) == ["a"]

    def test_two_relays_at_once_share_without_waiting(self, committed_runtime: Runtime) -> None:
        begin = committed_runtime.begin
        ring(begin, "a", "b")
        with begin(SYSTEM) as one, begin(SYSTEM) as other:
            assert claimed(one, limit=1) == ["a"]
            assert claimed(other) == ["b"]


class TestSettle:
    def test_a_settled_fact_is_no_longer_waiting(self, begin: Begin) -> None:
        ring(begin, "a")
        with begin(SYSTEM) as uow:
            rows = outbox.claim(uow.session, now=uow.now, lease=LEASE, limit=1)
            outbox.settle(uow.session, {row.id: [] for row in rows}, now=uow.now)
            assert outbox.backlog(uow.session) == (0, None)


EARS, DOG = "ears.on_bell", "dog.on_bell"
PATIENCE = timedelta(minutes=10)


def relayed(uow: Uow, *reactions: str) -> list[str]:
    """Claim what waits and settle it: these reactions have a task for it."""
    rows = outbox.claim(uow.session, now=uow.now, lease=LEASE, limit=10)
    outbox.settle(uow.session, {row.id: reactions for row in rows}, now=uow.now)
    return [row.id for row in rows]


def recalled(uow: Uow, limit: int = 10) -> list[str]:
    return list(outbox.recall(uow.session, now=uow.now, patience=PATIENCE, most=3, limit=limit))


class TestRecall:
    def test_takes_what_a_reaction_has_not_seen_for_so_long(
        self, begin: Begin, clock: SetClock
    ) -> None:
        ring(begin, "a")
        with begin(SYSTEM) as uow:
            (event_id,) = relayed(uow, EARS, DOG)
            outbox.receive(uow.session, event_id, EARS, now=uow.now)
        clock.advance(PATIENCE - timedelta(microseconds=1))
        with begin(SYSTEM) as uow:
            assert recalled(uow) == []
        clock.advance(timedelta(microseconds=1))
        with begin(SYSTEM) as uow:
            assert recalled(uow) == [event_id]
            assert outbox.backlog(uow.session)[0] == 1
            assert claimed(uow) == ["a"]

    def test_leaves_what_all_have_seen_and_what_nobody_was_told(
        self, begin: Begin, clock: SetClock
    ) -> None:
        ring(begin, "seen")
        with begin(SYSTEM) as uow:
            (event_id,) = relayed(uow, EARS)
            outbox.receive(uow.session, event_id, EARS, now=uow.now)
        ring(begin, "for nobody")
        with begin(SYSTEM) as uow:
            relayed(uow)
        ring(begin, "of another reaction's receipt")
        with begin(SYSTEM) as uow:
            (other,) = relayed(uow, EARS)
            outbox.receive(uow.session, other, DOG, now=uow.now)
        clock.advance(PATIENCE)
        with begin(SYSTEM) as uow:
            assert recalled(uow) == [other]

    def test_comes_later_each_time_and_not_for_ever(self, begin: Begin, clock: SetClock) -> None:
        ring(begin, "a")
        with begin(SYSTEM) as uow:
            (event_id,) = relayed(uow, EARS)
        clock.advance(PATIENCE)
        with begin(SYSTEM) as uow:
            assert recalled(uow) == [event_id]
            relayed(uow, EARS)
        clock.advance(PATIENCE * 4 - timedelta(microseconds=1))
        with begin(SYSTEM) as uow:
            assert recalled(uow) == []
        clock.advance(timedelta(microseconds=1))
        with begin(SYSTEM) as uow:
            assert recalled(uow) == [event_id]
            relayed(uow, EARS)
        clock.advance(PATIENCE * 16)
        with begin(SYSTEM) as uow:
            assert recalled(uow) == []

    def test_is_a_few_at_once_the_oldest_first(self, begin: Begin, clock: SetClock) -> None:
        ring(begin, "a", "b", "c")
        with begin(SYSTEM) as uow:
            ids = relayed(uow, EARS)
        clock.advance(PATIENCE)
        with begin(SYSTEM) as uow:
            assert recalled(uow, limit=2) == ids[:2]
        with begin(SYSTEM) as uow:
            assert recalled(uow, limit=2) == ids[2:]

    def test_by_two_at_once_takes_each_once(
        self, committed_runtime: Runtime, clock: SetClock
    ) -> None:
        begin = committed_runtime.begin
        ring(begin, "a", "b")
        with begin(SYSTEM) as uow:
            ids = relayed(uow, EARS)
        clock.advance(PATIENCE)
        with begin(SYSTEM) as one, begin(SYSTEM) as other:
            assert recalled(one, limit=1) == ids[:1]
            assert recalled(other) == ids[1:]


class TestReceive:
    def test_a_reaction_handles_a_fact_once(self, uow: Uow) -> None:
        uow.emit(BellRang(bell_id="a"))
        uow.session.flush()
        (row,) = outbox.claim(uow.session, now=uow.now, lease=LEASE, limit=1)
        first = outbox.receive(uow.session, row.id, "ears.on_bell", now=uow.now)
        again = outbox.receive(uow.session, row.id, "ears.on_bell", now=uow.now)
        other = outbox.receive(uow.session, row.id, "dog.on_bell", now=uow.now)
        assert (first, again, other) == (True, False, True)

    def test_a_fact_of_a_failed_unit_of_work_never_leaves(self, begin: Begin) -> None:
        def ring_and_fail() -> None:
            with begin(SYSTEM) as uow:
                uow.emit(BellRang(bell_id="a"))
                raise LookupError

        with pytest.raises(LookupError):
            ring_and_fail()
        with begin(SYSTEM) as uow:
            assert outbox.backlog(uow.session) == (0, None)
