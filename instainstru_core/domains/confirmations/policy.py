"""Whether a confirmation still holds. Pure."""

from datetime import datetime, timedelta

from instainstru_core.domains.confirmations.types import ConfirmationState, Verdict

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""Nothing that is read as something else: no 0 or O, no 1, I or L."""
TOKEN_LENGTH = 20
STANDARD = timedelta(minutes=10)
LEASE = timedelta(minutes=2)
REPLAYED_FOR = timedelta(hours=24)
RESUMED_FOR = timedelta(hours=12)
"""An execution that a crash interrupted may be taken up for so long after its token expired."""
KEPT_FOR = timedelta(days=30)


def judge(
    state: ConfirmationState,
    *,
    expires_at: datetime,
    lease_until: datetime | None,
    finished_at: datetime | None,
    now: datetime,
) -> Verdict:
    """What becomes of whoever comes with it now. It expires at `expires_at` itself."""
    match state:
        case ConfirmationState.DECLINED:
            return Verdict.DECLINED
        case ConfirmationState.DONE:
            is_known = finished_at is not None and now < finished_at + REPLAYED_FOR
            return Verdict.REPLAY if is_known else Verdict.USED
        case ConfirmationState.EXECUTING:
            if lease_until is not None and now < lease_until:
                return Verdict.BUSY
            return Verdict.READY if now < expires_at + RESUMED_FOR else Verdict.EXPIRED
        case ConfirmationState.OPEN:
            return Verdict.READY if now < expires_at else Verdict.EXPIRED
