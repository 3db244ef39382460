"""What a provider's words mean, and how long a clear check is good."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from instainstru_core.domains.background_checks import policy
from instainstru_core.domains.background_checks.types import (
    CheckStatus,
    InvitationSeen,
    ReportSeen,
)

DONE = datetime(2026, 6, 15, 14, 0, tzinfo=UTC)
MOMENT = timedelta(microseconds=1)


def report(**changes: Any) -> ReportSeen:
    given: dict[str, Any] = {
        "id": "r",
        "candidate_id": "c",
        "status": "complete",
        "result": "clear",
        "assessment": None,
        "adjudication": None,
        "includes_canceled": False,
        "completed_at": DONE,
    }
    return ReportSeen(**(given | changes))


class TestAReport:
    @pytest.mark.parametrize(
        ("said", "status"),
        [
            ({}, CheckStatus.CLEAR),
            ({"status": "clear"}, CheckStatus.CLEAR),
            ({"status": "clear", "result": None}, CheckStatus.CLEAR),
            ({"result": "consider"}, CheckStatus.CONSIDER),
            ({"status": "consider", "result": None}, CheckStatus.CONSIDER),
            ({"result": None}, CheckStatus.CONSIDER),
            ({"result": "consider", "assessment": "eligible"}, CheckStatus.CLEAR),
            ({"result": "clear", "assessment": "review"}, CheckStatus.CONSIDER),
            ({"result": "clear", "assessment": "escalated"}, CheckStatus.CONSIDER),
            ({"includes_canceled": True}, CheckStatus.CONSIDER),
            ({"result": "consider", "adjudication": "engaged"}, CheckStatus.CLEAR),
            ({"adjudication": "pre_adverse_action"}, CheckStatus.CONSIDER),
            ({"adjudication": "post_adverse_action"}, CheckStatus.FAILED),
            ({"status": "pending", "adjudication": "post_adverse_action"}, CheckStatus.FAILED),
            ({"status": "pending", "result": "clear"}, CheckStatus.PENDING),
            ({"status": "pending", "adjudication": "engaged"}, CheckStatus.PENDING),
            ({"status": "paused", "result": None}, CheckStatus.PENDING),
            ({"status": "suspended", "result": None}, CheckStatus.SUSPENDED),
            ({"status": "dispute"}, CheckStatus.DISPUTED),
            ({"status": "canceled"}, CheckStatus.CANCELED),
            ({"status": "a word of tomorrow"}, CheckStatus.PENDING),
            ({"result": "a word of tomorrow"}, CheckStatus.CONSIDER),
        ],
    )
    def test_means(self, said: dict[str, Any], status: CheckStatus) -> None:
        assert policy.of_report(report(**said)) is status


class TestAnInvitation:
    @pytest.mark.parametrize(
        ("said", "status"),
        [
            ("pending", CheckStatus.INVITED),
            ("completed", CheckStatus.PENDING),
            ("expired", CheckStatus.EXPIRED),
            ("deleted", CheckStatus.CANCELED),
            ("a word of tomorrow", CheckStatus.PENDING),
        ],
    )
    def test_means(self, said: str, status: CheckStatus) -> None:
        assert policy.of_invitation(InvitationSeen("i", "c", said, None, None, None)) is status


class TestAClearCheck:
    def test_is_good_for_a_year_to_the_moment(self) -> None:
        until = policy.valid_until(DONE)
        assert until == datetime(2027, 6, 15, 14, 0, tzinfo=UTC)
        assert policy.is_good(CheckStatus.CLEAR, until, until - MOMENT)
        assert not policy.is_good(CheckStatus.CLEAR, until, until)

    @pytest.mark.parametrize("status", [*set(CheckStatus) - {CheckStatus.CLEAR}, None])
    def test_is_the_only_good_one(self, status: CheckStatus | None) -> None:
        assert not policy.is_good(status, policy.valid_until(DONE), DONE)

    def test_needs_no_other_one_until_a_month_before_its_end(self) -> None:
        until = policy.valid_until(DONE)
        month = until - timedelta(days=30)
        assert policy.is_settled(CheckStatus.CLEAR, until, month - MOMENT)
        assert not policy.is_settled(CheckStatus.CLEAR, until, month)
        assert not policy.is_settled(CheckStatus.CONSIDER, until, DONE)
