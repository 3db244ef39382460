"""When a card, a payer or a payee is good; what is news of a payout; when to ask again."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from instainstru_core.domains.payments import policy
from instainstru_core.domains.payments.policy import PayoutNews
from instainstru_core.domains.payments.types import DisputeState, PayoutStatus

TODAY = date(2026, 6, 15)
MOMENT = timedelta(microseconds=1)


class TestACard:
    @pytest.mark.parametrize(
        ("month", "year", "expired"),
        [(5, 2026, True), (6, 2026, False), (12, 2025, True), (1, 2027, False)],
    )
    def test_holds_through_its_month(self, month: int, year: int, expired: bool) -> None:
        assert policy.is_expired(month, year, TODAY) is expired


class TestAnAccount:
    @pytest.mark.parametrize(
        ("submitted", "enabled", "reason", "payable"),
        [
            (True, True, None, True),
            (False, True, None, False),
            (True, False, None, False),
            (True, True, "rejected.fraud", False),
        ],
    )
    def test_is_paid_once_all_is_told_and_nothing_disabled(
        self, submitted: bool, enabled: bool, reason: str | None, payable: bool
    ) -> None:
        found = policy.is_payable(
            details_submitted=submitted, payouts_enabled=enabled, disabled_reason=reason
        )
        assert found is payable

    @pytest.mark.parametrize(
        ("interval", "anchor", "ours"),
        [
            ("weekly", "tuesday", True),
            ("weekly", "monday", False),
            ("daily", None, False),
            (None, None, False),
        ],
    )
    def test_pays_out_on_tuesdays(
        self, interval: str | None, anchor: str | None, ours: bool
    ) -> None:
        assert policy.pays_out_on_our_day(interval, anchor) is ours


class TestAPayout:
    def test_is_news_once_when_it_arrives_and_once_when_it_fails(self) -> None:
        befores: list[PayoutStatus | None] = [None, *PayoutStatus]
        news = {
            (before, now): found
            for before in befores
            for now in PayoutStatus
            if (found := policy.payout_news(before, now)) is not None
        }
        paid, failed = PayoutStatus.PAID, PayoutStatus.FAILED
        assert {pair[0] for pair, found in news.items() if found is PayoutNews.SENT} == {
            None,
            PayoutStatus.PENDING,
            PayoutStatus.IN_TRANSIT,
            PayoutStatus.CANCELED,
        }
        assert {pair[0] for pair, found in news.items() if found is PayoutNews.FAILED} == {
            None,
            PayoutStatus.PENDING,
            PayoutStatus.IN_TRANSIT,
            PayoutStatus.PAID,
            PayoutStatus.CANCELED,
        }
        assert {pair[1] for pair in news} == {paid, failed}


class TestTheWindow:
    def test_is_thirty_days_up_to_today_unless_said_otherwise(self) -> None:
        day = timedelta(days=1)
        first, last = date(2026, 6, 1), date(2026, 6, 10)
        assert policy.window(None, None, today=TODAY) == (date(2026, 5, 17), TODAY)
        assert policy.window(first, last, today=TODAY) == (first, last)
        assert policy.window(first, None, today=TODAY) == (first, TODAY)
        assert policy.window(None, last, today=TODAY) == (date(2026, 5, 12), last)
        assert policy.window(TODAY + day, None, today=TODAY) == (TODAY + day, TODAY + day)

    def test_is_never_longer_than_a_year_and_a_day(self) -> None:
        assert policy.window(date(2020, 1, 1), None, today=TODAY) == (
            date(2020, 1, 1),
            date(2021, 1, 1),
        )


class TestADispute:
    HEARD = datetime(2026, 6, 15, 12, tzinfo=UTC)
    DAY = timedelta(days=1)

    def asked(self, state: DisputeState, **known: Any) -> datetime | None:
        given: dict[str, Any] = {
            "heard_at": self.HEARD,
            "evidence_due_at": None,
            "closed_at": None,
            "withdrawn_cents": 5_000,
        }
        return policy.ask_about_dispute_at(state, **(given | known))

    def test_that_is_open_is_asked_about_a_day_after_the_last_word(self) -> None:
        assert self.asked(DisputeState.OPEN) == self.HEARD + self.DAY

    @pytest.mark.parametrize(
        ("ahead", "asked_after"),
        [
            (timedelta(0), DAY),
            (timedelta(seconds=1), timedelta(seconds=1)),
            (timedelta(hours=23), timedelta(hours=23)),
            (DAY, DAY),
            (7 * DAY, DAY),
            (-7 * DAY, DAY),
        ],
    )
    def test_is_asked_about_when_its_evidence_is_due_if_that_is_sooner(
        self, ahead: timedelta, asked_after: timedelta
    ) -> None:
        asked = self.asked(DisputeState.OPEN, evidence_due_at=self.HEARD + ahead)
        assert asked == self.HEARD + asked_after

    def test_that_is_lost_is_over(self) -> None:
        assert self.asked(DisputeState.LOST, closed_at=self.HEARD) is None

    def test_that_is_won_is_over_once_the_money_is_back_or_does_not_come(self) -> None:
        won, closed = DisputeState.WON, self.HEARD - 30 * self.DAY
        assert self.asked(won, closed_at=self.HEARD, withdrawn_cents=0) is None
        assert self.asked(won, closed_at=self.HEARD) == self.HEARD + self.DAY
        assert self.asked(won, closed_at=closed + MOMENT) == self.HEARD + self.DAY
        assert self.asked(won, closed_at=closed) is None
