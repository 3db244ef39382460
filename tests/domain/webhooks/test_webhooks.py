"""What vendors tell us: stored once, taken by one worker, never lost."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from instainstru_core.domains.audit.models import AuditEntry
from instainstru_core.domains.webhooks import policy, service
from instainstru_core.domains.webhooks.errors import EventNotFound, NotReplayable
from instainstru_core.domains.webhooks.models import WebhookEvent
from instainstru_core.domains.webhooks.schemas import WebhookBacklogView, WebhookFilters
from instainstru_core.domains.webhooks.types import ClaimedEvent, WebhookState
from instainstru_core.kernel.authority import ANONYMOUS, SYSTEM, Actor, PermissionMissing
from instainstru_core.kernel.ids import new_id
from instainstru_core.kernel.paging import BadCursor
from instainstru_core.kernel.uow import Begin, Uow
from tests.conftest import SetClock
from tests.factories.webhooks import inbound, received

LEASE = timedelta(minutes=5)
MOMENT = timedelta(microseconds=1)
EVERYTHING = WebhookFilters()


def row(uow: Uow, event_id: str) -> WebhookEvent:
    found = uow.session.get(WebhookEvent, event_id, populate_existing=True)
    assert found is not None
    return found


def take(uow: Uow, limit: int = 10) -> list[ClaimedEvent]:
    return list(service.claim(uow, limit=limit, lease=LEASE))


class TestReceive:
    def test_stores_what_was_told_and_by_whom(self, begin: Begin, clock: SetClock) -> None:
        told = inbound(clock.now - timedelta(seconds=3))
        with begin(ANONYMOUS) as uow:
            view = service.receive(uow, told)
            stored = row(uow, view.id)
        assert view.is_duplicate is False
        assert (stored.source, stored.event_id, stored.kind) == (
            "stripe",
            told.event_id,
            "payout.paid",
        )
        assert (stored.account_id, stored.payload) == ("acct_1", told.payload)
        assert (stored.happened_at, stored.received_at) == (told.happened_at, clock.now)
        assert (stored.state, stored.due_at) == (WebhookState.RECEIVED, clock.now)

    def test_stores_an_event_once_and_leaves_it_as_it_is(self, uow: Uow) -> None:
        told = inbound(uow.now)
        first = service.receive(uow, told)
        (event,) = take(uow)
        service.finish(uow, event)
        again = service.receive(uow, replace(told, payload={"other": True}))
        assert (again.id, again.is_duplicate) == (first.id, True)
        assert row(uow, first.id).payload == told.payload
        assert row(uow, first.id).state is WebhookState.PROCESSED

    def test_tells_one_source_from_another(self, uow: Uow) -> None:
        told = inbound(uow.now)
        first = service.receive(uow, told)
        second = service.receive(uow, replace(told, source="resend"))
        assert (second.is_duplicate, second.id == first.id) == (False, False)

    def test_survives_what_the_database_cannot_hold(self, uow: Uow) -> None:
        told = inbound(uow.now, kind="a\x00b", event_id="e\x00", payload={"name": "Zo\x00\ud800"})
        view = service.receive(uow, told)
        assert service.receive(uow, told).is_duplicate is True
        stored = row(uow, view.id)
        assert (stored.kind, stored.payload) == ("a\ufffdb", {"name": "Zo\ufffd\ufffd"})


class TestClaim:
    def test_takes_what_is_due_oldest_first(self, begin: Begin, clock: SetClock) -> None:
        found: list[str] = []
        for _ in range(3):
            with begin(SYSTEM) as uow:
                found.append(received(uow))
            clock.advance(MOMENT)
        first, second, third = found
        with begin(SYSTEM) as uow:
            assert [event.id for event in take(uow, limit=2)] == [first, second]
            assert [event.id for event in take(uow)] == [third]
            assert take(uow) == []
            assert row(uow, first).due_at == clock.now + LEASE

    def test_tells_the_worker_all_it_needs(self, uow: Uow) -> None:
        event_id = received(uow)
        (event,) = take(uow)
        stored = row(uow, event_id)
        assert event == ClaimedEvent(
            id=event_id,
            source="stripe",
            event_id=stored.event_id,
            kind="payout.paid",
            account_id="acct_1",
            payload=stored.payload,
            happened_at=stored.happened_at,
            attempt=1,
        )

    def test_takes_over_from_a_worker_that_died_once_its_lease_is_over(
        self, begin: Begin, clock: SetClock
    ) -> None:
        """D39: an event must not stay `processing` for ever."""
        with begin(SYSTEM) as uow:
            event_id = received(uow)
            (lost,) = take(uow)
        clock.advance(LEASE - MOMENT)
        with begin(SYSTEM) as uow:
            assert take(uow) == []
        clock.advance(MOMENT)
        with begin(SYSTEM) as uow:
            (event,) = take(uow)
            assert (event.id, event.attempt, row(uow, event_id).losses) == (event_id, 2, 1)
            service.finish(uow, lost)
            service.fail(uow, lost, "late")
            assert row(uow, event_id).state is WebhookState.PROCESSING
            service.finish(uow, event)
            assert row(uow, event_id).state is WebhookState.PROCESSED

    def test_gives_up_what_workers_vanish_over_again_and_again(
        self, begin: Begin, clock: SetClock
    ) -> None:
        with begin(SYSTEM) as uow:
            event_id = received(uow)
        for _ in range(1 + policy.LOSSES_BORNE):
            with begin(SYSTEM) as uow:
                assert [event.id for event in take(uow)] == [event_id]
            clock.advance(LEASE)
        with begin(SYSTEM) as uow:
            other = received(uow)
            assert [event.id for event in take(uow)] == [other]
            given_up = row(uow, event_id)
            assert (given_up.state, given_up.error) == (WebhookState.DEAD, "webhooks.worker_lost")

    def test_is_for_the_system(self, begin: Begin) -> None:
        with begin(Actor(id=new_id())) as uow:
            for refused in (
                lambda: take(uow),
                lambda: service.listing(uow, EVERYTHING),
                lambda: service.detail(uow, new_id()),
                lambda: service.replay(uow, new_id()),
                lambda: service.backlog(uow),
                lambda: service.forget(uow, before=uow.now, limit=1),
            ):
                with pytest.raises(PermissionMissing):
                    refused()


class TestFinish:
    def test_says_when_and_whether_anybody_cared(self, begin: Begin, clock: SetClock) -> None:
        with begin(SYSTEM) as uow:
            cared, ignored = received(uow), received(uow, kind="radar.early_fraud_warning.created")
            first, second = take(uow)
        clock.advance(timedelta(seconds=2))
        with begin(SYSTEM) as uow:
            service.finish(uow, first)
            service.finish(uow, second, ignored=True)
            assert [
                (row(uow, one).state, row(uow, one).was_ignored) for one in (cared, ignored)
            ] == [
                (WebhookState.PROCESSED, False),
                (WebhookState.PROCESSED, True),
            ]
            assert row(uow, cared).processed_at == clock.now


class TestFail:
    def test_tries_again_after_one_and_five_minutes_then_keeps_a_dead_letter(
        self, begin: Begin, clock: SetClock
    ) -> None:
        with begin(SYSTEM) as uow:
            event_id = received(uow)
        for pause in (timedelta(minutes=1), timedelta(minutes=5)):
            with begin(SYSTEM) as uow:
                (event,) = take(uow)
                service.fail(uow, event, "KeyError")
                assert row(uow, event_id).state is WebhookState.FAILED
                assert row(uow, event_id).due_at == clock.now + pause
            clock.advance(pause - MOMENT)
            with begin(SYSTEM) as uow:
                assert take(uow) == []
            clock.advance(MOMENT)
        with begin(SYSTEM) as uow:
            (event,) = take(uow)
            service.fail(uow, event, "KeyError")
            stored = row(uow, event_id)
        assert (stored.state, stored.error) == (WebhookState.DEAD, "KeyError")
        assert (stored.attempts, stored.failures, stored.losses) == (3, 3, 0)
        clock.advance(timedelta(days=30))
        with begin(SYSTEM) as uow:
            assert take(uow) == []

    def test_costs_no_attempt_when_somebody_could_not_be_reached(
        self, begin: Begin, clock: SetClock
    ) -> None:
        with begin(SYSTEM) as uow:
            event_id = received(uow)
        for _ in range(10):
            with begin(SYSTEM) as uow:
                (event,) = take(uow)
                service.fail(uow, event, "payments.provider_unreachable", is_passing=True)
                assert row(uow, event_id).failures == 0
            clock.advance(timedelta(hours=1))
        clock.advance(timedelta(days=3))
        with begin(SYSTEM) as uow:
            (event,) = take(uow)
            service.fail(uow, event, "payments.provider_unreachable", is_passing=True)
            assert row(uow, event_id).state is WebhookState.DEAD


class TestListing:
    def test_shows_the_newest_first_page_by_page(self, uow: Uow) -> None:
        ids = [received(uow) for _ in range(3)]
        page = service.listing(uow, EVERYTHING, limit=2)
        assert [one.id for one in page.items] == [ids[2], ids[1]]
        rest = service.listing(uow, EVERYTHING, cursor=page.next_cursor, limit=2)
        assert ([one.id for one in rest.items], rest.next_cursor) == ([ids[0]], None)
        with pytest.raises(BadCursor):
            service.listing(uow, WebhookFilters(source="stripe"), cursor=page.next_cursor)

    def test_narrows_by_state_kind_and_source(self, uow: Uow) -> None:
        paid, failed = received(uow), received(uow, kind="payout.failed")
        other = received(uow, kind="payouts", source="elsewhere")
        (event,) = take(uow, limit=1)
        service.finish(uow, event)

        def found(**filters: object) -> list[str]:
            chosen = WebhookFilters.model_validate(filters)
            return [one.id for one in service.listing(uow, chosen).items]

        assert found(state="processed") == [paid]
        assert found(kind="payout.failed") == [failed]
        assert found(kind="payout.*") == [failed, paid]
        assert found(source="elsewhere") == [other]
        assert found(state="dead_letter") == []


class TestDetail:
    def test_is_found_by_our_id_and_by_its_sources(self, uow: Uow) -> None:
        event_id = received(uow)
        ours = service.detail(uow, event_id)
        assert ours.payload["data"]["object"]["id"] == "po_1"
        assert service.detail(uow, ours.event_id) == ours

    @pytest.mark.parametrize("name", ["evt_none", "01JZ8M4T6Q3V9K2X7C5B1N0D8F", "\x00"])
    def test_refuses_what_never_came(self, uow: Uow, name: str) -> None:
        with pytest.raises(EventNotFound):
            service.detail(uow, name)


class TestReplay:
    def test_lets_a_dead_letter_be_processed_once_more(self, begin: Begin, clock: SetClock) -> None:
        with begin(SYSTEM) as uow:
            event_id = received(uow)
        for _ in range(3):
            with begin(SYSTEM) as uow:
                (event,) = take(uow)
                service.fail(uow, event, "KeyError")
            clock.advance(timedelta(hours=1))
        with begin(SYSTEM) as uow:
            view = service.replay(uow, event_id)
            assert (view.state, view.replays, view.failures) == (WebhookState.RECEIVED, 1, 0)
            assert (view.error, view.due_at) == (None, clock.now)
            (event,) = take(uow)
            service.finish(uow, event)
            assert service.replay(uow, event.event_id).replays == 2
            query = select(AuditEntry.details).filter_by(
                action="webhooks.replay", subject_id=event_id
            )
            assert sorted(entry["was"] for entry in uow.session.scalars(query)) == [
                "dead_letter",
                "processed",
            ]

    def test_is_refused_while_the_event_is_being_taken_care_of(self, uow: Uow) -> None:
        event_id = received(uow)
        with pytest.raises(NotReplayable) as waiting:
            service.replay(uow, event_id)
        assert waiting.value.facts == {"state": "received"}
        take(uow)
        with pytest.raises(NotReplayable) as processing:
            service.replay(uow, event_id)
        assert processing.value.facts == {"state": "processing"}
        assert row(uow, event_id).replays == 0


class TestBacklog:
    def test_counts_what_is_not_over(self, begin: Begin, clock: SetClock) -> None:
        with begin(SYSTEM) as uow:
            received(uow)
            take(uow)
        clock.advance(LEASE)
        with begin(SYSTEM) as uow:
            received(uow)
            (stuck, failing) = take(uow)
            service.finish(uow, stuck)
            service.fail(uow, failing, "KeyError")
            received(uow)
            assert service.backlog(uow) == WebhookBacklogView(
                at=clock.now,
                waiting=2,
                overdue=1,
                processing=0,
                stuck=0,
                dead=0,
                oldest_due_at=clock.now,
                received_last_day=3,
            )

    def test_sees_a_worker_that_is_not_heard_of(self, begin: Begin, clock: SetClock) -> None:
        with begin(SYSTEM) as uow:
            received(uow)
            take(uow)
        began = clock.now
        clock.advance(LEASE)
        with begin(SYSTEM) as uow:
            found = service.backlog(uow)
        assert (found.processing, found.stuck, found.oldest_due_at) == (1, 1, began + LEASE)


class TestForget:
    def test_keeps_what_is_young_and_what_was_never_processed(
        self, begin: Begin, clock: SetClock
    ) -> None:
        with begin(SYSTEM) as uow:
            old, unprocessed = received(uow), received(uow)
            first, second = take(uow)
            service.finish(uow, first)
            service.fail(uow, second, "KeyError")
        clock.advance(policy.KEEP)
        with begin(SYSTEM) as uow:
            assert service.forget(uow, before=clock.now - policy.KEEP, limit=10) == 0
            assert service.forget(uow, before=clock.now - policy.KEEP + MOMENT, limit=10) == 1
            left = set(uow.session.scalars(select(WebhookEvent.id)))
            assert (old in left, unprocessed in left) == (False, True)
