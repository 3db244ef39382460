"""`instainstru reviews`: what students say of their lessons."""

from typing import Annotated

import typer
from rich.table import Table

from cli import output, session
from cli.errors import agree
from cli.output import AsJson, Cursor, Limit, Yes
from cli.people import require_known
from instainstru_core.domains.reviews import service as reviews
from instainstru_core.domains.reviews.schemas import (
    HideReview,
    ReviewFilters,
    ShowReview,
    StaffReviewView,
)
from instainstru_core.domains.reviews.types import ReviewState, StaffReason
from instainstru_core.kernel.paging import Page

app = typer.Typer(add_completion=False, no_args_is_help=True)
ReviewId = Annotated[str, typer.Argument(help="The review's id.")]
LONGEST = 60


@app.command("list")
def show_list(
    *,
    state: Annotated[ReviewState | None, typer.Option(help="Only in this state.")] = None,
    instructor: Annotated[str | None, typer.Option(help="Only of this instructor's id.")] = None,
    student: Annotated[str | None, typer.Option(help="Only by this student's id.")] = None,
    stars: Annotated[int | None, typer.Option(min=1, max=5, help="Only of so many stars.")] = None,
    limit: Limit = 20,
    cursor: Cursor = None,
    as_json: AsJson = False,
) -> None:
    """List reviews, the newest first."""
    filters = ReviewFilters(state=state, instructor_id=instructor, student_id=student, stars=stars)
    with session.work() as uow:
        require_known(uow, instructor, student)
        found = reviews.listing(uow, filters, cursor=cursor, limit=limit)
    output.show(found, lambda: [_list(found), *output.more(found.next_cursor)], as_json=as_json)


@app.command("show")
def show_review(review_id: ReviewId, *, as_json: AsJson = False) -> None:
    """Show one review."""
    with session.work() as uow:
        found = reviews.review(uow, review_id)
    output.show(found, lambda: [_review(found)], as_json=as_json)


@app.command()
def hide(
    review_id: ReviewId,
    *,
    reason: Annotated[StaffReason, typer.Option(help="Why it is not to be seen.")],
    note: Annotated[str | None, typer.Option(help="More about it, for staff.")] = None,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Keep a review from being seen, and from counting."""
    command = HideReview(reason=reason, note=note)
    agree(f"Hide review {review_id}?", yes=yes)
    with session.work() as uow:
        found = reviews.hide(uow, review_id, command)
    output.show(found, lambda: [f"Hidden: {_words(found)}"], as_json=as_json)


@app.command()
def unhide(
    review_id: ReviewId,
    *,
    note: Annotated[str, typer.Option(help="Why it is to be seen again, for staff.")],
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Let a hidden review be seen and count again."""
    command = ShowReview(note=note)
    agree(f"Show review {review_id} again?", yes=yes)
    with session.work() as uow:
        found = reviews.show(uow, review_id, command)
    output.show(found, lambda: [f"Shown again: {_words(found)}"], as_json=as_json)


def _list(found: Page[StaffReviewView]) -> Table:
    return output.table(
        "id",
        "written",
        "stars",
        "by",
        "of",
        "lesson",
        "state",
        "words",
        rows=(
            (
                one.id,
                output.moment(one.written_at),
                one.stars,
                one.student_name,
                one.instructor_name,
                one.service_name,
                one.state,
                _short(one.text),
            )
            for one in found.items
        ),
    )


def _review(found: StaffReviewView) -> Table:
    return output.facts(
        [
            ("id", found.id),
            ("stars", f"{found.stars} of 5"),
            ("words", found.text),
            ("written", output.moment(found.written_at)),
            ("edited", output.moment(found.edited_at) or None),
            ("by", f"{found.student_name} ({found.student_id})"),
            ("of", f"{found.instructor_name} ({found.instructor_id})"),
            ("lesson", f"{found.service_name} ({found.booking_id})"),
            ("answer", None if found.response is None else found.response.text),
            ("state", found.state),
            ("hidden", output.moment(found.hidden_at) or None),
            ("hidden for", found.hidden_reason),
            ("hidden by", found.hidden_by),
            ("note", found.hidden_note),
            ("withdrawn", output.moment(found.withdrawn_at) or None),
        ]
    )


def _words(found: StaffReviewView) -> str:
    return f"{found.stars} stars of {found.student_name} for {found.instructor_name}"


def _short(text: str | None) -> str | None:
    if text is None or len(text) <= LONGEST:
        return text
    return f"{text[:LONGEST].rstrip()}…"
