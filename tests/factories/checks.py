"""Background checks, written straight into the tables, and a provider without a socket."""

from datetime import timedelta
from typing import Any

from instainstru_core.domains.background_checks.models import BackgroundCheck
from instainstru_core.domains.background_checks.policy import valid_until
from instainstru_core.domains.background_checks.types import CheckStatus
from instainstru_core.kernel.ids import new_id
from instainstru_core.kernel.uow import Uow


def check(
    uow: Uow, user_id: str, status: CheckStatus = CheckStatus.CLEAR, **changes: Any
) -> BackgroundCheck:
    """A check that was ordered three days ago and came back, if it did, two days ago."""
    check_id = new_id()
    completed_at = changes.get("completed_at", uow.now - timedelta(days=2))
    is_clear = status is CheckStatus.CLEAR
    row = BackgroundCheck(
        **{
            "id": check_id,
            "user_id": user_id,
            "candidate_id": f"candidate-{check_id}",
            "invitation_id": f"invitation-{check_id}",
            "report_id": f"report-{check_id}",
            "status": status,
            "consented_at": uow.now - timedelta(days=3),
            "ordered_at": uow.now - timedelta(days=3),
            "invitation_expires_at": None,
            "completed_at": completed_at if is_clear else None,
            "valid_until": valid_until(completed_at) if is_clear else None,
            "looked_at": uow.now - timedelta(days=1),
        }
        | changes
    )
    uow.session.add(row)
    uow.session.flush()
    return row
