"""When a card, a payer or a payee is good; what is news of a payout."""

from datetime import date, timedelta

import pytest

from instainstru_core.domains.payments import policy
from instainstru_core.domains.payments.policy import PayoutNews
from instainstru_core.domains.payments.types import PayoutStatus

TODAY = date(2026, 6, 15)


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
