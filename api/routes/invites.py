"""Invites to teach, and how full the founding program is."""

from http import HTTPStatus
from typing import Annotated

from fastapi import Header, Query
from pydantic import Field

from api.deps import PublicUowDep, RuntimeDep, UowDep
from api.routing import Router
from instainstru_core.domains.onboarding import service
from instainstru_core.domains.onboarding.schemas import (
    CheckInvite,
    ClaimInvite,
    CreateInvites,
    FoundingStatus,
    InstructorSignedUp,
    InviteCheck,
    InviteFilters,
    InvitesCreated,
    InvitesSent,
    InviteView,
    SendInvites,
)
from instainstru_core.kernel.paging import MAX_PAGE, Page

router = Router(tags=["onboarding"])

IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        description="A repeat with the same key and body gets the first answer.",
    ),
]


class InvitesQuery(InviteFilters):
    """Which invites, and which page of them."""

    cursor: str | None = None
    limit: int = Field(default=50, ge=1, le=MAX_PAGE)


@router.post(
    "/invites",
    status_code=HTTPStatus.CREATED,
    operation_id="invites.create",
    summary="Invite people to teach",
)
def create(
    uow: UowDep, runtime: RuntimeDep, command: CreateInvites, key: IdempotencyKey = None
) -> InvitesCreated:
    """Each address gets a code of its own, told here and nowhere else."""
    cap = runtime.settings.founding_cap
    return service.create_invites(uow, command, founding_cap=cap, key=key)


@router.post(
    "/invites/send",
    status_code=HTTPStatus.CREATED,
    operation_id="invites.send",
    summary="Invite people to teach, by mail",
)
def send(
    uow: UowDep, runtime: RuntimeDep, command: SendInvites, key: IdempotencyKey = None
) -> InvitesSent:
    """All of the batch or nothing. The codes stand in the mails and nowhere else."""
    cap, web_url = runtime.settings.founding_cap, runtime.settings.web_url
    return service.send_invites(uow, command, founding_cap=cap, web_url=web_url, key=key)


@router.post(
    "/invites/claim",
    operation_id="invites.claim",
    summary="Use an invite up, signed in already",
)
def claim(uow: UowDep, runtime: RuntimeDep, command: ClaimInvite) -> InstructorSignedUp:
    """For whom the invite was sent to. The account stays, and may teach from now on."""
    return service.claim_invite(uow, command, founding_cap=runtime.settings.founding_cap)


@router.get("/invites", operation_id="invites.list", summary="Invites, newest first")
def listing(uow: UowDep, query: Annotated[InvitesQuery, Query()]) -> Page[InviteView]:
    """Filters narrow the list; keep them the same from page to page."""
    filters = InviteFilters(**query.model_dump(exclude={"cursor", "limit"}))
    return service.invites(uow, filters, cursor=query.cursor, limit=query.limit)


@router.post("/invites/check", operation_id="invites.check", summary="Can a code still be used?")
def check(uow: PublicUowDep, command: CheckInvite) -> InviteCheck:
    """Never says whom the invite was sent to."""
    return service.check_invite(uow, command)


@router.get("/invites/{invite_id}", operation_id="invites.get", summary="One invite")
def detail(uow: UowDep, invite_id: str) -> InviteView:
    """The code is not told again."""
    return service.invite(uow, invite_id)


@router.post(
    "/invites/{invite_id}/revoke", operation_id="invites.revoke", summary="Take an invite back"
)
def revoke(uow: UowDep, invite_id: str) -> InviteView:
    """Only an invite that nobody has used. Doing it again changes nothing."""
    return service.revoke_invite(uow, invite_id)


@router.post(
    "/invites/{invite_id}/resend", operation_id="invites.resend", summary="Mail an invite again"
)
def resend(
    uow: UowDep, runtime: RuntimeDep, invite_id: str, key: IdempotencyKey = None
) -> InviteView:
    """Only an invite that nobody has used; its code and its end stay."""
    return service.resend_invite(uow, invite_id, web_url=runtime.settings.web_url, key=key)


@router.get(
    "/founding/status", operation_id="founding.status", summary="How full the founding program is"
)
def founding_status(uow: PublicUowDep, runtime: RuntimeDep) -> FoundingStatus:
    """Open to everyone."""
    return service.founding_status(uow, founding_cap=runtime.settings.founding_cap)
