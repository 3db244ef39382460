"""`instainstru bookings`: lessons that were booked."""

from collections.abc import Sequence
from typing import Annotated, TypeAlias

import typer
from rich.table import Table

from cli import output, previews, session
from cli.commands.ledger import explained
from cli.errors import agree
from cli.output import AsJson, Cursor, Limit, Yes
from cli.people import meant
from instainstru_core.domains.bookings import flows
from instainstru_core.domains.bookings import service as bookings
from instainstru_core.domains.bookings.schemas import (
    BookingDetailView,
    CancelBooking,
    CheckoutBooking,
    CheckoutView,
    OrderRefund,
    ReportAbsence,
    RescheduleBooking,
    ResolveReport,
    SettleRefund,
)
from instainstru_core.domains.bookings.types import (
    Absent,
    BookingStatus,
    NoShowResolution,
    PaymentResult,
    RefundReason,
    RefundWay,
)
from instainstru_core.domains.reporting import service as reporting
from instainstru_core.domains.reporting.schemas.base import Report
from instainstru_core.domains.reporting.schemas.bookings import RecentBookings
from instainstru_core.domains.reporting.schemas.people import BookingHistory
from instainstru_core.domains.reporting.types import AsWhom
from instainstru_core.kernel.authority import Actor
from instainstru_core.kernel.uow import tried
from instainstru_core.runtime import Runtime

app = typer.Typer(add_completion=False, no_args_is_help=True)
BookingId = Annotated[str, typer.Argument(help="The booking's id.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what would come of it, only.")]
Listed: TypeAlias = Report[RecentBookings] | Report[BookingHistory]


@app.command("list")
def show_list(
    *,
    user: Annotated[
        str | None, typer.Option(help="Only those of one person: id, e-mail, phone or name.")
    ] = None,
    side: Annotated[
        AsWhom, typer.Option(help="With --user: booked, taught, or both.")
    ] = AsWhom.BOTH,
    status: Annotated[
        BookingStatus | None, typer.Option(help="Without --user: only with this status.")
    ] = None,
    window: Annotated[
        str, typer.Option(help="Without --user: when they were made, such as today or 7d.")
    ] = "24h",
    limit: Limit = 20,
    cursor: Cursor = None,
    as_json: AsJson = False,
) -> None:
    """List the bookings that were made lately, or all of one person."""
    found: Listed
    with session.work() as uow:
        if user is None:
            found = reporting.bookings_recent(
                uow, window, status=status, limit=limit, cursor=cursor
            )
        else:
            found = reporting.users_booking_history(
                uow, meant(uow, user).id, side=side, limit=limit, cursor=cursor
            )
    output.show(found, lambda: _list(found), as_json=as_json)


@app.command("show")
def show_booking(booking_id: BookingId, *, as_json: AsJson = False) -> None:
    """Show one booking."""
    with session.work() as uow:
        found = bookings.detail(uow, booking_id)
    output.show(found, lambda: [_booking(found)], as_json=as_json)


@app.command()
def cancel(
    booking_id: BookingId,
    *,
    reason: Annotated[str, typer.Option(help="Why, in words that both sides may read.")],
    keep_payment: Annotated[
        bool, typer.Option("--keep-payment", help="Charge and pay out all the same.")
    ] = False,
    preview: Annotated[bool, typer.Option("--preview", help="Only show it.")] = False,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Cancel a booking on behalf of the marketplace; the money follows."""
    command = CancelBooking(reason=reason, keep_payment=keep_payment)
    with session.working() as runtime:
        actor = session.operator()
        if preview:
            with runtime.begin(actor) as uow:
                shown = bookings.preview_cancel(uow, booking_id, command)
            output.show(shown, lambda: [previews.cancelling(shown)], as_json=as_json)
            return
        found = _agreed(runtime, actor, booking_id, "Cancel", yes=yes)
        done = flows.cancel(runtime.cashier, actor=actor, booking_id=found.id, command=command)
    output.show(done, lambda: [f"Cancelled {_words(done)}."], as_json=as_json)


@app.command()
def checkout(
    booking_id: BookingId,
    *,
    card: Annotated[str | None, typer.Option(help="A saved card's id; else the default.")] = None,
    credit: Annotated[int, typer.Option(min=0, help="How many cents of credit to use.")] = 0,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Pay for a booking in place of its student, with a card they have saved."""
    command = CheckoutBooking(payment_method_id=card, credit_cents=credit)
    with session.working() as runtime:
        found = _agreed(runtime, session.operator(), booking_id, "Pay for", yes=yes)
        done = flows.checkout(
            runtime.cashier,
            actor=session.in_place_of(runtime, found.student_id),
            booking_id=found.id,
            command=command,
        )
    output.show(done, lambda: [_paid(done)], as_json=as_json)


@app.command()
def reschedule(
    booking_id: BookingId,
    to: Annotated[str, typer.Argument(help="The new start on its wall clock: 2026-06-19T16:00.")],
    *,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Move a lesson in place of its student, by the same rules."""
    command = RescheduleBooking.model_validate({"starts_local": to})
    with session.working() as runtime:
        found = _agreed(runtime, session.operator(), booking_id, "Move", yes=yes)
        done = flows.reschedule(
            runtime.cashier,
            actor=session.in_place_of(runtime, found.student_id),
            booking_id=found.id,
            command=command,
        )
    output.show(done, lambda: [f"Now it is {_words(done)}: {done.id}."], as_json=as_json)


@app.command()
def complete(
    booking_id: BookingId, *, dry_run: DryRun = False, yes: Yes = False, as_json: AsJson = False
) -> None:
    """Say that a lesson took place. Its amount is taken 24 hours after its end, or at once then."""
    with session.working() as runtime:
        actor = session.operator()
        if dry_run:
            would = tried(runtime.begin, actor, lambda uow: previews.completed(uow, booking_id))
            words = f"Would complete {_words(would.booking)}.{previews.asked(would.asked)}"
            output.show(would, lambda: [words], as_json=as_json)
            return
        found = _agreed(runtime, actor, booking_id, "Complete", yes=yes)
        done = flows.complete(runtime.cashier, actor=actor, booking_id=found.id)
    output.show(done, lambda: [f"Completed {_words(done)}."], as_json=as_json)


@app.command("no-show")
def no_show(
    booking_id: BookingId,
    absent: Annotated[Absent, typer.Argument(help="Who did not come.")],
    *,
    reason: Annotated[str | None, typer.Option(help="What is known about it.")] = None,
    dry_run: DryRun = False,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Say that somebody did not come. Nothing is charged until it is resolved."""
    command = ReportAbsence(absent=absent, reason=reason)
    with session.working() as runtime:
        actor = session.operator()
        if dry_run:
            would = tried(
                runtime.begin, actor, lambda uow: previews.reported(uow, booking_id, command)
            )
            output.show(would, lambda: [f"Would report {_words(would)}."], as_json=as_json)
            return
        found = _agreed(runtime, actor, booking_id, f"Report the {absent} of", yes=yes)
        done = flows.report_absence(
            runtime.cashier, actor=actor, booking_id=found.id, command=command
        )
    output.show(done, lambda: [f"Reported {_words(done)}."], as_json=as_json)


@app.command()
def resolve(
    booking_id: BookingId,
    resolution: Annotated[NoShowResolution, typer.Argument(help="What it comes to.")],
    *,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Decide about a no-show report; the money follows at once."""
    command = ResolveReport.model_validate({"resolution": resolution})
    with session.working() as runtime:
        actor = session.operator()
        found = _agreed(runtime, actor, booking_id, "Resolve the report about", yes=yes)
        done = flows.resolve_report(
            runtime.cashier, actor=actor, booking_id=found.id, command=command
        )
    output.show(done, lambda: [f"Resolved {_words(done)}: {done.status}."], as_json=as_json)


@app.command()
def refund(
    booking_id: BookingId,
    *,
    reason: Annotated[RefundReason, typer.Option(help="Why.")],
    cents: Annotated[int | None, typer.Option(help="How much; else all that is left.")] = None,
    note: Annotated[str | None, typer.Option(help="More about why.")] = None,
    preview: Annotated[bool, typer.Option("--preview", help="Only show it.")] = False,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Show what a refund would do; then, once agreed, give the money back."""
    wish = OrderRefund(cents=cents, reason=reason, note=note)
    with session.working() as runtime:
        actor = session.operator()
        with runtime.begin(actor) as uow:
            shown = bookings.preview_refund(uow, booking_id, wish)
        if preview:
            output.show(shown, lambda: [previews.refund(shown)], as_json=as_json)
            return
        agree(f"{previews.refund_words(shown)}?", yes=yes)
        order = wish.model_copy(update={"confirm": shown.confirm})
        done = flows.refund(runtime.cashier, actor=actor, booking_id=booking_id, command=order)
    output.show(done, lambda: [f"{previews.refund_words(shown)}: {done.state}."], as_json=as_json)


@app.command("settle-refund")
def settle_refund(
    booking_id: BookingId,
    *,
    way: Annotated[RefundWay, typer.Option("--as", help="Credit, or made by the bank.")],
    reason: Annotated[str, typer.Option(help="Why.")],
    preview: Annotated[bool, typer.Option("--preview", help="Only show it.")] = False,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Show what becomes of a refund that the provider refused; then, once agreed, settle it."""
    wish = SettleRefund(way=way, reason=reason)
    with session.working() as runtime:
        actor = session.operator()
        with runtime.begin(actor) as uow:
            shown = bookings.preview_refund_settlement(uow, booking_id, wish)
        if preview:
            output.show(shown, lambda: [previews.settlement(shown)], as_json=as_json)
            return
        agree(f"{previews.settlement_words(shown)}?", yes=yes)
        order = wish.model_copy(update={"confirm": shown.confirm})
        done = flows.settle_refund(
            runtime.cashier, actor=actor, booking_id=booking_id, command=order
        )
    output.show(done, lambda: [f"{previews.settlement_words(shown)}: done."], as_json=as_json)


@app.command()
def explain(booking_id: BookingId, *, as_json: AsJson = False) -> None:
    """Tell the path of every cent of a lesson, also by the id of a booking that was moved."""
    with session.work() as uow:
        found = bookings.explain_money(uow, booking_id)
    output.show(found, lambda: explained(found), as_json=as_json)


def _agreed(
    runtime: Runtime, actor: Actor, booking_id: str, what: str, *, yes: bool
) -> BookingDetailView:
    """The booking, once somebody agrees to do this with it."""
    with runtime.begin(actor) as uow:
        found = bookings.detail(uow, booking_id)
    agree(f"{what} {_words(found)}?", yes=yes)
    return found


def _paid(done: CheckoutView) -> str:
    words = _words(done.booking)
    match done.result:
        case PaymentResult.CONFIRMED:
            return f"Confirmed {words}."
        case PaymentResult.DECLINED:
            return f"The card was refused ({done.failure}), so this is not paid: {words}."
        case PaymentResult.AUTHENTICATION_REQUIRED:
            return f"The card's holder has to confirm in the browser first: {words}."
        case PaymentResult.PENDING:
            return f"The provider has not answered yet; ask again: {words}."


def _words(found: BookingDetailView) -> str:
    return (
        f"{found.service_name} of {found.student_name} with {found.instructor_name},"
        f" {found.starts_local:%a %Y-%m-%d %H:%M}"
    )


def _list(found: Listed) -> Sequence[Table | str]:
    rows = output.table(
        "id",
        "lesson",
        "service",
        "student",
        "instructor",
        "status",
        "total",
        rows=(
            (
                row.booking_id,
                f"{row.lesson_day} {row.local_time}",
                row.service,
                row.student,
                row.instructor,
                row.status,
                output.money(row.total_cents),
            )
            for row in found.data.bookings
        ),
    )
    return [rows, *output.warnings(found.warnings), *output.more(found.next_cursor)]


def _booking(found: BookingDetailView) -> Table:
    return output.facts(
        [
            ("id", found.id),
            ("lesson", f"{found.service_name}, {found.duration_minutes} minutes, {found.format}"),
            ("starts", f"{found.starts_local:%a %Y-%m-%d %H:%M} ({found.timezone})"),
            ("student", f"{found.student_name} ({found.student_id})"),
            ("instructor", f"{found.instructor_name} ({found.instructor_id})"),
            ("area", found.area_key),
            ("status", found.status),
            ("payment", found.payment_status),
            ("lesson price", output.money(found.lesson_price_cents)),
            ("student fee", output.money(found.student_fee_cents)),
            ("total", output.money(found.total_cents)),
            ("payout", output.money(found.payout_cents)),
            ("booked", output.moment(found.created_at)),
            ("cancelled", output.moment(found.cancelled_at) or None),
            ("cancelled by", found.cancelled_by),
            ("reason", found.cancellation_reason),
        ]
    )
