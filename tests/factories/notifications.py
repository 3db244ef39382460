"""Facts for every message, a carrier that can be told how to answer, and queued deliveries."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from instainstru_core.domains.bookings.types import CancelledBy, DebtCause, ReportResult
from instainstru_core.domains.notifications import service
from instainstru_core.domains.notifications.ports import Mail
from instainstru_core.domains.notifications.schemas import (
    AccountLockedFacts,
    AccountRestrictedFacts,
    AddressProofFacts,
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
    InstructorInviteFacts,
    LessonFacts,
    NoShowReportedFacts,
    NoShowResolvedFacts,
    PayeeBlockedFacts,
    PayoutFailedFacts,
    PayoutSentFacts,
    RefundedFacts,
    RefundSettledFacts,
    ReviewPublishedFacts,
)
from instainstru_core.domains.notifications.types import Reader, Template
from instainstru_core.kernel.ids import new_id
from instainstru_core.kernel.uow import Uow
from tests.factories.accounts import student

LESSON: dict[str, Any] = {
    "service_name": "Piano",
    "with_name": "Jonas L.",
    "starts_local": datetime(2026, 6, 18, 16, 0),  # noqa: DTZ001 - a wall clock's
    "timezone": "America/New_York",
    "duration_minutes": 60,
}
PAY_BY = datetime(2026, 6, 18, 8, 0, tzinfo=UTC)
MORE: dict[type[Facts], dict[str, Any]] = {
    BookingConfirmedFacts: {"reader": Reader.STUDENT, "amount_cents": 13_440},
    HoldFailedFacts: {
        "total_cents": 13_440,
        "reason": "payments.card_declined",
        "pay_by_at": PAY_BY,
    },
    FinalWarningFacts: {"total_cents": 13_440, "pay_by_at": PAY_BY},
    DroppedStudentFacts: {"was_confirmed": True},
    DroppedInstructorFacts: {},
    BookingCancelledFacts: {
        "reader": Reader.STUDENT,
        "cancelled_by": CancelledBy.STUDENT,
        "is_charged": True,
        "credit_cents": 6_000,
        "refund_cents": 0,
        "payout_cents": 5_100,
    },
    BookingRescheduledFacts: {
        "reader": Reader.STUDENT,
        "was_service_name": "Piano",
        "was_starts_local": datetime(2026, 6, 17, 9, 30),  # noqa: DTZ001
        "was_timezone": "America/New_York",
    },
    CaptureFailedFacts: {"total_cents": 13_440},
    AddressProofFacts: {
        "expires_at": PAY_BY,
        "page": "https://instainstru.example/password",
    },
    AccountLockedFacts: {"total_cents": 13_440},
    NoShowReportedFacts: {"reader": Reader.STUDENT, "is_mutual": False},
    RefundSettledFacts: {"credit_cents": 5_000, "bank_cents": 1_000},
    RefundedFacts: {"refund_cents": 13_440},
    PayoutSentFacts: {"payout_cents": 10_200},
    ReviewPublishedFacts: {"stars": 4},
    DebtOpenedFacts: {"because": DebtCause.CREDIT, "owed_cents": 3_000},
    NoShowResolvedFacts: {"reader": Reader.STUDENT, "result": ReportResult.STUDENT_ABSENT},
    AccountRestrictedFacts: {"is_lost": True},
    PayoutFailedFacts: {"failed_cents": 10_200, "failure_code": "account_closed"},
    PayeeBlockedFacts: {"blocked_reason": "requirements.past_due"},
    InstructorInviteFacts: {
        "grants_founding": True,
        "expires_at": PAY_BY,
        "note": "Lena told us how well you teach.",
        "claim_page": "https://instainstru.example/invite/claim",
    },
}


def facts(kind: type[Facts], **changes: Any) -> Facts:
    """Valid facts of this kind: an hour of piano on the Thursday after the tests' Monday."""
    return kind(**(about(kind) | MORE[kind] | changes))


def about(kind: type[Facts]) -> dict[str, Any]:
    """The lesson, where facts of this kind are about one."""
    return LESSON if issubclass(kind, LessonFacts) else {}


def queued(
    uow: Uow, kind: type[Facts] = RefundedFacts, *, user_id: str | None = None, **changes: Any
) -> str:
    """A message that waits; gives its key."""
    made = facts(kind, **changes)
    key = f"{made.template}:{new_id()}"
    service.queue(
        uow,
        key=key,
        template=Template(made.template),
        user_id=user_id or student(uow).id,
        facts=made,
    )
    return key


@dataclass
class ScriptedMailer:
    """A carrier that answers as its script says, in order, and then takes everything."""

    script: list[Exception | None] = field(default_factory=list[Exception | None])
    asked: list[Mail] = field(default_factory=list[Mail])
    before: Callable[[Mail], None] = lambda _mail: None

    def send(self, mail: Mail) -> str:
        self.before(mail)
        self.asked.append(mail)
        answer = self.script.pop(0) if self.script else None
        if answer is not None:
            raise answer
        return f"mail-{len(self.asked)}"

    def close(self) -> None:
        """Nothing was opened."""
