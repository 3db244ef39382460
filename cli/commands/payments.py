"""`instainstru payments`: where lessons' money is, and moving on what is stuck."""

from typing import Annotated

import typer
from rich.table import Table

from cli import output, session
from cli.errors import agree
from cli.output import AsJson, Cursor, Limit, Yes
from instainstru_core.domains.bookings import flows
from instainstru_core.domains.bookings import service as bookings
from instainstru_core.domains.bookings.schemas import (
    BookingDetailView,
    DebtView,
    HealthView,
    LessonMoneyView,
)
from instainstru_core.domains.payments import service as payments
from instainstru_core.domains.payments.schemas import (
    CommandView,
    PayerStandingView,
    ReconciliationView,
)
from instainstru_core.kernel.money import dollars

app = typer.Typer(add_completion=False, no_args_is_help=True)
BookingId = Annotated[str, typer.Argument(help="A booking's id.")]
Reference = Annotated[str, typer.Argument(help="Like booking:ID, tip:ID, topup:ID or debt:ID.")]


@app.command()
def health(*, as_json: AsJson = False) -> None:
    """Say whether the work on lessons' money keeps up."""
    with session.work() as uow:
        found = bookings.health(uow)
    output.show(found, lambda: [_health(found)], as_json=as_json)


@app.command("show")
def show_money(booking_id: BookingId, *, as_json: AsJson = False) -> None:
    """Show a lesson's money and every call that was made for it."""
    with session.work() as uow:
        booking = bookings.detail(uow, booking_id)
        reference = bookings.money_reference(uow, booking_id)
        calls = payments.commands_of(uow, reference)
    found = {"booking": booking, "reference": reference, "commands": calls}
    output.show(
        found,
        lambda: [*([_money(booking.money)] if booking.money else []), _commands(calls)],
        as_json=as_json,
    )


@app.command("open")
def open_calls(*, cursor: Cursor = None, limit: Limit = 50, as_json: AsJson = False) -> None:
    """List calls that are under way, or wait to be made again."""
    with session.work() as uow:
        page = payments.open_commands(uow, cursor=cursor, limit=limit)
    output.show(page, lambda: [_commands(page.items)], as_json=as_json)


@app.command()
def resume(reference: Reference, *, as_json: AsJson = False) -> None:
    """Go on with what a crash left. Harmless when nothing was left."""
    with session.working() as runtime:
        actor = session.operator()
        with runtime.begin(actor) as uow:
            known = bookings.resumable(uow, reference)
        done = flows.resume(runtime.cashier, actor=actor, reference=known)
    words = "Done what was due." if done else "Somebody else is at it. Look again in a moment."
    output.show({"reference": known, "done": done}, lambda: [words], as_json=as_json)


@app.command()
def release(booking_id: BookingId, *, yes: Yes = False, as_json: AsJson = False) -> None:
    """Say that somebody has looked at a lesson in review: what was stopped goes on."""
    with session.working() as runtime:
        actor = session.operator()
        with runtime.begin(actor) as uow:
            found = bookings.detail(uow, booking_id)
        agree(_releasing(found), yes=yes)
        with runtime.begin(actor) as uow:
            bookings.release_review(uow, booking_id)
            reference = bookings.money_reference(uow, booking_id)
        flows.resume(runtime.cashier, actor=actor, reference=reference)
    output.show({"booking_id": booking_id}, lambda: ["Released."], as_json=as_json)


@app.command()
def standing(
    user_id: Annotated[str, typer.Argument(help="A student's id.")],
    *,
    clear: Annotated[bool, typer.Option("--clear", help="Let them book again.")] = False,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Show what keeps a student from booking, or clear it. What is owed stays owed."""
    with session.working() as runtime:
        actor = session.operator()
        with runtime.begin(actor) as uow:
            found = payments.payer_standing(uow, user_id)
            debts = bookings.debts_of(uow, user_id)
        if clear:
            agree(_clearing(found), yes=yes)
            with runtime.begin(actor) as uow:
                found = payments.release_payer(uow, user_id)
    shown = {**found.model_dump(), "debts": debts}
    output.show(shown, lambda: _standing(found, debts), as_json=as_json)


@app.command()
def reconcile(
    *,
    now: Annotated[bool, typer.Option("--now", help="Compare now, not show the last.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show how the ledger compares with the provider's books."""
    with session.working() as runtime:
        if now:
            found: ReconciliationView | None = flows.reconcile(
                runtime.cashier, actor=session.operator()
            )
        else:
            with runtime.begin(session.operator()) as uow:
                found = payments.reconciliation(uow)
    output.show(found, lambda: _reconciliation(found), as_json=as_json)


def _releasing(found: BookingDetailView) -> str:
    lesson = f"{found.service_name} of {found.student_name} with {found.instructor_name}"
    return f"Let the money of {lesson} go on?"


def _clearing(found: PayerStandingView) -> str:
    owed = f" They owe {dollars(found.debt_cents)}." if found.debt_cents else ""
    return f"Let {found.user_id} book again?{owed}"


def _standing(found: PayerStandingView, debts: list[DebtView]) -> list[Table | str]:
    facts = output.facts(
        [
            ("locked", "yes" if found.is_locked else "no"),
            ("restricted", "yes" if found.is_restricted else "no"),
            ("debt", output.money(found.debt_cents)),
        ]
    )
    owed = output.table(
        "owed for",
        "id",
        "amount",
        rows=(
            (one.kind, one.booking_id or one.top_up_id, output.money(one.cents)) for one in debts
        ),
    )
    return [facts, "", owed] if debts else [facts]


def _health(found: HealthView) -> Table:
    overdue = ", ".join(f"{count} {kind}" for kind, count in found.overdue.items())
    return output.table(
        "figure",
        "value",
        rows=(
            ("healthy", "yes" if found.is_healthy else "no"),
            ("overdue", overdue or "nothing"),
            ("oldest overdue", output.moment(found.oldest_overdue_at)),
            ("in review", found.in_review),
            ("oldest review", output.moment(found.oldest_review_since)),
            ("stuck calls", found.stuck_commands),
            ("disputes nobody asks about", found.unasked_disputes),
            ("tips not sent on", found.waiting_tips),
        ),
    )


def _money(found: LessonMoneyView) -> Table:
    return output.table(
        "figure",
        "value",
        rows=(
            ("outcome", found.outcome),
            ("card", output.money(found.card_cents)),
            ("credit", output.money(found.credit_cents)),
            ("captured", output.money(found.captured_cents)),
            ("refunded", output.money(found.refunded_cents)),
            ("credit back", output.money(found.credit_back_cents)),
            ("instructor owed", output.money(found.owed_cents)),
            ("instructor paid", output.money(found.paid_cents)),
        ),
    )


def _commands(found: list[CommandView]) -> Table:
    return output.table(
        "requested",
        "reference",
        "action",
        "attempt",
        "state",
        "amount",
        "failure",
        "calls",
        rows=(
            (
                output.moment(one.requested_at),
                one.reference,
                one.action,
                one.attempt,
                one.state,
                output.money(one.cents),
                one.failure,
                one.calls,
            )
            for one in found
        ),
    )


def _reconciliation(found: ReconciliationView | None) -> list[Table | str]:
    if found is None:
        return ["The books were never compared. Run this with --now."]
    differences = output.table(
        "source",
        "kind",
        "ours",
        "the provider's",
        rows=(
            (one.source_id, one.kind, output.money(one.our_cents), output.money(one.their_cents))
            for one in found.differences
        ),
    )
    words = (
        f"Compared {output.moment(found.compared_at)}: ledger {dollars(found.ledger_cents)},"
        f" provider {dollars(found.provider_cents)},"
        f" {len(found.differences)} differences."
    )
    return [words] if found.is_clean else [words, differences]
