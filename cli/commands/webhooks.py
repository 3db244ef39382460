"""`instainstru webhooks`: what vendors told us, and how far we are with it."""

from collections.abc import Sequence
from typing import Annotated

import typer
from pydantic_core import to_json
from rich.table import Table

from cli import output, session
from cli.output import AsJson, Cursor, Limit
from instainstru_core.domains.webhooks import service as webhooks
from instainstru_core.domains.webhooks.schemas import (
    WebhookBacklogView,
    WebhookEventDetailView,
    WebhookEventView,
    WebhookFilters,
)
from instainstru_core.domains.webhooks.types import WebhookState
from instainstru_core.kernel.paging import Page

app = typer.Typer(add_completion=False, no_args_is_help=True)
Name = Annotated[str, typer.Argument(help="The event's id, ours or its source's, as evt_...")]


@app.command("list")
def show_list(
    *,
    state: Annotated[WebhookState | None, typer.Option(help="Only those in this state.")] = None,
    kind: Annotated[
        str | None, typer.Option(help="Only this kind, or all of a thing, as 'payout.*'.")
    ] = None,
    source: Annotated[str | None, typer.Option(help="Only those of this source.")] = None,
    limit: Limit = 20,
    cursor: Cursor = None,
    as_json: AsJson = False,
) -> None:
    """List events, the newest first."""
    filters = WebhookFilters(state=state, kind=kind, source=source)
    with session.work() as uow:
        found = webhooks.listing(uow, filters, cursor=cursor, limit=limit)
    output.show(found, lambda: _list(found), as_json=as_json)


@app.command("show")
def show_event(name: Name, *, as_json: AsJson = False) -> None:
    """Show one event with all that was told."""
    with session.work() as uow:
        found = webhooks.detail(uow, name)
    output.show(found, lambda: _detail(found), as_json=as_json)


@app.command()
def replay(name: Name, *, as_json: AsJson = False) -> None:
    """Let an event be processed once more, such as a dead letter whose cause is mended."""
    with session.work() as uow:
        found = webhooks.replay(uow, name)
    output.show(found, lambda: [_event(found)], as_json=as_json)


@app.command()
def stats(*, as_json: AsJson = False) -> None:
    """Count what waits, what is stuck and what was given up."""
    with session.work() as uow:
        found = webhooks.backlog(uow)
    output.show(found, lambda: [_stats(found)], as_json=as_json)


def _list(found: Page[WebhookEventView]) -> Sequence[Table | str]:
    rows = output.table(
        "id",
        "event",
        "kind",
        "state",
        "received",
        "attempts",
        "error",
        rows=(
            (
                event.id,
                event.event_id,
                event.kind,
                "ignored" if event.was_ignored else event.state,
                output.moment(event.received_at),
                event.attempts,
                event.error,
            )
            for event in found.items
        ),
    )
    return [rows, *output.more(found.next_cursor)]


def _detail(found: WebhookEventDetailView) -> Sequence[Table | str]:
    return [_event(found), to_json(found.payload, indent=2).decode()]


def _event(found: WebhookEventView) -> Table:
    return output.facts(
        [
            ("id", found.id),
            ("event", f"{found.event_id} ({found.source})"),
            ("kind", found.kind),
            ("account", found.account_id),
            ("state", found.state),
            ("ignored", "nobody handles this kind" if found.was_ignored else None),
            ("happened", output.moment(found.happened_at)),
            ("received", output.moment(found.received_at)),
            ("due", output.moment(found.due_at)),
            ("processed", output.moment(found.processed_at) or None),
            ("attempts", f"{found.attempts} ({found.failures} failed, {found.losses} lost)"),
            ("replays", found.replays),
            ("error", found.error),
        ]
    )


def _stats(found: WebhookBacklogView) -> Table:
    return output.facts(
        [
            ("waiting", f"{found.waiting} ({found.overdue} due)"),
            ("oldest due", output.moment(found.oldest_due_at) or None),
            ("processing", f"{found.processing} ({found.stuck} stuck)"),
            ("dead letters", found.dead),
            ("received in the last day", found.received_last_day),
        ]
    )
