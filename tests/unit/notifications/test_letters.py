"""What people read: exact words, in text and in HTML."""

import html as entities
import re
import subprocess
import sys
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from jinja2 import UndefinedError
from pydantic import ValidationError

from instainstru_core.domains.bookings.types import CancelledBy, DebtCause, ReportResult
from instainstru_core.domains.notifications.schemas import (
    FACTS,
    KINDS,
    AccountLockedFacts,
    AccountRestrictedFacts,
    BookingCancelledFacts,
    BookingConfirmedFacts,
    BookingRescheduledFacts,
    CaptureFailedFacts,
    DebtOpenedFacts,
    DroppedInstructorFacts,
    DroppedStudentFacts,
    Facts,
    FinalWarningFacts,
    HoldFailedFacts,
    LessonFacts,
    NoShowReportedFacts,
    NoShowResolvedFacts,
    PayeeBlockedFacts,
    PayoutFailedFacts,
    PayoutSentFacts,
    RefundedFacts,
    ReviewPublishedFacts,
)
from instainstru_core.domains.notifications.service import rendering
from instainstru_core.domains.notifications.types import Reader, Template
from tests.databases import ROOT
from tests.factories.notifications import LESSON, MORE, about, facts

TAGS = re.compile(r"<[^>]+>")
NOTHING = {"is_charged": False, "credit_cents": 0, "refund_cents": 0, "payout_cents": 0}
CHARGED = NOTHING | {"is_charged": True}


def words(made: Facts, *, first_name: str = "Maya") -> str:
    """The text with its lines joined, as it is read."""
    return " ".join(rendering.letter(made, first_name=first_name).text.split())


def told(kind: type[Facts], **changes: object) -> str:
    return words(facts(kind, **changes))


class TestEveryLetter:
    @pytest.mark.parametrize("template", Template)
    def test_has_facts_of_its_own_and_a_file(self, template: Template) -> None:
        assert FACTS[template].template is template
        assert (rendering.LETTERS / f"{template.value}.jinja").is_file()

    def test_is_one_of_as_many_as_there_are_templates(self) -> None:
        assert len(KINDS) == len(Template)
        files = {path.stem for path in rendering.LETTERS.glob("*.jinja")}
        assert files == {template.value for template in Template}

    @pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.template)
    def test_says_the_same_as_text_and_as_html(self, kind: type[Facts]) -> None:
        letter = rendering.letter(facts(kind), first_name="Maya")
        shown = " ".join(entities.unescape(TAGS.sub(" ", letter.html)).split())
        for part in re.split(r"\n\n+", letter.text.removesuffix("\n")):
            if not part.startswith(("  Lesson:", "--")):
                assert " ".join(part.split()) in shown
        assert letter.subject in shown
        if issubclass(kind, LessonFacts):
            assert "Piano with Jonas L." in shown
            assert "Thursday, June 18, 2026, at 4:00 PM New York time" in shown

    @pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.template)
    def test_is_tidy(self, kind: type[Facts]) -> None:
        letter = rendering.letter(facts(kind), first_name="Maya")
        assert letter.text.startswith("Hi Maya,\n\n")
        assert "\n\n\n" not in letter.text
        assert all(line == line.rstrip() for line in letter.text.splitlines())
        assert max(map(len, letter.text.splitlines())) <= 80
        assert "\n" not in letter.subject
        assert len(letter.subject) <= 78
        assert "None" not in letter.text + letter.html + letter.subject
        assert "{" not in letter.text + letter.subject

    @pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.template)
    def test_cannot_be_asked_for_while_a_fact_is_missing(self, kind: type[Facts]) -> None:
        known = about(kind) | MORE[kind]
        for name in kind.model_fields:
            with pytest.raises(ValidationError):
                kind(**{key: value for key, value in known.items() if key != name})

    @pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.template)
    def test_comes_back_from_the_database_as_it_went(self, kind: type[Facts]) -> None:
        made = facts(kind)
        assert rendering.read(made.template, made.model_dump(mode="json")) == made

    def test_shows_what_looks_like_markup_as_text(self) -> None:
        made = facts(RefundedFacts, service_name="<b>Piano</b> & more", with_name="O'Hara L.")
        letter = rendering.letter(made, first_name='<script>"')
        assert "Lesson: <b>Piano</b> & more with O'Hara L." in letter.text
        assert "&lt;b&gt;Piano&lt;/b&gt; &amp; more" in letter.html
        assert "<script>" not in letter.html

    def test_never_has_a_gap_where_a_name_is_unknown(self) -> None:
        class NobodyToldFacts(LessonFacts):
            """Facts that do not know the amount."""

            template = Template.REFUNDED

        with pytest.raises(UndefinedError):
            rendering.letter(NobodyToldFacts(**LESSON), first_name="Maya")

    def test_is_in_the_wheel_that_is_installed(self, tmp_path: Path) -> None:
        build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
        subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
        (wheel,) = tmp_path.glob("*.whl")
        inside = set(zipfile.ZipFile(wheel).namelist())
        letters = {path.relative_to(ROOT).as_posix() for path in rendering.LETTERS.iterdir()}
        assert len(letters) == len(Template) + 2
        assert letters <= inside


class TestTheLessonsOwnClock:
    def test_is_the_one_that_is_told(self) -> None:
        made = facts(
            FinalWarningFacts,
            timezone="America/Los_Angeles",
            pay_by_at=datetime(2026, 6, 18, 11, 5, tzinfo=UTC),
        )
        letter = rendering.letter(made, first_name="Maya")
        assert letter.subject == "Last call: pay by 4:05 AM or lose your Piano lesson"
        assert "  When:   Thursday, June 18, 2026, at 4:00 PM Los Angeles time\n" in letter.text
        assert "by Thursday, June 18, 2026, at 4:05 AM Los Angeles time" in words(made)


class TestMoneyNews:
    def test_of_a_card_that_could_not_be_held(self) -> None:
        letter = rendering.letter(facts(HoldFailedFacts), first_name="Maya")
        assert letter.subject == ("Action needed: we could not hold $134.40 for your Piano lesson")
        assert letter.text == (
            "Hi Maya,\n"
            "\n"
            "We tried to hold $134.40 on your card for the lesson below, and it did not\n"
            "work. Your bank declined the card. Nothing was charged.\n"
            "\n"
            "  Lesson: Piano with Jonas L.\n"
            "  When:   Thursday, June 18, 2026, at 4:00 PM New York time\n"
            "  Length: 60 minutes\n"
            "\n"
            "Please pay with another card, or try yours again, by Thursday, June 18,\n"
            "2026, at 4:00 AM New York time. Until then we try again too, and the time\n"
            "stays yours. After that the lesson is dropped, and nothing is charged.\n"
            "\n"
            "Your InstaInstru team\n"
            "\n"
            "--\n"
            "You get this message because it is about a lesson of yours. We never ask for\n"
            "a password or a card number by e-mail.\n"
        )

    def test_of_a_card_that_failed_at_checkout(self) -> None:
        assert "within 30 minutes of your attempt and before the lesson starts" in told(
            HoldFailedFacts, pay_by_at=None
        )

    def test_of_a_lesson_that_was_dropped(self) -> None:
        assert "by 12 hours before its start, so the lesson does not take place." in told(
            DroppedStudentFacts
        )
        assert (
            "ended before it was paid for, so the lesson does not take place. Nothing was"
            in told(DroppedStudentFacts, was_confirmed=False)
        )
        assert "Nothing is paid out for this lesson" in told(DroppedInstructorFacts)

    def test_of_a_lesson_that_is_certain(self) -> None:
        assert "The lesson costs $134.40." in told(BookingConfirmedFacts)
        theirs = told(BookingConfirmedFacts, reader=Reader.INSTRUCTOR, amount_cents=10_200)
        assert "Jonas L. booked a lesson with you" in theirs
        assert "You are paid $102.00 for it once the lesson is over" in theirs

    def test_of_a_charge_that_failed_and_of_what_follows(self) -> None:
        assert "72 hours after our first attempt, your account is locked" in told(
            CaptureFailedFacts
        )
        locked = rendering.letter(facts(AccountLockedFacts), first_name="Maya")
        assert locked.subject == "Your account is locked until $134.40 is paid"

    def test_of_money_that_moved(self) -> None:
        back = rendering.letter(facts(RefundedFacts), first_name="Maya")
        assert back.subject == "We returned $134.40 to your card"
        paid = rendering.letter(facts(PayoutSentFacts, payout_cents=123_450), first_name="Jo")
        assert paid.subject == "You were paid $1,234.50 for Piano"

    @pytest.mark.parametrize(
        ("because", "words"),
        [
            (DebtCause.LESSON, "of the credit that you had got for it were spent already"),
            (DebtCause.CREDIT, "$30.00 of that credit were spent already, so they are open."),
            (DebtCause.PAYMENT, "So $30.00 of it are open again."),
        ],
    )
    def test_of_a_debt(self, because: DebtCause, words: str) -> None:
        letter = rendering.letter(facts(DebtOpenedFacts, because=because), first_name="Maya")
        text = " ".join(letter.text.split())
        assert letter.subject == "$30.00 are open: pay them to book again"
        assert words in text
        assert "Pay $30.00 with a card" in text
        assert "because of a payment of yours." in text

    def test_of_a_review(self) -> None:
        letter = rendering.letter(facts(ReviewPublishedFacts), first_name="Jo")
        assert letter.subject == "Jonas L. gave your Piano lesson 4 of 5 stars"

    def test_of_a_lesson_that_was_moved(self) -> None:
        assert "(Piano, Wednesday, June 17, 2026, at 9:30 AM New York time)" in told(
            BookingRescheduledFacts
        )

    @pytest.mark.parametrize(
        ("reader", "is_mutual", "consequence"),
        [
            (Reader.STUDENT, False, "the lesson is charged in full, and Jonas L. is paid"),
            (Reader.INSTRUCTOR, False, "Jonas L. gets everything back, and nothing is paid out"),
            (Reader.STUDENT, True, "the student gets everything back, and nothing is paid out"),
        ],
    )
    def test_of_a_report(self, reader: Reader, is_mutual: bool, consequence: str) -> None:
        assert consequence in told(NoShowReportedFacts, reader=reader, is_mutual=is_mutual)

    @pytest.mark.parametrize(
        ("result", "reader", "happened", "consequence"),
        [
            (
                ReportResult.STUDENT_ABSENT,
                Reader.STUDENT,
                "The report that you did not come to the lesson below counts now.",
                "The lesson is charged in full, and Jonas L. is paid. If you think",
            ),
            (
                ReportResult.STUDENT_ABSENT,
                Reader.INSTRUCTOR,
                "The report that Jonas L. did not come to the lesson below counts now.",
                "You are paid for it as soon as the payment for it has gone through. If you think",
            ),
            (
                ReportResult.INSTRUCTOR_ABSENT,
                Reader.STUDENT,
                "The report that Jonas L. did not come to the lesson below counts now.",
                "You pay nothing for it: a hold on your card is released, what was charged goes",
            ),
            (
                ReportResult.INSTRUCTOR_ABSENT,
                Reader.INSTRUCTOR,
                "The report that you did not come to the lesson below counts now.",
                "Nothing is paid out for this lesson. If you think that this is a mistake,",
            ),
            (
                ReportResult.NOBODY_CAME,
                Reader.STUDENT,
                "The report that nobody came to the lesson below counts now.",
                "You pay nothing for it:",
            ),
            (
                ReportResult.TOOK_PLACE,
                Reader.STUDENT,
                "It counts as a lesson that took place.",
                "The lesson is charged in full, and Jonas L. is paid. If you think",
            ),
            (
                ReportResult.GOES_ON,
                Reader.INSTRUCTOR,
                "report that somebody did not come to the lesson below, and dismissed it.",
                "charged and paid out like any other: once 24 hours have passed since its end.",
            ),
        ],
    )
    def test_of_what_a_report_led_to(
        self, result: ReportResult, reader: Reader, happened: str, consequence: str
    ) -> None:
        text = told(NoShowResolvedFacts, result=result, reader=reader)
        assert happened in text
        assert consequence in text

    def test_of_a_report_says_in_its_subject_whether_it_counts(self) -> None:
        made = facts(NoShowResolvedFacts, result=ReportResult.GOES_ON)
        subject = rendering.letter(made, first_name="Maya").subject
        assert subject == "Dismissed: the report about your Piano lesson on June 18"
        subject = rendering.letter(facts(NoShowResolvedFacts), first_name="Maya").subject
        assert subject == "Settled: the report about your Piano lesson on June 18"

    def test_of_an_account_that_cannot_book(self) -> None:
        lost = told(AccountRestrictedFacts)
        assert "was disputed at your bank, and the bank took it back." in lost
        assert "There is nothing to pay. Answer this message," in lost
        assert "because of a payment of yours." in lost
        assert "Once the bank has decided that the payment stands" in told(
            AccountRestrictedFacts, is_lost=False
        )

    @pytest.mark.parametrize(
        ("code", "why"),
        [
            ("account_closed", "The account there is closed."),
            ("no_account", "The bank does not know this account."),
            ("something_new", "The bank did not say why."),
            (None, "The bank did not say why."),
        ],
    )
    def test_of_a_payout_that_came_back(self, code: str | None, why: str) -> None:
        letter = rendering.letter(facts(PayoutFailedFacts, failure_code=code), first_name="Jo")
        assert letter.subject == "Action needed: your bank sent $102.00 back"
        text = " ".join(letter.text.split())
        assert f"the money did not arrive. {why} Nothing is lost" in text
        assert "You get this message because you are paid for lessons." in text

    @pytest.mark.parametrize(
        ("reason", "why"),
        [
            ("requirements.past_due", "Something that it needs to know of you is missing."),
            ("rejected.fraud", "It did not tell us why."),
            (None, "It did not tell us why."),
        ],
    )
    def test_of_an_account_that_is_not_paid(self, reason: str | None, why: str) -> None:
        text = told(PayeeBlockedFacts, blocked_reason=reason)
        assert f"to your payout account for now. {why} What you earn meanwhile is kept" in text
        assert "You get this message because you are paid for lessons." in text


class TestACancellation:
    def test_in_time_costs_the_student_nothing(self) -> None:
        text = told(BookingCancelledFacts, **NOTHING)
        assert "You cancelled the lesson below." in text
        assert "You pay nothing for it. A hold on your card is released" in text

    def test_by_the_instructor_costs_the_student_nothing(self) -> None:
        text = told(BookingCancelledFacts, **NOTHING, cancelled_by=CancelledBy.INSTRUCTOR)
        assert "Jonas L. cancelled the lesson below." in text
        assert "You pay nothing for it." in text

    def test_of_a_lesson_that_was_charged_may_bring_it_all_back(self) -> None:
        changes = NOTHING | {"refund_cents": 13_440}
        text = told(BookingCancelledFacts, **changes, cancelled_by=CancelledBy.INSTRUCTOR)
        assert "You pay nothing for it: $134.40 go back to your card" in text

    def test_by_us_says_so_and_may_be_open_or_charged(self) -> None:
        text = told(
            BookingCancelledFacts,
            **(NOTHING | {"is_charged": None}),
            cancelled_by=CancelledBy.ADMIN,
        )
        assert "We had to cancel the lesson below." in text
        assert "We settle the payment for it now" in text
        text = told(BookingCancelledFacts, **CHARGED, cancelled_by=CancelledBy.ADMIN)
        assert "The lesson is charged in full." in text

    def test_too_late_leaves_the_student_credit(self) -> None:
        text = told(BookingCancelledFacts)
        assert "It is charged, because it was cancelled too late to be free." in text
        assert "$60.00 are yours as credit for other lessons. The rest is not returned." in text

    def test_tells_the_instructor_only_what_is_theirs(self) -> None:
        text = told(BookingCancelledFacts, reader=Reader.INSTRUCTOR)
        assert "Jonas L. cancelled the lesson below." in text
        assert "You are paid $51.00 for the time that you had kept free" in text
        assert "$60.00" not in text
        text = told(BookingCancelledFacts, reader=Reader.INSTRUCTOR, payout_cents=0)
        assert "Nothing is paid out for this lesson" in text
