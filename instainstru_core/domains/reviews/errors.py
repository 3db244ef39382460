"""Ways reviews says no."""

from instainstru_core.kernel.errors import Conflict, Invalid, NotFound


class ReviewNotFound(NotFound):
    code = "reviews.not_found"


class LessonNotFound(NotFound):
    code = "reviews.lesson_not_found"


class LessonNotCompleted(Conflict):
    code = "reviews.lesson_not_completed"


class LessonNotTaken(Conflict):
    code = "reviews.lesson_not_taken"


class ReviewTooLate(Conflict):
    code = "reviews.too_late"


class AlreadyReviewed(Conflict):
    code = "reviews.already_reviewed"


class ReviewAnswered(Conflict):
    code = "reviews.answered"


class ReviewNotPublished(Conflict):
    code = "reviews.not_published"


class AnswerTooLate(Conflict):
    code = "reviews.answer_too_late"


class ReviewHiddenAlready(Conflict):
    code = "reviews.hidden_already"


class ReviewNotHidden(Conflict):
    code = "reviews.not_hidden"


class ReviewWithdrawn(Conflict):
    code = "reviews.withdrawn"


class WordsTooLong(Invalid):
    code = "reviews.words_too_long"


class WordsTooShort(Invalid):
    code = "reviews.words_too_short"


class WordsMeaningless(Invalid):
    code = "reviews.words_meaningless"


class NothingToChange(Invalid):
    code = "reviews.nothing_to_change"
