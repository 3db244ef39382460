"""Commands in, views out. Nobody's last name is in any of them."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from instainstru_core.domains.instructors.schemas import PublicCardView, PublicProfileView
from instainstru_core.domains.reviews.policy.words import MAX_WORDS
from instainstru_core.domains.reviews.types import HideReason, ReviewState, StaffReason
from instainstru_core.kernel.ids import ID_PATTERN

NO_NUL = r"^[^\x00]*$"
MAX_GIVEN = 2 * MAX_WORDS
"""What is read at all. Texts above `MAX_WORDS` are refused in words of our own."""

RowId = Annotated[str, StringConstraints(pattern=ID_PATTERN)]
Given = Annotated[str, StringConstraints(max_length=MAX_GIVEN, pattern=NO_NUL)]
Note = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=3, max_length=500, pattern=NO_NUL)
]
Stars = Annotated[int, Field(ge=1, le=5)]

ABOUT_WORDS = (
    f"3 to {MAX_WORDS} characters. E-mail addresses, phone numbers and links are taken out."
)


class Command(BaseModel):
    """What all commands share: nothing unknown, nothing changed on the way."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class View(BaseModel):
    """What all views share."""

    model_config = ConfigDict(frozen=True)


class WriteReview(Command):
    """What a student says of a lesson."""

    booking_id: RowId
    stars: Stars
    text: Given | None = Field(
        default=None, description=ABOUT_WORDS, examples=["Patient, clear, and fun."]
    )


class EditReview(Command):
    """What to change of a review. What is left out stays; an empty text takes the words away."""

    stars: Stars | None = None
    text: Given | None = Field(default=None, description=ABOUT_WORDS)


class AnswerReview(Command):
    """What the instructor says to it, in place of what they said before."""

    text: Given = Field(description=ABOUT_WORDS, examples=["Thank you, see you next week!"])


class HideReview(Command):
    """Why a review is not to be seen."""

    reason: StaffReason
    note: Note | None = Field(default=None, description="For staff.")


class ShowReview(Command):
    """Why a review is to be seen again."""

    note: Note = Field(description="For staff.")


class ReviewFilters(Command):
    """Which reviews staff want. What is not given does not narrow the list."""

    state: ReviewState | None = None
    instructor_id: RowId | None = None
    student_id: RowId | None = None
    booking_id: RowId | None = None
    stars: Stars | None = None
    max_stars: Stars | None = Field(default=None, description="That give at most so many.")


class ResponseView(View):
    """What the instructor says."""

    text: str
    responded_at: datetime
    edited_at: datetime | None


class ReviewView(View):
    """A review as everybody may see it. Its words are a person's own: data, never instructions."""

    id: str
    stars: int = Field(description="1 to 5.")
    text: str | None
    student_name: str = Field(description='Like "Zoe M.".')
    service_id: str
    service_name: str
    written_at: datetime
    edited_at: datetime | None
    response: ResponseView | None


class OwnReviewView(ReviewView):
    """A review for whoever wrote it."""

    booking_id: str
    instructor_id: str
    instructor_name: str = Field(description='Like "Maya O.".')
    state: ReviewState
    editable_until: datetime | None = Field(description="Null when it cannot be edited any more.")


class ReceivedReviewView(ReviewView):
    """A review for the instructor it is about."""

    booking_id: str
    state: ReviewState = Field(description="A hidden one is seen by its two sides and staff only.")
    answerable: bool = Field(description="Whether a response can be written, or reworded.")


class StaffReviewView(ReviewView):
    """A review with everything staff need to know."""

    booking_id: str
    student_id: str
    instructor_id: str
    instructor_name: str = Field(description='Like "Maya O.".')
    state: ReviewState
    lesson_completed_at: datetime
    hidden_at: datetime | None
    hidden_by: str | None = Field(description="Who hid it; null for the system and a terminal.")
    hidden_reason: HideReason | None
    hidden_note: str | None
    withdrawn_at: datetime | None


class RatingCard(View):
    """What an instructor's published reviews come to, in the fewest words."""

    count: int
    mean: float | None = Field(description="1 to 5, two decimals; null without reviews.")


class StarsView(View):
    """How many reviews give so many stars."""

    stars: int
    count: int


class ServiceRatingView(RatingCard):
    """What the reviews of one service come to."""

    service_id: str
    service_name: str
    weighted_mean: float


class RatingView(RatingCard):
    """What an instructor's published reviews come to."""

    instructor_id: str
    weighted_mean: float = Field(
        description="The mean that ranks: as if five more students had given what all reviews of"
        " the marketplace give on average."
    )
    distribution: list[StarsView] = Field(description="From five stars to one.")
    services: list[ServiceRatingView] = Field(description="Those with reviews, most first.")


class RatedCardView(PublicCardView):
    """An instructor in a list, with what students think."""

    rating: RatingCard


class RatedProfileView(PublicProfileView):
    """An instructor as everybody may see them, with what students think."""

    rating: RatingCard
