"""What a unit of work changed is written once, all of it or nothing, whoever writes it."""

from collections.abc import Generator
from contextlib import contextmanager, suppress
from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm.exc import StaleDataError

from instainstru_core.domains.bookings.models import Booking, BookingNote, LessonMoney
from instainstru_core.domains.bookings.types import (
    BookingStatus,
    NoteCategory,
    NoteVisibility,
)
from instainstru_core.kernel import measure, outbox
from instainstru_core.kernel.authority import SYSTEM
from instainstru_core.kernel.ids import new_id
from instainstru_core.kernel.outbox import OutboxReceipt, OutboxRow
from instainstru_core.kernel.uow import Begin, Uow
from tests.factories.bookings import booking


@contextmanager
def changing(begin: Begin, booking_id: str, said: list[str]) -> Generator[tuple[Uow, Booking]]:
    """A booking in a unit of work that ends with the block, and which rows that writes."""

    def note(_by: object, words: str, _values: object) -> None:
        if words.startswith(("UPDATE", "INSERT", "DELETE")):
            said.append(" ".join(words.split()[:3]))

    with measure.overheard(note), begin(SYSTEM) as later:
        yield later, later.session.get_one(Booking, booking_id)


def note(booking_id: str, uow: Uow) -> BookingNote:
    return BookingNote(
        id=new_id(),
        booking_id=booking_id,
        author_id=None,
        visibility=NoteVisibility.INTERNAL,
        category=NoteCategory.GENERAL,
        words="Came late.",
        created_at=uow.now,
    )


class TestChanges:
    def test_of_several_rows_are_written_with_the_values_of_their_types(
        self, begin: Begin, uow: Uow
    ) -> None:
        made, said = booking(uow, status=BookingStatus.PENDING), list[str]()
        until = uow.now + timedelta(minutes=30)
        with changing(begin, made.id, said) as (later, row):
            money = later.session.get_one(LessonMoney, made.chain_id)
            money.checkout_expires_at, money.fence = until, 2**52
            row.status, row.confirmed_at = BookingStatus.CONFIRMED, later.now
            row.payment_status = row.payment_status
        assert said == ["UPDATE bookings SET", "UPDATE lesson_money SET"]
        with begin(SYSTEM) as after:
            row = after.session.get_one(Booking, made.id)
            money = after.session.get_one(LessonMoney, made.chain_id)
            assert (row.status, row.confirmed_at) == (BookingStatus.CONFIRMED, uow.now)
            assert (money.checkout_expires_at, money.fence) == (until, 2**52)

    def test_that_change_nothing_are_not_written(self, begin: Begin, uow: Uow) -> None:
        made, said = booking(uow), list[str]()
        with changing(begin, made.id, said) as (_, row):
            row.student_note, row.place = "a word", row.place
            row.student_note = made.student_note
        assert said == []

    def test_back_to_nothing_are_written(self, begin: Begin, uow: Uow) -> None:
        made, said = booking(uow, student_note="Bring the score."), list[str]()
        with changing(begin, made.id, said) as (_, row):
            row.student_note = None
        with begin(SYSTEM) as after:
            assert after.session.get_one(Booking, made.id).student_note is None

    def test_beside_a_new_row_are_written_with_it(self, begin: Begin, uow: Uow) -> None:
        made, said = booking(uow), list[str]()
        with changing(begin, made.id, said) as (later, row):
            row.student_note = "Bring the score."
            later.session.add(note(made.id, later))
        assert sorted(said) == ["INSERT INTO booking_notes", "UPDATE bookings SET"]

    def test_to_what_the_database_works_out_are_written(self, begin: Begin, uow: Uow) -> None:
        made, said = booking(uow), list[str]()
        with changing(begin, made.id, said) as (_, row):
            row.student_note = Booking.service_name
        with begin(SYSTEM) as after:
            row = after.session.get_one(Booking, made.id)
            assert row.student_note == row.service_name

    def test_of_a_fact_are_written_as_json(self, begin: Begin, uow: Uow) -> None:
        fact = OutboxRow(id=new_id(), name="Told", payload={"of": 1}, occurred_at=uow.now)
        uow.session.add(fact)
        uow.session.flush()
        with begin(SYSTEM) as later:
            later.session.get_one(OutboxRow, fact.id).payload = {"of": ["a", None]}
        with begin(SYSTEM) as after:
            assert after.session.get_one(OutboxRow, fact.id).payload == {"of": ["a", None]}

    def test_of_a_row_with_two_keys_are_written_to_that_row(self, begin: Begin, uow: Uow) -> None:
        fact = OutboxRow(id=new_id(), name="Told", payload={}, occurred_at=uow.now)
        uow.session.add(fact)
        uow.session.flush()
        for reaction in ("one", "other"):
            outbox.receive(uow.session, fact.id, reaction, now=uow.now)
        with begin(SYSTEM) as later:
            known = later.session.get_one(OutboxReceipt, (fact.id, "other"))
            known.handled_at = uow.now + timedelta(minutes=1)
        with begin(SYSTEM) as after:
            receipts = after.session.scalars(select(OutboxReceipt)).all()
            assert {one.reaction: one.handled_at for one in receipts} == {
                "one": uow.now,
                "other": uow.now + timedelta(minutes=1),
            }

    def test_are_undone_with_the_unit(self, begin: Begin, uow: Uow) -> None:
        made, said = booking(uow), list[str]()
        with suppress(ZeroDivisionError), changing(begin, made.id, said) as (_, row):
            row.student_note = "Bring the score."
            raise ZeroDivisionError
        assert said == []
        with begin(SYSTEM) as after:
            assert after.session.get_one(Booking, made.id).student_note == made.student_note

    def test_of_a_row_that_is_gone_are_refused(self, begin: Begin, uow: Uow) -> None:
        made = note(booking(uow).id, uow)
        uow.session.add(made)
        uow.session.flush()

        def change() -> None:
            with begin(SYSTEM) as later, later.session.no_autoflush:
                later.session.get_one(BookingNote, made.id).words = "Came in time."
                later.session.execute(text("DELETE FROM booking_notes"))

        with pytest.raises(StaleDataError, match="booking_notes"):
            change()
