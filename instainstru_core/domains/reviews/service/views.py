"""From rows to views. What is private is left out here, once."""

from datetime import datetime
from typing import Any

from instainstru_core.domains.accounts.policy import public_name
from instainstru_core.domains.reviews.models import Review
from instainstru_core.domains.reviews.policy import rules
from instainstru_core.domains.reviews.policy.rules import Verdict
from instainstru_core.domains.reviews.repository import Named
from instainstru_core.domains.reviews.schemas import (
    OwnReviewView,
    ReceivedReviewView,
    ResponseView,
    ReviewView,
    StaffReviewView,
)


def public_view(named: Named) -> ReviewView:
    return ReviewView(**_shown(named))


def own_view(named: Named, now: datetime) -> OwnReviewView:
    row = named.row
    verdict = rules.may_edit(
        row.state, row.lesson_completed_at, is_answered=row.response is not None, now=now
    )
    until = row.lesson_completed_at + rules.WINDOW
    return OwnReviewView(
        **_shown(named),
        booking_id=row.booking_id,
        instructor_id=row.instructor_id,
        instructor_name=public_name(*named.instructor),
        state=row.state,
        editable_until=until if verdict is Verdict.ALLOWED else None,
    )


def received_view(named: Named, now: datetime) -> ReceivedReviewView:
    row = named.row
    return ReceivedReviewView(
        **_shown(named),
        booking_id=row.booking_id,
        state=row.state,
        answerable=rules.may_answer(row.state, row.responded_at, now) is Verdict.ALLOWED,
    )


def staff_view(named: Named) -> StaffReviewView:
    row = named.row
    return StaffReviewView(
        **_shown(named),
        booking_id=row.booking_id,
        student_id=row.student_id,
        instructor_id=row.instructor_id,
        instructor_name=public_name(*named.instructor),
        state=row.state,
        lesson_completed_at=row.lesson_completed_at,
        hidden_at=row.hidden_at,
        hidden_by=row.hidden_by,
        hidden_reason=row.hidden_reason,
        hidden_note=row.hidden_note,
        withdrawn_at=row.withdrawn_at,
    )


def _shown(named: Named) -> dict[str, Any]:
    row = named.row
    return {
        "id": row.id,
        "stars": row.stars,
        "text": row.text,
        "student_name": public_name(*named.student),
        "service_id": row.service_id,
        "service_name": row.service_name,
        "written_at": row.written_at,
        "edited_at": row.edited_at,
        "response": _response(row),
    }


def _response(row: Review) -> ResponseView | None:
    if row.response is None or row.responded_at is None:
        return None
    return ResponseView(
        text=row.response, responded_at=row.responded_at, edited_at=row.response_edited_at
    )
