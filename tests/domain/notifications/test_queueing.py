"""Messages from queued to sent, one statement a step."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest
from sqlalchemy import select

from instainstru_core.domains.notifications import service
from instainstru_core.domains.notifications.models import Delivery
from instainstru_core.domains.notifications.schemas import DueDelivery, RefundedFacts
from instainstru_core.domains.notifications.types import DeliveryState, Template
from instainstru_core.kernel.authority import SYSTEM
from instainstru_core.kernel.uow import Begin, Uow
from tests.conftest import SetClock
from tests.factories.accounts import student
from tests.factories.notifications import facts, queued

LEASE = timedelta(minutes=5)
MOMENT = timedelta(microseconds=1)


def row(uow: Uow, key: str) -> Delivery:
    found = select(Delivery).where(Delivery.key == key).execution_options(populate_existing=True)
    return uow.session.scalars(found).one()


def claimed(uow: Uow, limit: int = 10) -> list[DueDelivery]:
    return service.claim(uow, limit=limit, lease=LEASE)


class TestQueueing:
    def test_a_message_waits_to_be_sent_at_once(self, uow: Uow) -> None:
        user_id = student(uow).id
        is_new = service.queue(
            uow,
            key="refund:1",
            template=Template.REFUNDED,
            user_id=user_id,
            facts=facts(RefundedFacts),
            reference="booking:1",
        )
        found = row(uow, "refund:1")
        assert is_new
        assert (found.state, found.attempts) == (DeliveryState.QUEUED, 0)
        assert (found.created_at, found.due_at) == (uow.now, uow.now)
        assert (found.user_id, found.reference) == (user_id, "booking:1")
        assert found.facts["starts_local"] == "2026-06-18T16:00:00"

    def test_a_key_makes_one_message_however_often_its_cause_is_seen(
        self, uow: Uow, count_statements: Callable[[], AbstractContextManager[list[str]]]
    ) -> None:
        user_id = student(uow).id
        command = {"key": "refund:1", "template": Template.REFUNDED, "user_id": user_id}
        assert service.queue(uow, **command, facts=facts(RefundedFacts))
        with count_statements() as statements:
            again = service.queue(uow, **command, facts=facts(RefundedFacts, refund_cents=1))
        assert not again
        assert len(statements) == 1
        assert row(uow, "refund:1").facts["refund_cents"] == 13_440

    def test_facts_of_another_message_are_a_bug(self, uow: Uow) -> None:
        with pytest.raises(TypeError, match="are the facts of refunded, not of payout_sent"):
            service.queue(
                uow,
                key="refund:1",
                template=Template.PAYOUT_SENT,
                user_id=student(uow).id,
                facts=facts(RefundedFacts),
            )


class TestClaiming:
    def test_takes_the_longest_due_first_and_no_more_than_asked_for(
        self, begin: Begin, clock: SetClock
    ) -> None:
        keys = []
        for _ in range(3):
            with begin(SYSTEM) as uow:
                keys.append(queued(uow))
            clock.advance(timedelta(seconds=1))
        with begin(SYSTEM) as uow:
            assert [one.key for one in claimed(uow, limit=2)] == keys[:2]
            assert [one.attempt for one in claimed(uow)] == [1]

    def test_gives_a_message_out_again_when_its_lease_has_run_out(
        self, begin: Begin, clock: SetClock
    ) -> None:
        with begin(SYSTEM) as uow:
            key = queued(uow)
            assert len(claimed(uow)) == 1
        clock.advance(LEASE - MOMENT)
        with begin(SYSTEM) as uow:
            assert claimed(uow) == []
        clock.advance(MOMENT)
        with begin(SYSTEM) as uow:
            assert [(one.key, one.attempt) for one in claimed(uow)] == [(key, 2)]


class TestMarking:
    def test_a_sent_message_is_never_due_again(self, begin: Begin, clock: SetClock) -> None:
        with begin(SYSTEM) as uow:
            key = queued(uow)
            (due,) = claimed(uow)
            service.mark_sent(uow, due.id, vendor_id="mail-1")
            found = row(uow, key)
            assert (found.state, found.vendor_id) == (DeliveryState.SENT, "mail-1")
            assert (found.sent_at, found.error) == (uow.now, None)
        clock.advance(timedelta(days=9))
        with begin(SYSTEM) as uow:
            assert claimed(uow) == []

    def test_an_attempt_in_vain_is_followed_by_another_until_patience_ends(
        self, begin: Begin, clock: SetClock
    ) -> None:
        with begin(SYSTEM) as uow:
            key = queued(uow)
        waited = []
        for _ in range(6):
            with begin(SYSTEM) as uow:
                (due,) = claimed(uow)
                service.mark_failed(uow, due, error="notifications.uncertain", is_final=False)
                found = row(uow, key)
                waited.append((found.due_at - uow.now) // timedelta(minutes=1))
                clock.now = found.due_at
        assert waited == [1, 5, 15, 60, 240, 0]
        assert (found.state, found.attempts) == (DeliveryState.FAILED, 6)
        assert found.error == "notifications.uncertain"

    def test_what_was_refused_is_not_tried_again(self, uow: Uow) -> None:
        key = queued(uow)
        (due,) = claimed(uow)
        state = service.mark_failed(uow, due, error="notifications.refused", is_final=True)
        assert state is row(uow, key).state is DeliveryState.FAILED

    def test_whoever_lost_a_message_to_another_cannot_fail_it(
        self, begin: Begin, clock: SetClock
    ) -> None:
        with begin(SYSTEM) as uow:
            key = queued(uow)
            (slow,) = claimed(uow)
        clock.advance(LEASE)
        with begin(SYSTEM) as uow:
            claimed(uow)
            service.mark_failed(uow, slow, error="notifications.refused", is_final=True)
            service.put_back(uow, [slow], error="notifications.busy", wait=LEASE)
            assert row(uow, key).state is DeliveryState.SENDING
            service.mark_sent(uow, slow.id, vendor_id="mail-1")
            assert row(uow, key).state is DeliveryState.SENT

    def test_what_is_put_back_loses_no_attempt(self, uow: Uow) -> None:
        keys = [queued(uow), queued(uow)]
        service.put_back(uow, claimed(uow), error="notifications.busy", wait=LEASE)
        for key in keys:
            found = row(uow, key)
            assert (found.state, found.attempts) == (DeliveryState.QUEUED, 0)
            assert (found.due_at, found.error) == (uow.now + LEASE, "notifications.busy")
        service.put_back(uow, [], error="notifications.busy", wait=LEASE)
