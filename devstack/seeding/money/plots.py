"""Four things that went wrong with money, planted like those of `incidents`.

Each is described in docs/demo.md together with the question that finds it.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta

from devstack.seeding.money.afterwards import Aftermath
from devstack.seeding.money.people import Account, Payees
from devstack.seeding.money.state import Life
from devstack.seeding.world import Instructor, Lesson, World
from instainstru_core.domains.bookings.policy import agenda
from instainstru_core.domains.bookings.types import BookingStatus
from instainstru_core.domains.payments.types import IdentityStatus

DISABLED = 4
DISABLED_WITHIN = timedelta(days=6)
CONTESTED_AGO = timedelta(days=2, hours=5)
OTHERS_OPEN = (timedelta(days=4, hours=3), timedelta(days=11))
UNHEARD = 3


class Plots:
    """Chooses whom it happens to."""

    def __init__(
        self, world: World, payees: Payees, by_student: Mapping[str, list[Lesson]]
    ) -> None:
        self._world = world
        self._payees = payees
        self._by_student = by_student

    def disable_accounts(self) -> list[Account]:
        """This week Stripe stopped the accounts of four instructors; their payouts wait.

        Each account was stopped after its owner was booked for the last time: nobody can pay for a
        lesson with somebody who cannot be paid.
        """
        now = self._world.now
        booked: dict[str, list[Lesson]] = {}
        for lesson in self._world.lessons:
            if not lesson.instructor.never_sleeps:
                booked.setdefault(lesson.instructor.id, []).append(lesson)
        waiting: Counter[str] = Counter()
        since = {
            instructor_id: max(
                max(lesson.created_at for lesson in lessons) + timedelta(minutes=10),
                now - DISABLED_WITHIN,
            )
            for instructor_id, lessons in booked.items()
        }
        for instructor_id, lessons in booked.items():
            waiting[instructor_id] = sum(
                lesson.status is BookingStatus.COMPLETED
                and since[instructor_id] <= lesson.ends_at + agenda.DISPUTE_WINDOW
                for lesson in lessons
            )
        wanted = self._world.scaled(DISABLED)
        found: list[Account] = []
        for instructor_id, count in sorted(waiting.items(), key=lambda pair: (-pair[1], pair[0])):
            if count and len(found) < wanted:
                account = self._payees.accounts[instructor_id]
                account.disable(since[instructor_id])
                found.append(account)
        return found

    def uncollected(self) -> frozenset[str]:
        """The last lesson of a student, a week ago, that no card ever paid for."""
        now = self._world.now
        latest = now - agenda.DISPUTE_WINDOW - agenda.ESCALATE_AFTER - timedelta(hours=6)
        for lesson in reversed(self._world.lessons):
            mine = self._by_student[lesson.student.id]
            account = self._payees.accounts[lesson.instructor.id]
            if (
                lesson.status is BookingStatus.COMPLETED
                and lesson.ends_at < latest
                and account.is_ready
                and lesson is max(mine, key=lambda one: one.starts_at)
                and all(one.created_at <= lesson.starts_at for one in mine)
            ):
                return frozenset({lesson.id})
        return frozenset()

    def contest(self, plain: Sequence[Life], used: set[int], after: Aftermath) -> Iterator[Life]:
        """Open chargebacks: one of the day before yesterday, whose payout came back, and older."""
        now = self._world.now
        for ago in (CONTESTED_AGO, *OTHERS_OPEN):
            life = self._to_contest(plain, used, ago)
            if life is not None:
                used.add(id(life))
                after.contest(life, now - ago, None, won=False, reason="fraudulent")
                yield life

    def unheard(self) -> list[Account]:
        """Three instructors whose identity was verified, but nobody here heard of it."""
        live = [one for one in self._world.instructors if one.is_live]
        wanted = self._world.scaled(UNHEARD)
        found: list[Account] = []
        for person in sorted(live, key=_joined, reverse=True):
            account = self._payees.accounts.get(person.id)
            if account is not None and account.is_ready and len(found) < wanted:
                account.check = IdentityStatus.PROCESSING
                found.append(account)
        return found

    def _to_contest(self, plain: Sequence[Life], used: set[int], ago: timedelta) -> Life | None:
        opened = self._world.now - ago
        for life in reversed(plain):
            settled = life.row.settled_at
            if (
                settled is not None
                and settled < opened - timedelta(days=1)
                and id(life) not in used
                and self._payees.accounts[life.row.instructor_id].is_ready
            ):
                return life
        return None


def _joined(person: Instructor) -> tuple[float, str]:
    return person.created_at.timestamp(), person.id
