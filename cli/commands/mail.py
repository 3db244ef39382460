"""`instainstru mail`: messages to people, and what a simulated carrier made of them."""

from collections.abc import Sequence
from typing import Annotated

import typer
from rich.table import Table

from cli import output, session
from cli.errors import agree
from cli.output import AsJson, Cursor, Limit, Yes
from cli.people import require_known
from devstack.resend_simulator import reading
from devstack.resend_simulator.reading import MailSeen
from instainstru_core.domains.notifications import service as notifications
from instainstru_core.domains.notifications.schemas import (
    DeliveryDetailView,
    DeliveryFilters,
    DeliveryView,
)
from instainstru_core.domains.notifications.types import DeliveryState, Template
from instainstru_core.kernel.paging import Page

app = typer.Typer(add_completion=False, no_args_is_help=True)
WAITING = frozenset({DeliveryState.QUEUED, DeliveryState.SENDING})
DeliveryId = Annotated[str, typer.Argument(help="The message's id; `mail list` shows it.")]


@app.command("list")
def show_list(
    *,
    state: Annotated[DeliveryState | None, typer.Option(help="Only those in this state.")] = None,
    template: Annotated[Template | None, typer.Option(help="Only those of this kind.")] = None,
    user: Annotated[str | None, typer.Option(help="Only those to the person with this id.")] = None,
    limit: Limit = 20,
    cursor: Cursor = None,
    as_json: AsJson = False,
) -> None:
    """List messages, the newest first."""
    filters = DeliveryFilters(state=state, template=template, user_id=user)
    with session.work() as uow:
        require_known(uow, user)
        found = notifications.listing(uow, filters, cursor=cursor, limit=limit)
    output.show(found, lambda: _list(found), as_json=as_json)


@app.command("show")
def show_message(delivery_id: DeliveryId, *, as_json: AsJson = False) -> None:
    """Show one message with its words."""
    with session.work() as uow:
        found = notifications.detail(uow, delivery_id)
    output.show(found, lambda: _message(found), as_json=as_json)


@app.command()
def resend(delivery_id: DeliveryId, *, yes: Yes = False, as_json: AsJson = False) -> None:
    """Send a message once more: one that failed, or another copy of one that was sent."""
    with session.working() as runtime:
        actor = session.operator()
        with runtime.begin(actor) as uow:
            found = notifications.detail(uow, delivery_id)
        agree(f'Send "{found.subject}" to {found.to_name} once more?', yes=yes)
        with runtime.begin(actor) as uow:
            done = notifications.resend(uow, delivery_id)
    output.show(done, lambda: [f"Queued as {done.id}."], as_json=as_json)


@app.command()
def outbox(
    *,
    to: Annotated[str | None, typer.Option(help="Only mails to this address.")] = None,
    limit: Limit = 20,
    as_json: AsJson = False,
) -> None:
    """Read what the simulated mail carrier took, the newest first."""
    found = reading.outbox(session.settings().resend_api_url, to=to, limit=limit)
    output.show(found, lambda: _mails(found), as_json=as_json)


def _list(found: Page[DeliveryView]) -> Sequence[Table | str]:
    rows = output.table(
        "id",
        "created",
        "kind",
        "person",
        "about",
        "state",
        "attempts",
        "due",
        "error",
        rows=(
            (
                one.id,
                output.moment(one.created_at),
                one.template,
                one.user_id,
                one.reference,
                one.state,
                one.attempts,
                output.moment(one.due_at) if one.state in WAITING else "",
                one.error,
            )
            for one in found.items
        ),
    )
    return [rows, *output.more(found.next_cursor)]


def _message(found: DeliveryDetailView) -> Sequence[Table | str]:
    known = output.facts(
        [
            ("id", found.id),
            ("key", found.key),
            ("kind", found.template),
            ("to", f"{found.to_name} ({found.user_id})"),
            ("about", found.reference),
            ("state", found.state),
            ("attempts", found.attempts),
            ("created", output.moment(found.created_at)),
            ("due", output.moment(found.due_at) if found.state in WAITING else None),
            ("sent", output.moment(found.sent_at) or None),
            ("carrier's id", found.vendor_id),
            ("error", found.error),
            ("subject", found.subject),
        ]
    )
    return [known, "", found.text]


def _mails(found: Sequence[MailSeen]) -> Sequence[Table | str]:
    if not found:
        return ["The carrier took no such mail."]
    return [
        output.table(
            "taken",
            "to",
            "subject",
            "became",
            "key",
            rows=(
                (
                    output.moment(mail.created_at),
                    output.listed(mail.to),
                    mail.subject,
                    mail.last_event,
                    mail.idempotency_key,
                )
                for mail in found
            ),
        )
    ]
