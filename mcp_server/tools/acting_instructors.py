"""Instructors whose profiles staff take down or let back: shown first, then done as shown."""

from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from instainstru_core.domains.access import service as access
from instainstru_core.domains.accounts.policy import public_name
from instainstru_core.domains.instructors import service as instructors
from instainstru_core.domains.instructors.errors import NotDeactivated, ProfileDeactivated
from instainstru_core.domains.instructors.schemas import StaffProfileView
from instainstru_core.domains.instructors.types import InstructorStatus
from instainstru_core.kernel.uow import Uow
from mcp_server.arguments import Note, PersonId
from mcp_server.confirming import (
    ConfirmToken,
    Made,
    OneUnit,
    Proposed,
    Shown,
    execute,
    propose,
    stamp,
)
from mcp_server.envelope import Answer
from mcp_server.tool import Call, previews, writes


class SuspensionReason(StrEnum):
    """Why staff take an instructor's profile down."""

    SAFETY = "safety"
    FRAUD = "fraud"
    QUALITY = "quality"
    POLICY = "policy"
    BACKGROUND_CHECK = "background_check"
    OTHER = "other"


class ReturnReason(StrEnum):
    """Why staff let an instructor back."""

    RESOLVED = "resolved"
    MISTAKE = "mistake"
    OTHER = "other"


class StandingWish(BaseModel):
    """Whose profile is to be taken down or let back, and why."""

    model_config = ConfigDict(frozen=True)

    instructor_id: str
    reason: str
    note: str | None


class Standing(BaseModel):
    """How an instructor stands."""

    model_config = ConfigDict(frozen=True)

    instructor_id: str
    name: str
    status: InstructorStatus
    is_live: bool
    is_suspended: bool

    @classmethod
    def of(cls, found: StaffProfileView) -> "Standing":
        return cls(
            instructor_id=found.id,
            name=public_name(found.first_name, found.last_name),
            status=found.status,
            is_live=found.is_live,
            is_suspended=found.deactivated_at is not None,
        )


def _standing(uow: Uow, wish: StandingWish) -> tuple[Standing, str]:
    access.require_other(uow, wish.instructor_id)
    found = instructors.staff_profile(uow, wish.instructor_id)
    return Standing.of(found), stamp(found.is_live, found.account_status, found.deactivated_at)


def _show_suspension(uow: Uow, wish: StandingWish) -> Shown[Standing]:
    told, state = _standing(uow, wish)
    if told.is_suspended:
        raise ProfileDeactivated("This profile is suspended already. Nothing is left to do.")
    summary = (
        f"Suspend {told.name}: the profile is not shown and cannot be booked until staff let it"
        " back. Lessons that are booked stay booked."
    )
    return Shown(told, summary, state)


def _show_return(uow: Uow, wish: StandingWish) -> Shown[Standing]:
    told, state = _standing(uow, wish)
    if not told.is_suspended:
        raise NotDeactivated("This profile is not suspended. Nothing is left to do.")
    summary = f"Let {told.name} show the profile again. It is shown once they choose to."
    return Shown(told, summary, state)


def _suspend(uow: Uow, wish: StandingWish, _key: str) -> Standing:
    return Standing.of(instructors.deactivate(uow, wish.instructor_id))


def _let_back(uow: Uow, wish: StandingWish, _key: str) -> Standing:
    return Standing.of(instructors.readmit(uow, wish.instructor_id))


SUSPENSION = OneUnit(
    "instructor_suspend_execute", StandingWish, Standing, _show_suspension, _suspend
)
RETURN = OneUnit("instructor_unsuspend_execute", StandingWish, Standing, _show_return, _let_back)


@previews("Preview suspending an instructor")
def instructor_suspend_preview(
    call: Call,
    instructor_id: PersonId,
    reason: Annotated[SuspensionReason, Field(examples=["safety"])],
    note: Note = None,
) -> Answer[Proposed[Standing]]:
    """Show what taking down an instructor's profile would do."""
    wish = StandingWish(instructor_id=instructor_id, reason=reason, note=note)
    return propose(call, SUSPENSION, wish)


@writes("Suspend an instructor", destructive=True, idempotent=True)
def instructor_suspend_execute(call: Call, confirm_token: ConfirmToken) -> Answer[Made[Standing]]:
    """Suspend an instructor exactly as `instructor_suspend_preview` showed."""
    return execute(call, SUSPENSION, confirm_token)


@previews("Preview unsuspending an instructor")
def instructor_unsuspend_preview(
    call: Call,
    instructor_id: PersonId,
    reason: Annotated[ReturnReason, Field(examples=["resolved"])],
    note: Note = None,
) -> Answer[Proposed[Standing]]:
    """Show what letting a suspended instructor back would do."""
    wish = StandingWish(instructor_id=instructor_id, reason=reason, note=note)
    return propose(call, RETURN, wish)


@writes("Unsuspend an instructor", destructive=False, idempotent=True)
def instructor_unsuspend_execute(call: Call, confirm_token: ConfirmToken) -> Answer[Made[Standing]]:
    """Let an instructor back exactly as `instructor_unsuspend_preview` showed."""
    return execute(call, RETURN, confirm_token)
