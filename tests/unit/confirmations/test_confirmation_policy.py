"""When a confirmation holds."""

from datetime import UTC, datetime, timedelta

import pytest

from instainstru_core.domains.confirmations import policy
from instainstru_core.domains.confirmations.types import ConfirmationState, Verdict

NOW = datetime(2026, 6, 15, 14, 0, tzinfo=UTC)
INSTANT = timedelta(microseconds=1)


def judged(
    state: ConfirmationState,
    *,
    expires_at: datetime = NOW + INSTANT,
    lease_until: datetime | None = None,
    finished_at: datetime | None = None,
) -> Verdict:
    return policy.judge(
        state,
        expires_at=expires_at,
        lease_until=lease_until,
        finished_at=finished_at,
        now=NOW,
    )


class TestJudge:
    @pytest.mark.parametrize(
        ("expires_at", "verdict"), [(NOW + INSTANT, Verdict.READY), (NOW, Verdict.EXPIRED)]
    )
    def test_ends_an_open_one_at_the_instant_it_expires(
        self, expires_at: datetime, verdict: Verdict
    ) -> None:
        assert judged(ConfirmationState.OPEN, expires_at=expires_at) is verdict

    @pytest.mark.parametrize(
        ("lease_until", "verdict"), [(NOW + INSTANT, Verdict.BUSY), (NOW, Verdict.READY)]
    )
    def test_keeps_others_away_until_the_lease_ends(
        self, lease_until: datetime, verdict: Verdict
    ) -> None:
        assert judged(ConfirmationState.EXECUTING, lease_until=lease_until) is verdict

    @pytest.mark.parametrize(
        ("ago", "verdict"),
        [(policy.RESUMED_FOR, Verdict.EXPIRED), (policy.RESUMED_FOR - INSTANT, Verdict.READY)],
    )
    def test_lets_an_interrupted_one_be_taken_up_for_half_a_day(
        self, ago: timedelta, verdict: Verdict
    ) -> None:
        expires_at = NOW - ago
        assert (
            judged(ConfirmationState.EXECUTING, expires_at=expires_at, lease_until=expires_at)
            is verdict
        )

    @pytest.mark.parametrize(
        ("ago", "verdict"),
        [(policy.REPLAYED_FOR, Verdict.USED), (policy.REPLAYED_FOR - INSTANT, Verdict.REPLAY)],
    )
    def test_answers_again_for_a_day(self, ago: timedelta, verdict: Verdict) -> None:
        past = NOW - timedelta(days=2)
        found = judged(ConfirmationState.DONE, expires_at=past, finished_at=NOW - ago)
        assert found is verdict

    def test_says_no_for_good_once_declined(self) -> None:
        assert judged(ConfirmationState.DECLINED) is Verdict.DECLINED

    def test_makes_tokens_of_99_bits(self) -> None:
        assert len(set(policy.ALPHABET)) ** policy.TOKEN_LENGTH > 2**99
