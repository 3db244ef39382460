"""Background checks of the demo's instructors, and the steps that go with them.

Who is live was checked and proved who they are before; some of the others wait for their check.
The dice are each person's own, so that the rest of the world stays as it is without them.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from random import Random

import psycopg

from devstack.seeding.copying import copy_rows
from devstack.seeding.world import Instructor, World
from instainstru_core.domains.background_checks.policy import RENEWABLE, valid_until
from instainstru_core.domains.background_checks.types import CheckStatus
from instainstru_core.domains.instructors.types import FUNNEL, Milestone

COLUMNS = (
    "id",
    "user_id",
    "candidate_id",
    "invitation_id",
    "report_id",
    "status",
    "consented_at",
    "ordered_at",
    "completed_at",
    "valid_until",
    "looked_at",
)
OPEN = (
    CheckStatus.INVITED,
    CheckStatus.PENDING,
    CheckStatus.CONSIDER,
    CheckStatus.SUSPENDED,
)
BEGAN, CLEARED = 0.7, 0.4
SHARES = {
    Milestone.BGC_INITIATED: 0.3,
    Milestone.BGC_COMPLETED: 0.6,
    Milestone.IDENTITY_VERIFIED: 0.8,
}
"""Where between setting up services and going live each step was taken."""


def be_checked(world: World, person: Instructor) -> None:
    """Add the steps of the check and of the proof of identity, in order."""
    reached = dict(person.milestones)
    configured, live = reached.get(Milestone.SERVICES_CONFIGURED), person.live_since
    if configured is None:
        return
    if live is not None:
        steps = [(step, configured + (live - configured) * at) for step, at in SHARES.items()]
    else:
        steps = list(_so_far(world, person, configured))
    place = FUNNEL.index(Milestone.SERVICES_CONFIGURED) + 1
    person.milestones[place:place] = steps


def write_checks(
    connection: psycopg.Connection, world: World, people: Iterable[Instructor]
) -> None:
    """A check for everybody who began one, and another before a clear one runs out."""
    copy_rows(
        connection,
        "background_checks",
        COLUMNS,
        (row for person in people for row in _checks(world, person)),
    )


def _so_far(
    world: World, person: Instructor, configured: datetime
) -> Iterator[tuple[Milestone, datetime]]:
    dice = Random(person.id)  # noqa: S311 - a demo
    began = configured + timedelta(hours=5)
    done = began + timedelta(days=3)
    if dice.random() < BEGAN and began < world.now:
        yield Milestone.BGC_INITIATED, began
        if dice.random() < CLEARED and done < world.now:
            yield Milestone.BGC_COMPLETED, done


def _checks(world: World, person: Instructor) -> Iterator[tuple[object, ...]]:
    reached = dict(person.milestones)
    began, done = (reached.get(step) for step in (Milestone.BGC_INITIATED, Milestone.BGC_COMPLETED))
    if began is None:
        return
    dice = Random(person.id)  # noqa: S311
    if done is None:
        yield _row(world, person, dice, dice.choice(OPEN), began=began, done=None)
    while done is not None:
        yield _row(world, person, dice, CheckStatus.CLEAR, began=began, done=done)
        began = valid_until(done) - RENEWABLE
        done = began + timedelta(days=3) if began + timedelta(days=3) < world.now else None


def _row(
    world: World,
    person: Instructor,
    dice: Random,
    status: CheckStatus,
    *,
    began: datetime,
    done: datetime | None,
) -> tuple[object, ...]:
    known = Random(person.id).getrandbits(96)  # noqa: S311
    has_report = status is not CheckStatus.INVITED
    if status is CheckStatus.CONSIDER:
        done = began + timedelta(days=3)
    return (
        world.id_of(began, dice),
        person.id,
        f"{known:024x}",
        f"{dice.getrandbits(96):024x}",
        f"{dice.getrandbits(96):024x}" if has_report else None,
        status.value,
        began,
        began,
        done,
        valid_until(done) if done is not None and status is CheckStatus.CLEAR else None,
        done or began,
    )
