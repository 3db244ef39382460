"""`instainstru users suspend` and `restore`: close somebody's account, and open it again."""

from collections.abc import Callable
from typing import Annotated

import typer
from rich.table import Table

from cli import output, session
from cli.errors import agree
from cli.output import AsJson, Yes
from cli.people import Who, meant
from instainstru_core.domains.accounts import service as accounts
from instainstru_core.domains.accounts.schemas import RestoreAccount, SuspendAccount
from instainstru_core.domains.accounts.types import RestorationReason, SuspensionReason
from instainstru_core.domains.reporting import service as reporting
from instainstru_core.domains.reporting.schemas.people import AccountStanding
from instainstru_core.kernel.uow import Uow

Note = Annotated[str | None, typer.Option(help="More about why, for staff.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what depends on it, change nothing.")]


def standing(who: Who, *, as_json: AsJson = False) -> None:
    """Show whether somebody's account is open, and what depends on that."""
    with session.work() as uow:
        found = reporting.account_standing(uow, meant(uow, who).id)
    output.show(found, lambda: _told(found), as_json=as_json)


def suspend(
    who: Who,
    *,
    reason: Annotated[SuspensionReason, typer.Option(help="Why.")],
    note: Note = None,
    dry_run: DryRun = False,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Suspend somebody's account and end all its sign-ins. Lessons that are booked stay booked."""
    command = SuspendAccount(reason=reason, note=note)

    def change(uow: Uow, user_id: str) -> None:
        accounts.suspend(uow, user_id, command)

    found = _changed(who, _suspending, change, dry_run=dry_run, yes=yes)
    output.show(found, lambda: _told(found), as_json=as_json)


def restore(
    who: Who,
    *,
    reason: Annotated[RestorationReason, typer.Option(help="Why.")],
    note: Note = None,
    dry_run: DryRun = False,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Open a suspended account again. Its owner signs in anew."""
    command = RestoreAccount(reason=reason, note=note)

    def change(uow: Uow, user_id: str) -> None:
        accounts.restore(uow, user_id, command)

    found = _changed(who, _restoring, change, dry_run=dry_run, yes=yes)
    output.show(found, lambda: _told(found), as_json=as_json)


def _changed(
    who: str,
    question: Callable[[AccountStanding], str],
    change: Callable[[Uow, str], None],
    *,
    dry_run: bool,
    yes: bool,
) -> AccountStanding:
    """How the account stands once it is changed, or as it is when nothing is to be changed."""
    with session.working() as runtime:
        with runtime.begin(session.operator()) as uow:
            found = reporting.account_standing(uow, meant(uow, who).id)
        if dry_run:
            return found
        agree(question(found), yes=yes)
        with runtime.begin(session.operator()) as uow:
            change(uow, found.user_id)
            return reporting.account_standing(uow, found.user_id)


def _restoring(found: AccountStanding) -> str:
    return f"Open the account of {found.name} again?"


def _suspending(found: AccountStanding) -> str:
    return (
        f"Suspend the account of {found.name}? {found.sign_ins} sign-ins end at once."
        f" {found.lessons_ahead} lessons stay booked."
    )


def _told(found: AccountStanding) -> list[Table | str]:
    suspended = found.suspension
    facts = output.facts(
        [
            ("id", found.user_id),
            ("name", found.name),
            ("roles", output.listed(found.roles)),
            ("status", found.status),
            ("suspended", None if suspended is None else output.moment(suspended.at)),
            ("for", None if suspended is None else suspended.reason),
            ("note", None if suspended is None else suspended.note),
            ("by", None if suspended is None else suspended.by),
            ("sign-ins", found.sign_ins),
            ("programs", found.programs),
            ("found by searches", "yes" if found.is_shown else "no"),
            ("lessons ahead", found.lessons_ahead),
        ]
    )
    if not found.lessons:
        return [facts]
    lessons = output.table(
        "booking",
        "starts",
        "status",
        "as",
        "with",
        "service",
        "price",
        rows=(
            (
                one.booking_id,
                output.moment(one.starts_at),
                one.status,
                one.side,
                one.other,
                one.service,
                output.money(one.lesson_price_cents),
            )
            for one in found.lessons
        ),
    )
    more = found.lessons_ahead - len(found.lessons)
    return [facts, lessons, *([f"\nAnd {more} later ones."] if more else [])]
