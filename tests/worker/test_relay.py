"""From the outbox to tasks, step by step."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from instainstru_core.kernel import outbox
from instainstru_core.kernel.authority import SYSTEM
from instainstru_core.kernel.events import Event
from instainstru_core.kernel.outbox import OutboxReceipt, OutboxRow
from instainstru_core.kernel.uow import Uow
from instainstru_core.runtime import Runtime
from tests.conftest import SetClock
from tests.worker.at_work import LessonPraised
from worker.jobs import Desk, Job
from worker.relay import (
    BATCH,
    LEASE,
    MOST_TIMES,
    PATIENCE,
    UnknownReaction,
    by_name,
    react,
    relay,
    relay_again,
)

NAME = "tests.seen"


class Office:
    """A desk that notes what it hands out and what its reaction saw."""

    def __init__(self, runtime: Runtime) -> None:
        self.runtime = runtime
        self.handed_out: list[tuple[str, ...]] = []
        self.seen: list[Event] = []
        self.is_broker_down = False

    def desk(self) -> Desk:
        def hand_out(_job: Job, arguments: tuple[str, ...]) -> None:
            if self.is_broker_down:
                raise ConnectionError
            self.handed_out.append(arguments)

        reactions = {"LessonPraised": ((NAME, self.notice),)}
        return Desk(self.runtime, SYSTEM, reactions, hand_out)

    def notice(self, _uow: Uow, event: Event) -> None:
        self.seen.append(event)

    def emit(self, count: int = 1) -> list[str]:
        with self.runtime.begin(SYSTEM) as uow:
            for number in range(count):
                uow.emit(LessonPraised(lesson_id=str(number)))
        with self.runtime.begin(SYSTEM) as uow:
            return list(uow.session.scalars(select(OutboxRow.id).order_by(OutboxRow.id)))

    def waiting(self) -> int:
        with self.runtime.begin(SYSTEM) as uow:
            return outbox.backlog(uow.session)[0]


@pytest.fixture
def office(runtime: Runtime) -> Office:
    return Office(runtime)


class TestTheRelay:
    def test_hands_out_every_fact_and_settles_it(self, office: Office) -> None:
        ids = office.emit(BATCH + 1)
        relay(office.desk())
        assert office.handed_out == [(event_id, NAME) for event_id in ids]
        assert office.waiting() == 0

    def test_settles_facts_that_nobody_reacts_to(self, office: Office) -> None:
        office.emit()
        relay(Desk(office.runtime, SYSTEM, {}, lambda *_: None))
        assert office.waiting() == 0

    def test_leaves_facts_that_only_newer_code_knows(self, office: Office) -> None:
        with office.runtime.begin(SYSTEM) as uow:
            uow.session.add(OutboxRow(name="FromTomorrow", payload={}, occurred_at=uow.now))
        relay(office.desk())
        assert office.waiting() == 1

    def test_tries_again_after_the_lease_when_the_broker_was_down(
        self, office: Office, clock: SetClock
    ) -> None:
        ids = office.emit()
        office.is_broker_down = True
        with pytest.raises(ConnectionError):
            relay(office.desk())
        office.is_broker_down = False
        clock.advance(LEASE - timedelta(seconds=1))
        relay(office.desk())
        assert office.handed_out == []
        clock.advance(timedelta(seconds=1))
        relay(office.desk())
        assert office.handed_out == [(ids[0], NAME)]


class TestATaskThatWasLost:
    def test_is_handed_out_again_until_the_fact_is_seen(
        self, office: Office, clock: SetClock
    ) -> None:
        ids = office.emit(2)
        relay(office.desk())
        react(office.desk(), ids[0], NAME)
        clock.advance(PATIENCE)
        relay_again(office.desk())
        relay(office.desk())
        assert office.handed_out == [(ids[0], NAME), (ids[1], NAME), (ids[1], NAME)]
        react(office.desk(), ids[1], NAME)
        clock.advance(timedelta(days=1))
        relay_again(office.desk())
        assert office.waiting() == 0

    def test_is_given_up_after_a_day(self, office: Office, clock: SetClock) -> None:
        office.emit()
        relay(office.desk())
        for hours in (0.25, 1, 4, 16, 64, 256):
            clock.advance(timedelta(hours=hours))
            relay_again(office.desk())
            relay(office.desk())
        assert len(office.handed_out) == MOST_TIMES

    def test_of_a_reaction_that_is_new_since_is_none(self, office: Office, clock: SetClock) -> None:
        """A release that reacts to more does not react to yesterday."""
        office.emit()
        relay(Desk(office.runtime, SYSTEM, {}, lambda *_: None))
        clock.advance(PATIENCE)
        relay_again(office.desk())
        assert office.waiting() == 0


class TestAReaction:
    def test_sees_a_fact_once(self, office: Office) -> None:
        (event_id,) = office.emit()
        react(office.desk(), event_id, NAME)
        react(office.desk(), event_id, NAME)
        assert office.seen == [LessonPraised(lesson_id="0")]

    def test_that_fails_leaves_no_receipt(self, office: Office) -> None:
        def fail(_uow: Uow, _event: Event) -> None:
            raise RuntimeError

        (event_id,) = office.emit()
        reactions = {"LessonPraised": ((NAME, fail),)}
        with pytest.raises(RuntimeError):
            react(Desk(office.runtime, SYSTEM, reactions, lambda *_: None), event_id, NAME)
        with office.runtime.begin(SYSTEM) as uow:
            assert uow.session.scalars(select(OutboxReceipt)).all() == []

    def test_that_is_unknown_here_is_left_to_others(self, office: Office) -> None:
        (event_id,) = office.emit()
        with pytest.raises(UnknownReaction):
            react(office.desk(), event_id, "tests.tomorrow")

    def test_to_a_forgotten_fact_does_nothing(self, office: Office) -> None:
        react(office.desk(), "01JZZZZZZZZZZZZZZZZZZZZZZZ", NAME)
        assert office.seen == []

    def test_is_named_after_where_it_is_written(self) -> None:
        def notice(_uow: Uow, _event: Event) -> None: ...

        ((name, found),) = by_name({LessonPraised: (notice,)})["LessonPraised"]
        assert name == f"{__name__}.{notice.__qualname__}"
        assert found is notice
