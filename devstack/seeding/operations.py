"""The demo's invites, staff, service client and record of background tasks."""

import hashlib
from collections.abc import Iterator
from datetime import datetime, timedelta

import psycopg

from devstack.seeding.copying import copy_rows
from devstack.seeding.incidents import (
    EXPIRING_INVITES,
    FAILED_NIGHTS,
    PENDING_FOUNDING_INVITES,
)
from devstack.seeding.world import World, latest_night, night_before
from devstack.seeding.writing import USER_COLUMNS
from instainstru_core.domains.access.policy import digest_of
from worker.tasks.bookings import EVALUATE_TIERS
from worker.tasks.credits import EXPIRE
from worker.tasks.kernel import FORGET_KEYS
from worker.tasks.payments import AUDIT_SCHEDULES, RECONCILE

ADMIN_EMAIL = "admin@instainstru.example"
INVITE_COLUMNS = (
    "id", "code", "email", "grants_founding", "created_at", "expires_at", "used_at", "used_by",
    "revoked_at",
)  # fmt: skip
TASK_COLUMNS = (
    "task_id", "attempt", "task_name", "queue", "worker", "state", "received_at", "started_at",
    "finished_at", "duration_ms", "error_type", "error_text",
)  # fmt: skip
CODE_ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
FAILING_TASK = EVALUATE_TIERS.name
HOURLY_TASK = FORGET_KEYS.name
TRIES = EVALUATE_TIERS.retries + 1
OUT_OF_TIME = "canceling statement due to statement timeout"
NIGHTLY = ((AUDIT_SCHEDULES, timedelta(minutes=-10)), (EXPIRE, timedelta(minutes=20)),
           (RECONCILE, timedelta(minutes=90)))  # fmt: skip
"""The nightly jobs on money, and when they run beside the evaluation of tiers."""


def write_staff(connection: psycopg.Connection, world: World, password_hash: str) -> str:
    """One administrator. Returns their id."""
    opened = world.opened_at
    admin = world.id_at(opened)
    row = (
        admin, ADMIN_EMAIL, None, password_hash, "Robin", "Keeper", None, "10001",
        "America/New_York", "active", opened, None,
    )  # fmt: skip
    copy_rows(connection, "users", USER_COLUMNS, [row])
    copy_rows(
        connection, "role_grants", ("user_id", "role", "granted_at"), [(admin, "admin", opened)]
    )
    return admin


def write_service_client(
    connection: psycopg.Connection, world: World, client_id: str, client_secret: str
) -> None:
    """The program that the tour and a person's LLM client sign in as."""
    copy_rows(
        connection,
        "service_clients",
        ("client_id", "name", "secret_digest", "scopes", "created_at"),
        [
            (
                client_id,
                "Demo copilot",
                digest_of(client_secret),
                ["mcp:comms", "mcp:money", "mcp:read", "mcp:write"],
                world.opened_at,
            )
        ],
    )


def write_invites(connection: psycopg.Connection, world: World) -> None:
    """Used, pending, expired and soon expiring invites."""
    copy_rows(connection, "invites", INVITE_COLUMNS, _invites(world))


def _invites(world: World) -> Iterator[tuple[object, ...]]:
    dice = world.dice
    for person in world.instructors[:400]:
        if person.founding_slot is not None or dice.random() < 0.3:
            sent = person.created_at - timedelta(days=dice.uniform(0.2, 9))
            yield _invite(
                world,
                person.email,
                sent,
                14,
                founding=person.founding_slot is not None,
                used=(person.created_at, person.id),
            )
    share = min(1.0, world.scale.instructors / 300)
    for number in range(round(28 * share) + 2):
        sent = world.now - timedelta(days=dice.uniform(16, 200))
        yield _invite(world, f"late.{number}@invited.example", sent, 14)
    for number in range(PENDING_FOUNDING_INVITES):
        sent = world.now - timedelta(days=dice.uniform(1, 8))
        yield _invite(world, f"founder.{number}@invited.example", sent, 14, founding=True)
    for number in range(EXPIRING_INVITES):
        sent = world.now - timedelta(days=12, hours=dice.uniform(1, 40))
        yield _invite(world, f"wave.{number}@invited.example", sent, 14)


def _invite(
    world: World,
    email: str,
    sent: datetime,
    days: int,
    *,
    founding: bool = False,
    used: tuple[datetime, str] | None = None,
) -> tuple[object, ...]:
    code = "".join(world.dice.choices(CODE_ALPHABET, k=8))
    at, by = used or (None, None)
    return (
        world.id_at(sent), code, email, founding, sent, sent + timedelta(days=days), at, by, None,
    )  # fmt: skip


def write_tasks(connection: psycopg.Connection, world: World) -> None:
    """Two weeks of nightly and hourly tasks; the tier evaluation has been failing."""
    copy_rows(connection, "task_executions", TASK_COLUMNS, _tasks(world))


def _tasks(world: World) -> Iterator[tuple[object, ...]]:
    dice = world.dice
    for back in range(13, -1, -1):
        night = night_before(latest_night(world.now), back)
        if back < FAILED_NIGHTS:
            yield from _failing(night)
        else:
            yield _task(FAILING_TASK, night, night, int(dice.uniform(400, 900)))
        for job, later in NIGHTLY:
            if night + later < world.now:
                took = int(dice.uniform(900, 4_000))
                yield _task(job.name, night + later, night + later, took)
        for hour in range(24):
            at = night + timedelta(hours=hour, minutes=10 + dice.randint(0, 2))
            if at < world.now:
                yield _task(HOURLY_TASK, at, at, int(dice.uniform(5, 40)))


def _failing(night: datetime) -> Iterator[tuple[object, ...]]:
    """A task that was tried again and again, and given up."""
    for attempt in range(1, TRIES + 1):
        at = night + timedelta(minutes=(attempt - 1) * 5)
        state = "failed" if attempt == TRIES else "retried"
        yield _task(
            FAILING_TASK, night, at, 15_000, attempt=attempt, state=state, error="OperationalError"
        )


def _task(
    name: str,
    scheduled: datetime,
    at: datetime,
    took_ms: int,
    *,
    attempt: int = 1,
    state: str = "succeeded",
    error: str | None = None,
) -> tuple[object, ...]:
    key = hashlib.sha256(f"{name}:{scheduled.isoformat()}".encode()).hexdigest()[:32]
    finished = at + timedelta(milliseconds=took_ms)
    return (
        key, attempt, name, "maintenance", "worker@demo", state, at, at, finished, took_ms, error,
        OUT_OF_TIME if error else None,
    )  # fmt: skip
