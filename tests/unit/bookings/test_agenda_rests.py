"""Whatever happens, a lesson's money comes to rest: steps applied to facts, with any luck."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from instainstru_core.domains.bookings.policy import agenda
from instainstru_core.domains.bookings.policy.agenda import Case, Decision, Moving, Step
from instainstru_core.domains.bookings.types import BookingStatus, Ending

STARTS_AT = datetime(2026, 6, 18, 20, 0, tzinfo=UTC)
ENDS_AT = STARTS_AT + timedelta(hours=1)
PRICE, SHARE = 13_440, 10_560
MOST_AT_ONCE = 20
MOST_WAITS = 60


@dataclass
class World:
    """A lesson's facts, the time, and whether the next calls go well; then all of them do."""

    case: Case
    now: datetime
    luck: list[bool]
    hold_length: timedelta
    done: list[Step] = field(default_factory=list)

    def is_lucky(self) -> bool:
        return self.luck.pop() if self.luck else True

    def change(self, **facts: Any) -> None:
        self.case = replace(self.case, **facts)

    def run(self) -> None:
        """Let the time pass until nothing is left to wait for."""
        for _ in range(MOST_WAITS):
            due_at = self._rest()
            if due_at is None:
                return
            assert due_at > self.now
            self.now = due_at
        raise AssertionError(f"waits for ever: {self.case}")

    def _rest(self) -> datetime | None:
        for _ in range(MOST_AT_ONCE):
            decision = agenda.decide(self.case, self.now)
            if decision.step is None:
                return decision.due_at
            self.done.append(decision.step)
            EFFECTS[decision.step](self, decision)
        raise AssertionError(f"goes in circles: {self.done[-MOST_AT_ONCE:]}")


def _authorize(world: World, _: Decision) -> None:
    had = world.case.is_held
    if not world.is_lucky():
        _refuse(world)
        return
    world.change(
        is_held=True,
        has_stale_hold=had,
        hold_failures=0,
        capture_before=world.now + world.hold_length,
    )


def _refuse(world: World, _: Decision | None = None) -> None:
    case = world.case
    if case.is_held:
        world.change(is_held=False, has_stale_hold=True)
    if case.ending in agenda.STUDENT_CANCELS and case.capture_failures == 0:
        world.change(ending=Ending.STUDENT_CANCEL_UNPAID)
    elif case.ending is not None:
        _fail_capture(world)
    else:
        world.change(
            hold_failures=case.hold_failures + 1, hold_last_failed_at=world.now, moving=None
        )


def _fail_capture(world: World) -> None:
    world.change(
        capture_failures=world.case.capture_failures + 1,
        capture_first_failed_at=world.case.capture_first_failed_at or world.now,
        capture_last_failed_at=world.now,
    )


def _capture(world: World, _: Decision) -> None:
    if world.is_lucky():
        world.change(captured_cents=PRICE, is_held=False)
    elif world.case.capture_before and world.case.capture_before <= world.now:
        world.change(is_held=False, capture_before=None)
    elif world.case.ending is None:
        world.change(moving=None)
    else:
        _fail_capture(world)


def _transfer(world: World, decision: Decision) -> None:
    if world.is_lucky():
        world.change(paid_cents=world.case.paid_cents + decision.cents, transfer_failures=0)
    else:
        world.change(
            transfer_failures=world.case.transfer_failures + 1, transfer_last_failed_at=world.now
        )


def _no_card(world: World, decision: Decision) -> None:
    if world.case.ending is not None:
        _fail_capture(world)
    else:
        _refuse(world, decision)


def _settle(world: World, _: Decision) -> None:
    owes = world.case.ending in agenda.KEEPS_CARD
    world.change(
        is_settled=True,
        owed_cents=SHARE if owes else 0,
        refund_due_cents=world.case.refunded_cents,
    )


def _becoming(**facts: Any) -> Callable[[World, Decision], None]:
    return lambda world, _: world.change(**facts)


EFFECTS: Mapping[Step, Callable[[World, Decision], None]] = {
    Step.AUTHORIZE: _authorize,
    Step.CAPTURE: _capture,
    Step.VOID: _becoming(is_held=False, capture_before=None),
    Step.VOID_STALE: _becoming(has_stale_hold=False),
    Step.REFUND: lambda world, decision: world.change(
        refunded_cents=world.case.refunded_cents + decision.cents
    ),
    Step.TRANSFER: _transfer,
    Step.REVERSE: lambda world, decision: world.change(
        paid_cents=world.case.paid_cents - decision.cents
    ),
    Step.EXPIRE_CHECKOUT: _becoming(
        status=BookingStatus.PAYMENT_FAILED, ending=Ending.PAYMENT_FAILED
    ),
    Step.NOTE_NO_CARD: _no_card,
    Step.WARN: lambda world, _: world.change(warned_at=world.now),
    Step.DROP: _becoming(status=BookingStatus.PAYMENT_FAILED, ending=Ending.PAYMENT_FAILED),
    Step.COMPLETE: _becoming(status=BookingStatus.COMPLETED),
    Step.END_TAKEN: _becoming(ending=Ending.LESSON_TAKEN),
    Step.RESOLVE_NO_SHOW: _becoming(ending=Ending.STUDENT_NO_SHOW, reported_at=None),
    Step.END_UNPAID: _becoming(ending=Ending.STUDENT_CANCEL_UNPAID),
    Step.SETTLE: _settle,
    Step.ESCALATE: _settle,
    Step.FINISH_MOVE: _becoming(moving=None, is_locked=True),
    Step.ABANDON_MOVE: _becoming(moving=None),
}


@st.composite
def worlds(draw: st.DrawFn, **facts: Any) -> World:
    """A lesson like this with any card and hold, at any time before it, with any luck."""
    now = STARTS_AT - draw(st.timedeltas(timedelta(minutes=1), timedelta(days=6)))
    hold_length = draw(st.timedeltas(timedelta(hours=12), timedelta(days=7)))
    is_held = draw(st.booleans()) and not facts.get("captured_cents")
    case = Case(
        starts_at=STARTS_AT,
        ends_at=ENDS_AT,
        has_card=draw(st.booleans()),
        is_held=is_held,
        has_stale_hold=draw(st.booleans()),
        capture_before=now + hold_length if is_held else None,
        **facts,
    )
    return World(case, now, draw(st.lists(st.booleans(), max_size=30)), hold_length)


ENDINGS = st.tuples(st.sampled_from(Ending), st.sampled_from([0, PRICE]))


def ended(how: tuple[Ending, int]) -> st.SearchStrategy[World]:
    """A lesson that ended so, with so much taken of the card."""
    ending, captured = how
    return worlds(status=BookingStatus.CANCELLED, ending=ending, captured_cents=captured)


def lesson(
    status: BookingStatus, *, now: datetime, luck: Sequence[bool] = (), **facts: Any
) -> World:
    case = Case(status=status, starts_at=STARTS_AT, ends_at=ENDS_AT, **facts)
    return World(case, now, list(luck), timedelta(days=7))


def assert_at_rest(found: World) -> None:
    """Shared out, and nothing is left at the provider that should not be there."""
    case = found.case
    assert case.is_settled
    assert case.paid_cents == case.owed_cents
    assert case.refunded_cents == case.refund_due_cents
    assert not case.is_held
    assert not case.has_stale_hold
    assert agenda.decide(case, found.now + timedelta(days=999)) == agenda.DONE


class TestMoney:
    @given(worlds(status=BookingStatus.CONFIRMED))
    def test_of_a_confirmed_lesson_comes_to_rest(self, found: World) -> None:
        found.run()

        assert_at_rest(found)

    @given(worlds(status=BookingStatus.CONFIRMED), st.booleans())
    def test_of_a_lesson_that_is_being_moved_comes_to_rest(
        self, found: World, takes_all: bool
    ) -> None:
        found.change(moving=Moving(takes_all, until=found.now + timedelta(minutes=30)))

        found.run()

        assert_at_rest(found)

    @given(ENDINGS.flatmap(ended))
    def test_of_every_ending_comes_to_rest(self, found: World) -> None:
        found.run()

        assert_at_rest(found)

    @given(worlds(status=BookingStatus.NO_SHOW, reported_at=ENDS_AT))
    def test_of_a_reported_lesson_comes_to_rest(self, found: World) -> None:
        found.now = ENDS_AT

        found.run()

        assert_at_rest(found)

    def test_of_an_abandoned_checkout_comes_to_rest(self) -> None:
        found = lesson(BookingStatus.PENDING, now=STARTS_AT - timedelta(minutes=30))

        found.run()

        assert found.done == [Step.EXPIRE_CHECKOUT, Step.SETTLE]
        assert_at_rest(found)


class TestAHoldThatIsAlwaysRefused:
    def test_is_tried_three_times_warned_of_once_and_given_up(self) -> None:
        found = lesson(BookingStatus.CONFIRMED, now=STARTS_AT - timedelta(days=9), luck=[False] * 9)

        found.run()

        asked = [Step.AUTHORIZE] * 3
        assert found.done == [*asked, Step.WARN, Step.DROP, Step.SETTLE]
        assert found.now == STARTS_AT - timedelta(hours=12)


class TestAnAmountThatIsAlwaysRefused:
    def test_is_tried_every_four_hours_and_escalated_after_seventy_two(self) -> None:
        found = lesson(BookingStatus.COMPLETED, now=ENDS_AT, has_card=False)

        found.run()

        tried = [Step.NOTE_NO_CARD] * 18
        assert found.done == [Step.END_TAKEN, *tried, Step.ESCALATE, Step.TRANSFER]
        assert found.now == ENDS_AT + timedelta(hours=24 + 72)
