"""Invites and founding instructors, written straight into the tables."""

import secrets
from datetime import timedelta
from typing import Any

from pydantic import SecretStr
from sqlalchemy import insert

from instainstru_core.domains.accounts.models import User
from instainstru_core.domains.accounts.types import AccountStatus
from instainstru_core.domains.instructors.models import Instructor
from instainstru_core.domains.onboarding import policy
from instainstru_core.domains.onboarding.models import FoundingSlot, Invite
from instainstru_core.domains.onboarding.schemas import SignUpInstructor
from instainstru_core.kernel.ids import new_id
from instainstru_core.kernel.time import BUSINESS_ZONE
from instainstru_core.kernel.uow import Uow
from tests.factories.accounts import PASSWORD


def invite(uow: Uow, **changes: Any) -> Invite:
    """A pending invite for two weeks; `changes` are columns."""
    invite_id = new_id()
    row = Invite(
        **{
            "id": invite_id,
            "code": policy.new_code(secrets.choice),
            "email": f"{invite_id.lower()}@example.org",
            "grants_founding": False,
            "created_at": uow.now,
            "created_by": None,
            "expires_at": uow.now + timedelta(days=14),
        }
        | changes
    )
    uow.session.add(row)
    uow.session.flush()
    return row


def sign_up(row: Invite, **changes: Any) -> SignUpInstructor:
    """What the invited person says."""
    given: dict[str, Any] = {
        "email": row.email,
        "password": SecretStr(PASSWORD),
        "first_name": "Li",
        "last_name": "Wei",
        "invite_code": row.code,
    }
    return SignUpInstructor(**(given | changes))


def founding_instructors(uow: Uow, count: int) -> None:
    """So many instructors who hold the founding places 1 to `count`."""
    ids = [new_id() for _ in range(count)]
    columns = {
        "password_hash": "unusable",
        "first_name": "Li",
        "last_name": "Wei",
        "timezone": BUSINESS_ZONE,
        "status": AccountStatus.ACTIVE,
        "created_at": uow.now,
    }
    uow.session.execute(
        insert(User), [columns | {"id": each, "email": f"{each}@example.org"} for each in ids]
    )
    uow.session.execute(
        insert(Instructor),
        [
            {
                "id": each,
                "slug": each.lower(),
                "is_founding": True,
                "founding_granted_at": uow.now,
                "created_at": uow.now,
                "updated_at": uow.now,
            }
            for each in ids
        ],
    )
    uow.session.execute(
        insert(FoundingSlot),
        [
            {"number": number, "instructor_id": each, "claimed_at": uow.now}
            for number, each in enumerate(ids, 1)
        ],
    )
