"""The events of a lesson, each from the record that holds it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from instainstru_core.domains.accounts.policy import public_name
from instainstru_core.domains.audit.types import Outcome
from instainstru_core.domains.bookings.types import RefundOrigin
from instainstru_core.domains.reporting.policy import telling
from instainstru_core.domains.reporting.repository import story as repository
from instainstru_core.domains.reporting.repository.bookings import Line
from instainstru_core.domains.reporting.repository.story import (
    Absence,
    Call,
    Message,
    Note,
    Noted,
    Order,
    Posting,
    Told,
)
from instainstru_core.domains.reporting.schemas.story import StoryEvent
from instainstru_core.domains.reporting.types import StoryPart
from instainstru_core.kernel.log import redacted
from instainstru_core.kernel.time import to_local
from instainstru_core.kernel.uow import Uow

ORDER = list(StoryPart)
LONGEST_QUOTE = 200
ITSELF = "the system"

ORDERED = {
    RefundOrigin.STAFF: "Refund ordered",
    RefundOrigin.PROVIDER_DASHBOARD: "Refunded in the provider's dashboard",
    RefundOrigin.GIVEN_UP_CALL: "Refunded once more by a call that was taken for failed",
}
ORDERED_BY = {
    RefundOrigin.PROVIDER_DASHBOARD: "staff",
    RefundOrigin.GIVEN_UP_CALL: ITSELF,
}


@dataclass(frozen=True, slots=True)
class Cast:
    """Who is who in a lesson."""

    student_id: str
    instructor_id: str
    names: Mapping[str, tuple[str, str]]

    def name(self, actor_id: str | None) -> str:
        """Somebody as staff know them: their part in the lesson, and "First L."."""
        if actor_id is None:
            return ITSELF
        if actor_id not in self.names:
            return f"service {actor_id}"
        part = {self.student_id: "student", self.instructor_id: "instructor"}.get(actor_id, "staff")
        return f"{part} {public_name(*self.names[actor_id])}"


@dataclass(frozen=True, slots=True)
class Records:
    """All that is on record about one lesson, before names are known."""

    bookings: list[Line]
    references: list[str]
    postings: list[Posting]
    calls: list[Call]
    audited: list[Noted]

    @property
    def booking_ids(self) -> list[str]:
        return [line.booking.id for line in self.bookings]

    @property
    def chain_id(self) -> str:
        return self.bookings[0].booking.chain_id


def events(uow: Uow, found: Records) -> list[StoryEvent]:
    """Everything that happened, in order; what happened at once, in the order of the parts."""
    session, ids = uow.session, found.booking_ids
    messages = repository.messages(session, ids)
    reports = repository.reports(session, ids)
    notes = repository.notes(session, ids)
    orders = repository.orders(session, [found.chain_id])
    actors = {
        *(entry.actor_id for entry in found.audited),
        *(posting.actor_id for posting in found.postings),
        *(message.user_id for message in messages),
        *(report.reporter_id for report in reports),
        *(note.author_id for note in notes),
        *(order.ordered_by for order in orders),
    }
    first = found.bookings[0].booking
    people = {first.student_id, first.instructor_id} | {one for one in actors if one}
    cast = Cast(first.student_id, first.instructor_id, repository.names(session, people))
    told = [
        *_booked(found.bookings, cast),
        *_posted(found.postings, cast),
        *_called(found.calls),
        *_written(messages, cast),
        *_heard(repository.webhooks(session, found.references)),
        *_audited(found.audited, cast),
        *(event for report in reports for event in _reported(report, cast)),
        *_noted(notes, cast),
        *_ordered(orders, cast),
    ]
    return sorted(told, key=lambda one: (one.at, ORDER.index(one.part), one.id or ""))


def _booked(bookings: Iterable[Line], cast: Cast) -> Iterator[StoryEvent]:
    """A booking's own milestones. The one that a lesson was moved to begins with the move."""
    for line in bookings:
        row = line.booking
        when = f"{to_local(row.starts_at, row.lesson_timezone):%Y-%m-%d %H:%M}"
        moved = row.moved_from_id is not None
        begun = f"Moved to {when}" if moved else f"Booked for {when}"
        milestones: tuple[tuple[datetime | None, str, str | None], ...] = (
            (row.created_at, begun, None if moved else cast.name(cast.student_id)),
            (row.confirmed_at, "Confirmed", ITSELF),
            (row.completed_at, "Completed", None),
            (row.cancelled_at, f"Cancelled{_quoted(row.cancellation_reason)}", row.cancelled_by),
        )
        for at, what, by in milestones:
            if at is not None:
                yield _event(at, StoryPart.BOOKING, what, by=by, id=row.id)


def _posted(postings: Iterable[Posting], cast: Cast) -> Iterator[StoryEvent]:
    for _, group in groupby(postings, key=lambda posting: posting.journal_id):
        lines = list(group)
        first = lines[0]
        kinds = [line.account for line in lines]
        entries = {
            line.account.value
            if kinds.count(line.account) == 1
            else f"{line.account}:{line.owner_id}": line.cents
            for line in lines
        }
        yield _event(
            first.at,
            StoryPart.MONEY,
            first.fact,
            by=cast.name(first.actor_id),
            cents=sum(cents for cents in entries.values() if cents > 0),
            entries=entries,
            id=first.journal_id,
        )


def _called(calls: Iterable[Call]) -> Iterator[StoryEvent]:
    for call in calls:
        outcome = call.state.value
        if call.failure is not None:
            outcome += f": {telling.failure(call.failure)}"
        elif call.provider_id is not None:
            outcome += f" ({call.provider_id})"
        yield _event(
            call.at,
            StoryPart.CALL,
            f"Asked to {telling.CALLS[call.action]}, attempt {call.attempt}: {outcome}",
            cents=call.cents,
            id=call.id,
        )


def _audited(entries: Iterable[Noted], cast: Cast) -> Iterator[StoryEvent]:
    for entry in entries:
        ended = "" if entry.outcome is Outcome.SUCCESS else f": {entry.outcome} ({entry.code})"
        yield _event(
            entry.at,
            StoryPart.AUDIT,
            f"{entry.action}{ended}",
            by=cast.name(entry.actor_id),
            id=entry.id,
        )


def _written(messages: Iterable[Message], cast: Cast) -> Iterator[StoryEvent]:
    for one in messages:
        words = f"{one.template} to {cast.name(one.user_id)}: {one.state}{_because(one.error)}"
        yield _event(one.at, StoryPart.MESSAGE, words, id=one.id)


def _heard(words: Iterable[Told]) -> Iterator[StoryEvent]:
    for one in words:
        what = f"{one.kind}: {one.state}{_because(one.error)}"
        yield _event(one.at, StoryPart.WEBHOOK, what, id=one.id)


def _reported(report: Absence, cast: Cast) -> Iterator[StoryEvent]:
    reporter = cast.name(report.reporter_id) if report.reporter_id else report.reported_by.value
    words = f"Reported: did not come: {report.absent}{_quoted(report.reason)}"
    yield _event(report.reported_at, StoryPart.NOTE, words, by=reporter)
    if report.disputed_at is not None:
        words = f"Objected to the report{_quoted(report.dispute_reason)}"
        yield _event(report.disputed_at, StoryPart.NOTE, words, by=report.disputed_by)
    if report.resolved_at is not None:
        words = f"The report ended: {report.resolution}"
        yield _event(report.resolved_at, StoryPart.NOTE, words, by=cast.name(report.resolved_by))


def _noted(notes: Iterable[Note], cast: Cast) -> Iterator[StoryEvent]:
    for note in notes:
        words = f"Note ({note.category}){_quoted(note.words)}"
        by = cast.name(note.author_id)
        yield _event(note.at, StoryPart.NOTE, words, by=by, id=note.id)


def _ordered(orders: Iterable[Order], cast: Cast) -> Iterator[StoryEvent]:
    for order in orders:
        words = f"{ORDERED[order.origin]}: {order.reason}{_quoted(order.note)}"
        by = ORDERED_BY.get(order.origin) or cast.name(order.ordered_by)
        yield _event(order.at, StoryPart.NOTE, words, by=by, cents=order.cents, id=order.id)


def _because(error: str | None) -> str:
    return f" ({error})" if error else ""


def _event(
    at: datetime,
    part: StoryPart,
    what: str,
    *,
    by: str | None = None,
    cents: int | None = None,
    entries: dict[str, int] | None = None,
    id: str | None = None,  # noqa: A002 - the field's name
) -> StoryEvent:
    return StoryEvent(at=at, part=part, what=what, by=by, cents=cents, entries=entries, id=id)


def _quoted(words: str | None) -> str:
    """What somebody typed: without addresses and numbers, short, and marked as theirs."""
    if not words:
        return ""
    plain = " ".join(redacted(words).replace("“", "'").replace("”", "'").split())
    return f": “{plain[:LONGEST_QUOTE]}”"
