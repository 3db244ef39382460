"""When an event is tried again, when it is given up, what of it can be stored."""

from datetime import UTC, datetime, timedelta

import pytest

from instainstru_core.domains.webhooks import policy
from instainstru_core.domains.webhooks.types import WebhookState

NOW = datetime(2026, 6, 15, 14, 0, tzinfo=UTC)


def wait(*, attempts: int = 1, failures: int = 1, is_passing: bool = False) -> timedelta | None:
    due = policy.next_due(
        attempts=attempts, failures=failures, is_passing=is_passing, received_at=NOW, now=NOW
    )
    return None if due is None else due - NOW


class TestAFailure:
    def test_is_tried_again_after_one_and_five_minutes_then_given_up(self) -> None:
        assert [wait(failures=failures) for failures in (1, 2, 3, 4)] == [
            timedelta(minutes=1),
            timedelta(minutes=5),
            None,
            None,
        ]

    def test_counts_alone_however_often_nobody_could_be_reached_before(self) -> None:
        assert wait(attempts=40, failures=1) == timedelta(minutes=1)


class TestAnOutage:
    def test_is_waited_for_with_longer_and_longer_pauses(self) -> None:
        pauses = [wait(attempts=attempts, failures=0, is_passing=True) for attempts in range(1, 8)]
        assert pauses == [timedelta(minutes=length) for length in (1, 5, 15, 30, 60, 60, 60)]

    @pytest.mark.parametrize(("late", "due"), [(timedelta(0), True), (timedelta(seconds=1), False)])
    def test_is_waited_for_three_days(self, late: timedelta, due: bool) -> None:
        now = NOW + policy.PATIENCE - timedelta(minutes=1) + late
        found = policy.next_due(attempts=1, failures=0, is_passing=True, received_at=NOW, now=now)
        assert found == (now + timedelta(minutes=1) if due else None)


class TestAReplay:
    def test_is_for_what_will_not_be_processed_by_itself_at_once(self) -> None:
        assert {state for state in WebhookState if policy.may_replay(state)} == {
            WebhookState.PROCESSED,
            WebhookState.FAILED,
            WebhookState.DEAD,
        }


class TestStorable:
    def test_replaces_what_the_database_cannot_hold_however_deep(self) -> None:
        told = {"a\x00": ["b\x00c", {"d": "\ud800"}], "e": 1, "f": None, "g": True}
        assert policy.storable(told) == {
            "a\ufffd": ["b\ufffdc", {"d": "\ufffd"}],
            "e": 1,
            "f": None,
            "g": True,
        }

    def test_leaves_everything_else_as_it_is(self) -> None:
        told = {"name": "Zoë 🎹", "list": [1.5, "\n\t"]}
        assert policy.storable(told) == told
