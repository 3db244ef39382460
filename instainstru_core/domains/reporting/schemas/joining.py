"""Views of the way to going live, and of invites with their mails."""

from datetime import datetime

from pydantic import Field

from instainstru_core.domains.instructors.types import Milestone
from instainstru_core.domains.notifications.types import DeliveryState
from instainstru_core.domains.onboarding.types import InviteStatus
from instainstru_core.domains.reporting.policy.joining import StuckReason, WaitsFor
from instainstru_core.domains.reporting.schemas.base import View


class StageRow(View):
    """A stage of the funnel and how many of the cohort got there."""

    stage: Milestone
    count: int = Field(description="Reached it and all stages before it.")
    reached: int = Field(description="Reached it, in whatever order.")
    from_previous: float | None = Field(description="Share of the stage before; 0 to 1.")
    from_start: float | None


class FoundingPlaces(View):
    """How full the founding program is."""

    cap: int
    taken: int
    promised: int = Field(description="Pending invites that grant a place.")
    free: int = Field(description="Neither taken nor promised.")
    is_open: bool


class FoundingFunnel(View):
    """Those who registered in the window, stage by stage, as of now."""

    stages: list[StageRow]
    founding_only: bool
    founding: FoundingPlaces


class StuckCount(View):
    """How many are stuck at a stage."""

    stage: Milestone
    stuck: int


class StuckPerson(View):
    """Somebody who does not go on, and why."""

    instructor_id: str
    name: str
    email: str
    is_founding: bool
    stage: Milestone
    since: datetime
    days: int
    reason: StuckReason
    waits_for: WaitsFor


class StuckInstructors(View):
    """Those who are not live and took no step for so many days, the longest first."""

    summary: list[StuckCount]
    instructors: list[StuckPerson]


class InviteRow(View):
    """An invite and how its latest mail fares."""

    invite_id: str
    email: str
    status: InviteStatus
    grants_founding: bool
    created_at: datetime
    expires_at: datetime
    accepted_at: datetime | None
    mail: DeliveryState | None = Field(description="Null before its mail is queued, or without.")
    mail_error: str | None
    batch_id: str | None


class SendingProgress(View):
    """How far the mails of a batch are."""

    invites: int
    waiting: int
    sent: int
    failed: int


class InviteList(View):
    """Invites, the newest first."""

    invites: list[InviteRow]
    sending: SendingProgress | None = Field(description="Of the batch that was asked for.")


class InviteHappening(View):
    """Something that happened to an invite."""

    at: datetime
    what: str
    error: str | None


class InviteDetail(View):
    """One invite with all that happened to it. Its code is the invited person's alone."""

    invite_id: str
    email: str
    status: InviteStatus
    grants_founding: bool
    created_at: datetime
    created_by: str | None
    expires_at: datetime
    accepted_by: str | None
    batch_id: str | None
    note: str | None
    mails: int
    history: list[InviteHappening]
