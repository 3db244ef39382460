"""What vendors told us, and letting it be processed once more."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from instainstru_core.domains.reporting import service as reporting
from instainstru_core.domains.reporting.schemas.trail import HookDetail, Hooks
from instainstru_core.domains.webhooks import service as webhooks
from instainstru_core.domains.webhooks.schemas import WebhookEventView
from instainstru_core.domains.webhooks.types import WebhookState
from instainstru_core.kernel.uow import Uow
from mcp_server.arguments import PLAIN, Cursor, Limit, Window
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
from mcp_server.envelope import Answer, NextAction, answer, suggest
from mcp_server.tool import Call, previews, reads, writes

State = Annotated[
    WebhookState | None, Field(description="Only those that stand so.", examples=["dead_letter"])
]
Kind = Annotated[
    str | None,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=100, pattern=PLAIN),
    Field(
        description="One kind of event, or all of a thing.", examples=["payout.paid", "charge.*"]
    ),
]
Vendor = Annotated[
    str | None,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=40, pattern=PLAIN),
    Field(description="Only those of this vendor.", examples=["stripe"]),
]
Event = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=255, pattern=PLAIN),
    Field(
        description="The event's id, ours or the vendor's.",
        examples=["01JZ8M4T6Q3V9K2X7C5B1N0D8F", "evt_1NG8Du2eZvKYlo2CUI79vXWy"],
    ),
]


class ReplayWebhook(BaseModel):
    """Which event is to be processed once more."""

    model_config = ConfigDict(frozen=True)

    event_id: str


class Replayable(BaseModel):
    """An event as it stands before it is processed once more."""

    model_config = ConfigDict(frozen=True)

    event_id: str
    kind: str
    state: WebhookState
    attempts: int
    replays: int
    error: str | None


@reads("List webhooks", direct=False)
def webhooks_list(
    call: Call,
    *,
    window: Window = "24h",
    state: State = None,
    kind: Kind = None,
    source: Vendor = None,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Answer[Hooks]:
    """Webhook events that Stripe and other vendors sent, by state, with failures and replays."""
    with call.begin() as uow:
        report = reporting.webhooks_list(
            uow, window, state=state, kind=kind, source=source, limit=limit, cursor=cursor
        )
        events = report.data.events
        troubled = next((one for one in events if one.error), None) or next(iter(events), None)
        next_actions = (
            [suggest("webhook_detail", f"See what {troubled.kind} said.", event=troubled.id)]
            if troubled
            else []
        )
        return answer(report, as_of=uow.now, next_actions=next_actions)


@reads("Webhook in detail", direct=False)
def webhook_detail(call: Call, event: Event) -> Answer[HookDetail]:
    """One webhook event: its payload without private data, attempts, error and booking."""
    with call.begin() as uow:
        report = reporting.webhook_detail(uow, event)
        return answer(report, as_of=uow.now, next_actions=_after(report.data))


@previews("Preview replaying a webhook")
def webhook_replay_preview(call: Call, event: Event) -> Answer[Proposed[Replayable]]:
    """Show which webhook event would be processed once more."""
    with call.begin() as uow:
        found = reporting.webhook_detail(uow, event).data
    return propose(call, REPLAY, ReplayWebhook(event_id=found.id))


@writes("Replay a webhook", destructive=False, idempotent=True)
def webhook_replay_execute(
    call: Call, confirm_token: ConfirmToken
) -> Answer[Made[WebhookEventView]]:
    """Let a webhook event be processed once more, exactly as `webhook_replay_preview` showed."""
    return execute(call, REPLAY, confirm_token)


def _show(uow: Uow, wish: ReplayWebhook) -> Shown[Replayable]:
    found = webhooks.replayable(uow, wish.event_id)
    told = Replayable(
        event_id=found.id, **found.model_dump(include=set(Replayable.model_fields) - {"event_id"})
    )
    summary = (
        f"Process the {found.source} event {found.event_id} ({found.kind}) once more. It is"
        f" {found.state} after {found.attempts} attempts and {found.replays} replays."
    )
    state = stamp(found.id, found.state, found.attempts, found.replays)
    return Shown(told, summary=summary, state=state)


def _replay(uow: Uow, wish: ReplayWebhook, _key: str) -> WebhookEventView:
    return webhooks.replay(uow, wish.event_id)


REPLAY = OneUnit(
    action="webhook_replay_execute",
    wish=ReplayWebhook,
    made=WebhookEventView,
    preview=_show,
    make=_replay,
)


def _after(found: HookDetail) -> list[NextAction]:
    if found.booking_id is None:
        return [suggest("audit_search", "See what was done with it.", subject=found.id)]
    words = "See the story of the booking that it is about."
    return [suggest("booking_story", words, booking=found.booking_id)]
