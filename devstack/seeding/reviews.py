"""What students said of the lessons they took, and what instructors answered.

Everything is as the product would have taken it: within 30 days of a completed lesson, one review
each, words without addresses, answers to what can be seen. Written with dice of its own, so that
the rest of the world stays as it is.
"""

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import accumulate
from random import Random

import psycopg

from devstack.seeding.copying import copy_rows
from devstack.seeding.world import Lesson, World
from instainstru_core.domains.bookings.types import BookingStatus
from instainstru_core.domains.reviews.policy import rules
from instainstru_core.domains.reviews.types import HideReason, ReviewState

COLUMNS = (
    "id", "booking_id", "student_id", "instructor_id", "service_id", "service_name", "stars",
    "text", "state", "lesson_completed_at", "written_at", "response", "responded_at", "hidden_at",
    "hidden_by", "hidden_reason", "withdrawn_at",
)  # fmt: skip
TOTALS = """
INSERT INTO review_totals (
    instructor_id, count, star_sum, one_star, two_stars, three_stars, four_stars, five_stars,
    updated_at
)
SELECT instructor_id, count(*), sum(stars), count(*) FILTER (WHERE stars = 1),
    count(*) FILTER (WHERE stars = 2), count(*) FILTER (WHERE stars = 3),
    count(*) FILTER (WHERE stars = 4), count(*) FILTER (WHERE stars = 5), max(written_at)
FROM reviews WHERE state = 'published' GROUP BY instructor_id
"""
SERVICE_TOTALS = """
INSERT INTO review_service_totals (instructor_id, service_id, count, star_sum, updated_at)
SELECT instructor_id, service_id, count(*), sum(stars), max(written_at)
FROM reviews WHERE state = 'published' GROUP BY instructor_id, service_id
"""

REVIEWED = 0.42
WORDY = 0.62
ANSWERED = 0.34
WITHDRAWN = 0.004
HIDDEN = 0.003
MANNERS = (
    (0, 0, 2, 18, 80),
    (1, 1, 4, 26, 68),
    (1, 3, 9, 34, 53),
    (4, 8, 20, 36, 32),
)
"""How often each number of stars is given, for four kinds of instructors, the best first."""
KINDS = (0.35, 0.75, 0.93, 1.0)

PRAISE = (
    "Patient, clear, and fun. We booked the next lesson right away.",
    "Explains everything twice without ever sighing.",
    "My daughter could not stop talking about it at dinner.",
    "Came prepared, listened to what I wanted, and left me with something to practice.",
    "The best hour of my week.",
    "I learned more in one lesson than in a month by myself.",
    "Calm and kind with a very shy eight-year-old.",
    "Great ear, great sense of humor, always on time.",
    "Knows the subject inside out and makes it look easy.",
    "We tried three people before. This is the one.",
)
MIXED = (
    "Good lesson, though we started ten minutes late.",
    "Solid and friendly. I would have liked more time for questions.",
    "Nice teacher, a bit fast for a beginner.",
    "Helpful, but the room was loud.",
    "Fine for a first lesson. We will see.",
)
BLAME = (
    "Not prepared, and looking at the phone all the time.",
    "Far too advanced for what we had agreed on.",
    "Arrived late and left early.",
    "I could not follow, and asking did not help.",
)
ANSWERS = (
    "Thank you, it is a joy to teach you!",
    "Thanks for the kind words. See you next week.",
    "Thank you. Keep practicing slowly, it pays off.",
    "I am glad it helped!",
)
SORRY = (
    "I am sorry, that was not my best day. Let me make it up to you.",
    "Thank you for telling me. I will plan more time for it.",
)


@dataclass(frozen=True, slots=True)
class Voice:
    """What somebody says at one moment."""

    stars: int
    text: str | None
    at: datetime


def write_reviews(connection: psycopg.Connection, world: World, staff_id: str) -> int:
    """Reviews of completed lessons, and what they come to. Returns how many there are."""
    written = copy_rows(connection, "reviews", COLUMNS, _rows(world, staff_id))
    connection.execute(TOTALS)
    connection.execute(SERVICE_TOTALS)
    return written


def _rows(world: World, staff_id: str) -> Iterator[tuple[object, ...]]:
    dice = Random(world.money_seed ^ 0x5EED)  # noqa: S311 - demo data, not secrets
    manners = {one.id: _manner(dice) for one in world.instructors}
    for lesson in world.lessons:
        if lesson.status is not BookingStatus.COMPLETED or dice.random() >= REVIEWED:
            continue
        said = _said(world, lesson, manners[lesson.instructor.id], dice)
        if said is not None:
            yield _row(world, lesson, said, staff_id, dice)


def _row(
    world: World, lesson: Lesson, said: Voice, staff_id: str, dice: Random
) -> tuple[object, ...]:
    fate = dice.random()
    state = ReviewState.PUBLISHED
    later = min(said.at + timedelta(hours=dice.uniform(2, 90)), world.now)
    if fate < WITHDRAWN:
        state = ReviewState.WITHDRAWN
    elif fate < WITHDRAWN + HIDDEN:
        state = ReviewState.HIDDEN
    answer = _answer(said, dice) if state is ReviewState.PUBLISHED else None
    hidden = state is ReviewState.HIDDEN
    return (
        world.id_of(said.at, dice),
        lesson.id,
        lesson.student.id,
        lesson.instructor.id,
        lesson.offering.service.id,
        lesson.offering.service.name,
        said.stars,
        said.text,
        state.value,
        lesson.ends_at,
        said.at,
        answer,
        later if answer else None,
        later if hidden else None,
        staff_id if hidden else None,
        HideReason.OFF_TOPIC.value if hidden else None,
        later if state is ReviewState.WITHDRAWN else None,
    )


def _said(world: World, lesson: Lesson, manner: list[int], dice: Random) -> Voice | None:
    """What the student says, mostly within days; nothing where that would be in the future."""
    after = timedelta(hours=1 + dice.expovariate(1 / 60))
    at = lesson.ends_at + min(after, rules.WINDOW)
    stars = 1 + bisect_left(manner, dice.random() * manner[-1])
    wordy, words = dice.random() < WORDY, _words(stars)
    text = dice.choice(words) if wordy else None
    return Voice(stars, text, at) if at <= world.now else None


def _words(stars: int) -> tuple[str, ...]:
    return {5: PRAISE, 4: PRAISE + MIXED, 3: MIXED}.get(stars, BLAME)


def _answer(said: Voice, dice: Random) -> str | None:
    if said.text is None or dice.random() >= ANSWERED:
        return None
    return dice.choice(ANSWERS if said.stars > 3 else SORRY)


def _manner(dice: Random) -> list[int]:
    """How generously the students of one instructor give stars."""
    return list(accumulate(MANNERS[bisect_left(KINDS, dice.random())]))
