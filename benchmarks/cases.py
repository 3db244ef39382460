"""What is measured, one function for each door."""

import itertools
import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from benchmarks import world as worlds
from benchmarks.client import Call, Client
from benchmarks.compare import Comparison, Measure, compare, median_of
from benchmarks.queries import recorded
from benchmarks.results import Result
from benchmarks.servers import Server
from benchmarks.world import People, World
from devstack.seeding.world import PASSWORD
from instainstru_core import runtime as composition
from instainstru_core.domains.bookings import service as bookings
from instainstru_core.domains.bookings.schemas import BookLesson
from instainstru_core.domains.instructors.types import LessonFormat
from instainstru_core.kernel.authority import Actor, Permission
from instainstru_core.kernel.clock import utc_now
from instainstru_core.kernel.passwords import HASHER
from instainstru_core.kernel.time import local_day

BARE = "bare FastAPI, SELECT 1"
BOOKERS_PERMISSIONS = frozenset({Permission.BOOKINGS_CREATE, Permission.BOOKINGS_VIEW_OWN})


@dataclass(frozen=True, slots=True)
class Effort:
    """How often everything is repeated."""

    rounds: int
    block: int
    lessons: int


def api_results(
    world: World, api: Server, bare: Server, tuned: Server, effort: Effort
) -> list[Result]:
    """The HTTP API against a bare application; the detail also names the tuned one."""
    ours, peer, fast = Client(api.port), Client(bare.port), Client(tuned.port)
    chosen = worlds.people(world, ours)
    today = local_day(utc_now())
    one = Call("GET", "/")

    def against(measure: Measure) -> Comparison:
        return compare(measure, lambda: peer.timed(one), rounds=effort.rounds, block=effort.block)

    def ratio(what: str, measure: Measure, target: float) -> Result:
        found = against(measure)
        best = median_of(lambda: fast.timed(one), effort.block * 2)
        result = _ratio(what, BARE, found, target)
        detail = f"{result.detail}; {found.ours / best:.1f} x the peer on uvloop and httptools"
        return replace(result, detail=detail)

    def asking(path: str, headers: dict[str, str]) -> Measure:
        call = Call("GET", path, headers=headers)
        return lambda: ours.timed(call)

    results = [
        ratio("one booking", asking(f"/api/v1/bookings/{chosen.booking_id}", chosen.student), 3.0),
        ratio("list of 20 bookings", asking("/api/v1/bookings?limit=20", chosen.student), 5.0),
        ratio("save a week", _saving(ours, chosen, today), 6.0),
    ]
    _open_calendar(ours, chosen, today)
    starts = worlds.lesson_starts(today)
    return [
        *results,
        ratio("book a lesson", _booking(ours, chosen, starts), 10.0),
        _booking_statements(world, chosen, next(starts).isoformat()),
        _login(ours, chosen, effort),
    ]


def _ratio(what: str, against: str, found: Comparison, target: float) -> Result:
    low, high = found.spread
    times = f"{found.ours * 1000:.2f} ms to {found.peer * 1000:.2f} ms; rounds {low:.2f}-{high:.2f}"
    return Result(what, against, found.ratio, target, "x", times)


def _saving(api: Client, chosen: People, today: date) -> Measure:
    """Save the same week again and again, each time other hours, on the version of the last."""
    monday = today - timedelta(days=today.weekday()) + timedelta(days=7)
    path = f"/api/v1/availability/weeks/{monday}"
    version = json.loads(api.send(Call("GET", path, headers=chosen.teacher)))["version"]
    ends = itertools.cycle(("17:00", "18:00", "19:00"))

    def save() -> float:
        nonlocal version
        hours = [{"start": "09:00", "end": "12:00"}, {"start": "13:00", "end": next(ends)}]
        days = [
            {"day": (monday + timedelta(days=day)).isoformat(), "hours": hours} for day in range(7)
        ]
        call = worlds.put(path, {"version": version, "days": days}, chosen.teacher)
        started = time.perf_counter()
        answer = api.send(call)
        took = time.perf_counter() - started
        version = json.loads(answer)["version"]
        return took

    return save


def _open_calendar(api: Client, chosen: People, today: date) -> None:
    for monday, days in worlds.open_weeks(today):
        path = f"/api/v1/availability/weeks/{monday}"
        version = json.loads(api.send(Call("GET", path, headers=chosen.teacher)))["version"]
        api.send(worlds.put(path, {"version": version, "days": days}, chosen.teacher))


def _wish(chosen: People, starts_local: str) -> dict[str, object]:
    return {
        "offering_id": chosen.offering_id,
        "format": LessonFormat.ONLINE.value,
        "starts_local": starts_local,
        "duration_minutes": 60,
    }


def _booking(api: Client, chosen: People, starts: Iterator[datetime]) -> Measure:
    """Book one lesson after the other, each with an idempotency key."""

    def book() -> float:
        starts_local = next(starts).isoformat()
        headers = {**chosen.booker, "Idempotency-Key": f"benchmark-{starts_local}"}
        call = worlds.post("/api/v1/bookings", _wish(chosen, starts_local), headers, 201)
        return api.timed(call)

    return book


def _booking_statements(world: World, chosen: People, starts_local: str) -> Result:
    """Statements of one booking with a key, and the one that signs the caller in."""
    runtime = composition.build(world.settings)
    actor = Actor(id=chosen.student_id, permissions=BOOKERS_PERMISSIONS)
    command = BookLesson.model_validate(_wish(chosen, starts_local))

    def work() -> None:
        with runtime.begin(actor) as uow:
            bookings.create(uow, command, idempotency_key="statements")

    found = recorded(runtime.engine, work)
    runtime.close()
    detail = "BEGIN and COMMIT not counted; the caller's sign-in counted"
    return Result("book a lesson", "statements", found.statements + 1, 12, "", detail)


def _login(api: Client, chosen: People, effort: Effort) -> Result:
    hashed = HASHER.hash(PASSWORD)

    def verify() -> float:
        started = time.perf_counter()
        HASHER.verify(hashed, PASSWORD)
        return time.perf_counter() - started

    call = worlds.sign_in(chosen.teacher_email)
    found = compare(
        lambda: api.timed(call), verify, rounds=effort.rounds, block=max(5, effort.block // 2)
    )
    return _ratio("sign in", "bare Argon2 verification", found, 1.2)


def memory_results(servers: Sequence[tuple[str, Server, float]]) -> list[Result]:
    """Resident memory after the work, against a limit."""
    return [
        Result(
            f"memory of {name}",
            "resident set",
            server.megabytes(),
            limit,
            "MB",
            f"{server.mapped_megabytes():.0f} MB of it mapped files; after the measurements; with"
            " all child processes",
        )
        for name, server, limit in servers
    ]


def seed_result(world: World) -> Result:
    """How fast the seeder writes instructors with all their open days."""
    report = world.report
    rate = report.instructors / max(report.availability_seconds, 1e-9)
    days = f"{report.availability_days:,} days of {report.instructors} instructors"
    return Result("seed availability", "instructors a second", rate, 500, "/s", days, at_least=True)
