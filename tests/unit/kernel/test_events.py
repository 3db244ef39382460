"""Events survive the way through JSON."""

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime

import pytest

from instainstru_core.kernel.events import Event, UnknownEvent, decode, encode


@dataclass(frozen=True, slots=True, kw_only=True)
class LanternLit(Event):
    lantern_id: str
    lit_at: datetime
    lit_on: date | None = None
    count: int = 1


def test_an_event_is_the_same_after_the_wire() -> None:
    event = LanternLit(
        lantern_id="l1", lit_at=datetime(2026, 6, 1, 12, tzinfo=UTC), lit_on=date(2026, 6, 1)
    )
    assert decode("LanternLit", json.loads(json.dumps(encode(event)))) == event


def test_fields_that_newer_code_wrote_are_ignored() -> None:
    payload = {"lantern_id": "l1", "lit_at": "2026-06-01T12:00:00+00:00", "color": "red"}
    assert decode("LanternLit", payload) == LanternLit(
        lantern_id="l1", lit_at=datetime(2026, 6, 1, 12, tzinfo=UTC)
    )


def test_an_unknown_name_is_said() -> None:
    with pytest.raises(UnknownEvent):
        decode("LanternStolen", {})


def test_two_events_of_one_name_are_refused() -> None:
    with pytest.raises(TypeError, match="LanternLit is an event of"):
        type("LanternLit", (Event,), {"__module__": "elsewhere"})
