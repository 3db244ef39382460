"""Calendars, from the terminal."""

from datetime import date, timedelta

import pytest

from instainstru_core.domains.access import service as access
from instainstru_core.domains.access.types import Role
from instainstru_core.kernel.authority import SYSTEM
from instainstru_core.kernel.clock import utc_now
from instainstru_core.kernel.time import local_day, monday_of
from instainstru_core.runtime import Runtime
from tests.cli.conftest import Terminal
from tests.conftest import SetClock
from tests.factories import availability, instructors

ONE_DAY = timedelta(days=1)


@pytest.fixture
def next_monday() -> date:
    """The terminal reads the clock on the wall, so that days are counted from today."""
    return monday_of(local_day(utc_now())) + 7 * ONE_DAY


@pytest.fixture
def teacher(committed_runtime: Runtime, clock: SetClock, next_monday: date) -> str:
    """Somebody who teaches on the next two Mondays, the evening online only."""
    clock.now = utc_now()
    with committed_runtime.begin(SYSTEM) as uow:
        found = instructors.live_instructor(uow, open_days=0)
        access.grant_role(uow, found.id, Role.INSTRUCTOR)
        for day in (next_monday, next_monday + 7 * ONE_DAY):
            availability.open_day(uow, found.id, day, "09:00-12:00", "18:00-20:00 online_only")
    return found.id


def test_a_week_is_shown_with_its_tags(terminal: Terminal, teacher: str, next_monday: date) -> None:
    found = terminal("availability", "week", teacher, str(next_monday + 2 * ONE_DAY), "--json")
    assert found.code == 0, found.err
    assert found.json["days"][0]["hours"] == [
        {"start": "09:00", "end": "12:00", "tag": "any"},
        {"start": "18:00", "end": "20:00", "tag": "online_only"},
    ]
    shown = terminal("availability", "week", teacher, str(next_monday)).out
    assert "09:00-12:00, 18:00-20:00 (online only)" in shown


def test_free_times_are_those_of_the_public(
    terminal: Terminal, teacher: str, next_monday: date
) -> None:
    days = ("--first", str(next_monday), "--last", str(next_monday))
    found = terminal("availability", "free", teacher, *days, "--json")
    assert [window["start"] for window in found.json["days"][0]["windows"]] == ["09:00"]
    online = terminal(
        "availability", "free", teacher, *days, "--format", "online", "--detail", "summary"
    )
    assert "morning, evening" in online.out


def test_blackouts_are_added_listed_and_removed(
    terminal: Terminal, teacher: str, next_monday: date
) -> None:
    day = str(next_monday)
    added = terminal(
        "availability", "blackouts", "add", teacher, day, "--reason", "Concert", "--yes"
    )
    assert (added.code, added.out) == (0, "1 of 1 days were marked.\n")
    listed = terminal("availability", "blackouts", "list", teacher, "--json")
    assert listed.json["items"] == [{"day": day, "reason": "Concert"}]
    free = terminal("availability", "free", teacher, "--first", day, "--last", day)
    assert "blackout" in free.out
    assert terminal("availability", "blackouts", "remove", teacher, day, "--yes").code == 0
    again = terminal("availability", "blackouts", "remove", teacher, day, "--yes", "--json")
    assert (again.code, again.problem["code"]) == (1, "availability.blackout_not_found")


def test_a_week_is_copied_once_agreed(terminal: Terminal, teacher: str, next_monday: date) -> None:
    to = next_monday + 14 * ONE_DAY
    words = ("availability", "copy", teacher, str(next_monday), str(to))
    assert terminal(*words, "--json").problem["code"] == "cli.declined"
    copied = terminal(*words, "--yes", "--json")
    assert copied.code == 0, copied.err
    assert [each["result"] for each in copied.json["items"]] == ["applied"] + ["unchanged"] * 6
    assert copied.json["days"][0]["hours"][1]["tag"] == "online_only"
