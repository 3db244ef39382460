"""Background checks, written straight into the tables, and a provider without a socket."""

from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic import SecretStr

from devstack.checkr_simulator.in_process import transport
from devstack.checkr_simulator.simulator import Simulator
from instainstru_core.adapters.checkr import CheckrProvider
from instainstru_core.domains.background_checks.flows import SOURCE
from instainstru_core.domains.background_checks.models import BackgroundCheck
from instainstru_core.domains.background_checks.policy import valid_until
from instainstru_core.domains.background_checks.types import CheckStatus
from instainstru_core.domains.webhooks.types import ClaimedEvent
from instainstru_core.kernel.ids import new_id
from instainstru_core.kernel.uow import Uow

KEY = "checkr_test_key"


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


def provider(simulator: Simulator, kind: type[CheckrProvider] = CheckrProvider) -> CheckrProvider:
    """The real client, speaking to the simulator without a socket."""
    return kind(
        SecretStr(KEY),
        api_url="http://checkr.test",
        package="basic_plus",
        transport=transport(simulator),
    )


def event(kind: str, about: str) -> ClaimedEvent:
    """An event as the worker takes it."""
    return ClaimedEvent(
        id=new_id(),
        source=SOURCE,
        event_id=new_id(),
        kind=kind,
        account_id=None,
        payload={"data": {"object": {"id": about}}},
        happened_at=datetime(2026, 6, 15, 14, 0, tzinfo=UTC),
        attempt=1,
    )
