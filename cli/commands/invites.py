"""`instainstru invites`: inviting people to teach."""

from collections.abc import Sequence
from typing import Annotated

import typer
from pydantic import ValidationError
from rich.table import Table

from cli import output, session
from cli.errors import agree, faults
from cli.output import AsJson, Cursor, Limit, Yes
from instainstru_core.domains.onboarding import service as onboarding
from instainstru_core.domains.onboarding.schemas import InvitePreview, SendInvites
from instainstru_core.domains.onboarding.types import InviteStatus
from instainstru_core.domains.reporting import service as reporting
from instainstru_core.domains.reporting.schemas.base import Report
from instainstru_core.domains.reporting.schemas.joining import InviteDetail, InviteList
from instainstru_core.kernel.errors import Invalid, NotFound

app = typer.Typer(add_completion=False, no_args_is_help=True)
Named = Annotated[str, typer.Argument(help="The invite's id, or its code.")]


class InvitesUnusable(Invalid):
    code = "invites.unusable"


class BatchUnknown(NotFound):
    code = "invites.batch_unknown"


@app.command("list")
def show_list(
    *,
    status: Annotated[InviteStatus | None, typer.Option(help="Only these.")] = None,
    email: Annotated[str | None, typer.Option(help="Only to this address.")] = None,
    window: Annotated[str | None, typer.Option(help='Such as "last 7 days".')] = None,
    batch: Annotated[str | None, typer.Option(help="Only of this batch.")] = None,
    limit: Limit = 20,
    cursor: Cursor = None,
    as_json: AsJson = False,
) -> None:
    """List invites and how their mails fare, the newest first."""
    with session.work() as uow:
        if batch is not None and not onboarding.batch_ids(uow, batch):
            raise BatchUnknown(
                "Nobody was invited in such a batch. `invites send` tells the id of a batch; leave"
                " it out to list all invites."
            )
        found = reporting.invites_list(
            uow,
            status=status,
            email=email,
            window=window,
            batch_id=batch,
            limit=limit,
            cursor=cursor,
        )
    output.show(found, lambda: _list(found), as_json=as_json)


@app.command("show")
def show_invite(invite: Named, *, as_json: AsJson = False) -> None:
    """Show one invite with all that happened to it. Its code is never shown."""
    with session.work() as uow:
        found = reporting.invites_detail(uow, invite)
    output.show(found, lambda: _detail(found.data), as_json=as_json)


@app.command()
def send(
    emails: Annotated[list[str], typer.Argument(help="Whom to invite.")],
    *,
    founding: Annotated[bool, typer.Option(help="With a founding place each.")] = True,
    days: Annotated[int, typer.Option(min=1, max=180, help="How long the codes hold.")] = 14,
    note: Annotated[str | None, typer.Option(help="What stands in every mail.")] = None,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Show whom a batch would reach, then mail it."""
    wish = _wish(emails, founding=founding, days=days, note=note)
    with session.working() as runtime:
        actor, settings = session.operator(), runtime.settings
        with runtime.begin(actor) as uow:
            shown = onboarding.preview_invites(uow, wish, founding_cap=settings.founding_cap)
        agree(_question(shown), yes=yes)
        with runtime.begin(actor) as uow:
            done = onboarding.send_invites(
                uow, wish, founding_cap=settings.founding_cap, web_url=settings.web_url
            )
    output.show(
        done,
        lambda: [
            f"On their way: {len(done.invites)}. To see how far they are:",
            f"  instainstru invites list --batch {done.batch_id}",
        ],
        as_json=as_json,
    )


@app.command()
def resend(invite: Named, *, yes: Yes = False, as_json: AsJson = False) -> None:
    """Mail a pending invite once more, with the same code."""
    agree("Mail this invite once more?", yes=yes)
    with session.working() as runtime, runtime.begin(session.operator()) as uow:
        done = onboarding.resend_invite(uow, invite, web_url=runtime.settings.web_url)
    output.show(done, lambda: [f"Queued for the {done.sends}. time."], as_json=as_json)


@app.command()
def revoke(invite: Named, *, yes: Yes = False, as_json: AsJson = False) -> None:
    """Take back an invite that nobody has used."""
    agree("Take this invite back? Its code will be worth nothing.", yes=yes)
    with session.work() as uow:
        done = onboarding.revoke_invite(uow, invite)
    output.show(done, lambda: [f"The invite to {done.email} is {done.status}."], as_json=as_json)


def _wish(emails: list[str], *, founding: bool, days: int, note: str | None) -> SendInvites:
    given = {"emails": emails, "grants_founding": founding, "expires_in_days": days}
    try:
        return SendInvites.model_validate({**given, "message_note": note})
    except ValidationError as failure:
        raise InvitesUnusable(f"This cannot be sent. {faults(failure)}") from None


def _question(shown: InvitePreview) -> str:
    places = f", with a founding place each of {shown.free} free" if shown.grants_founding else ""
    left_out = len(shown.recipients) - shown.to_send
    others = f" {left_out} get none." if left_out else ""
    noun = "invite" if shown.to_send == 1 else "invites"
    return f"Mail {shown.to_send} {noun}{places}?{others}"


def _list(found: Report[InviteList]) -> Sequence[Table | str]:
    sending = found.data.sending
    progress = (
        [f"{sending.sent} sent, {sending.waiting} waiting, {sending.failed} failed."]
        if sending
        else []
    )
    rows = output.table(
        "id",
        "e-mail",
        "status",
        "founding",
        "created",
        "expires",
        "mail",
        rows=(
            (
                one.invite_id,
                one.email,
                one.status,
                "yes" if one.grants_founding else "",
                output.moment(one.created_at),
                output.moment(one.expires_at),
                one.mail_error or one.mail,
            )
            for one in found.data.invites
        ),
    )
    return [rows, *progress, *output.warnings(found.warnings), *output.more(found.next_cursor)]


def _detail(found: InviteDetail) -> Sequence[Table | str]:
    known = output.facts(
        [
            ("id", found.invite_id),
            ("e-mail", found.email),
            ("status", found.status),
            ("founding", "yes" if found.grants_founding else "no"),
            ("expires", output.moment(found.expires_at)),
            ("accepted by", found.accepted_by),
            ("batch", found.batch_id),
            ("note", found.note),
        ]
    )
    history = output.table(
        "when",
        "what",
        "error",
        rows=((output.moment(one.at), one.what, one.error) for one in found.history),
    )
    return [known, "", history]
