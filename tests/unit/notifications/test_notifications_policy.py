"""When a message is tried again, and words for what a bank said."""

from datetime import UTC, datetime, timedelta

import pytest

from instainstru_core.domains.notifications.policy import (
    WAITS,
    Standing,
    after_failure,
    reason_in_words,
)
from instainstru_core.domains.notifications.types import DeliveryState

NOW = datetime(2026, 6, 15, 14, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


class TestAfterAFailure:
    @pytest.mark.parametrize(("attempt", "minutes"), [(1, 1), (2, 5), (3, 15), (4, 60), (5, 240)])
    def test_a_message_waits_longer_each_time(self, attempt: int, minutes: int) -> None:
        assert after_failure(attempt, now=NOW, is_final=False) == Standing(
            DeliveryState.QUEUED, NOW + minutes * MINUTE
        )

    def test_a_message_is_given_up_after_the_sixth_attempt(self) -> None:
        assert after_failure(6, now=NOW, is_final=False).state is DeliveryState.FAILED

    def test_a_refused_message_is_given_up_at_once(self) -> None:
        assert after_failure(1, now=NOW, is_final=True).state is DeliveryState.FAILED

    @pytest.mark.parametrize(("asked", "waits"), [(30, 60), (600, 600)])
    def test_a_carrier_may_ask_for_more_patience_but_not_for_less(
        self, asked: int, waits: int
    ) -> None:
        found = after_failure(1, now=NOW, is_final=False, retry_after=timedelta(seconds=asked))
        assert found.due_at == NOW + timedelta(seconds=waits)

    def test_all_attempts_fit_into_the_day_that_a_carrier_knows_a_key(self) -> None:
        assert sum(WAITS, timedelta(0)) == timedelta(hours=5, minutes=21)


class TestReasons:
    @pytest.mark.parametrize(
        ("code", "words"),
        [
            ("payments.card_funds_insufficient", "The card does not have enough funds."),
            ("payments.authentication_required", "Your bank wants you to confirm the payment"),
            ("pi_3Nf9x: do_not_honor", "Your bank did not approve it."),
        ],
    )
    def test_are_told_in_our_words(self, code: str, words: str) -> None:
        assert reason_in_words(code).startswith(words)
