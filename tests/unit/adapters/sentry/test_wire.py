"""Sentry's documented shapes as we read them: from browsers too, with nulls wherever allowed."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from instainstru_core.adapters.sentry import wire
from instainstru_core.domains.observability.errors import SentryUnreachable

ISSUE: dict[str, Any] = {
    "id": "71",
    "shareId": "5f3a",
    "shortId": "WEB-SHOP-1Z",
    "title": "ChunkLoadError: Loading chunk 7 failed.",
    "culprit": "/lessons/:id in loadChunk",
    "permalink": "https://shop.sentry.example/issues/71/?project=9&notification_uuid=5f3a",
    "logger": None,
    "level": "error",
    "status": "ignored",
    "statusDetails": {"ignoreCount": 3},
    "substatus": "archived_until_condition_met",
    "isPublic": False,
    "platform": "javascript",
    "project": {"id": "9", "name": "Web shop", "slug": "web-shop", "platform": "javascript"},
    "type": "error",
    "metadata": {"type": "ChunkLoadError", "value": "Loading chunk 7 failed."},
    "numComments": 2,
    "assignedTo": {"type": "user", "id": "4", "name": "Ana Ruiz", "email": "ana@example.org"},
    "isBookmarked": False,
    "isSubscribed": True,
    "hasSeen": True,
    "annotations": [],
    "count": "1873",
    "userCount": 642,
    "firstSeen": "2026-06-10T08:00:00Z",
    "lastSeen": "2026-06-15T13:59:59.120000Z",
    "stats": {"24h": [[1781500000, 12]]},
    "lifetime": {
        "count": "20411",
        "userCount": 9120,
        "firstSeen": "2026-01-02T03:04:05Z",
        "lastSeen": "2026-06-15T13:59:59.120000Z",
        "stats": None,
    },
    "filtered": None,
}
EVENT: dict[str, Any] = {
    "id": "811",
    "eventID": "c0ffee00c0ffee00c0ffee00c0ffee00",
    "groupID": "71",
    "projectID": "9",
    "size": 9077,
    "dist": None,
    "title": "ChunkLoadError: Loading chunk 7 failed.",
    "message": "",
    "platform": "javascript",
    "type": "error",
    "metadata": {"type": "ChunkLoadError", "value": "Loading chunk 7 failed."},
    "dateCreated": "2026-06-15T13:59:59.120000Z",
    "dateReceived": "2026-06-15T14:00:00.003000Z",
    "tags": [
        {"key": "browser", "value": "Firefox 140.0", "_meta": None},
        {"key": "environment", "value": "production"},
        {"key": "level", "value": "fatal"},
        {"key": "release", "value": "web@3.1.0"},
        {"key": "user", "value": "ip:203.0.113.9", "query": "user.ip:203.0.113.9"},
    ],
    "user": {
        "id": None,
        "email": "ana@example.org",
        "username": "ana",
        "name": "Ana Ruiz",
        "ip_address": "203.0.113.9",
        "data": {"plan": "gold"},
    },
    "release": {"version": "web@3.1.1", "authors": []},
    "contexts": {"browser": {"name": "Firefox"}},
    "context": {"cart": ["secret"]},
    "errors": [{"type": "js_invalid_source", "message": "", "data": {}}],
    "entries": [
        {"type": "breadcrumbs", "data": {"values": [{"message": "typed hunter2"}]}},
        {
            "type": "exception",
            "data": {
                "hasSystemFrames": True,
                "excOmitted": None,
                "values": [
                    None,
                    {
                        "type": "ChunkLoadError",
                        "value": "Loading chunk 7 failed.",
                        "module": None,
                        "threadId": None,
                        "mechanism": {"type": "onunhandledrejection", "handled": False},
                        "stacktrace": {
                            "framesOmitted": None,
                            "frames": [
                                {
                                    "function": None,
                                    "filename": "/static/app.js",
                                    "absPath": "https://cdn.example/static/app.js",
                                    "module": None,
                                    "lineNo": 1,
                                    "colNo": 88_800,
                                    "inApp": False,
                                    "context": [[1, "{snip}"]],
                                    "vars": {"password": "hunter2"},
                                },
                                {
                                    "function": "loadChunk",
                                    "filename": None,
                                    "module": "src/chunks",
                                    "lineNo": None,
                                    "inApp": True,
                                    "vars": None,
                                },
                            ],
                        },
                        "rawStacktrace": {"frames": []},
                    },
                    {"type": None, "value": None, "mechanism": None, "stacktrace": None},
                ],
            },
        },
        {
            "type": "request",
            "data": {
                "method": None,
                "url": "https://shop.example/lessons/7",
                "query": [["token", "t0ps3cret"]],
                "headers": [
                    ["User-Agent", "Mozilla/5.0"],
                    ["Referer", "https://shop.example/?q=x"],
                ],
                "cookies": [["session", "t0ps3cret"]],
                "data": {"card": "4242"},
                "env": None,
                "fragment": None,
            },
        },
    ],
    "_meta": {"entries": {}},
}


def issue(**changes: Any) -> Any:
    return wire.issue_view(wire.read(wire.Issue, json.dumps(ISSUE | changes).encode()))


def event(**changes: Any) -> Any:
    return wire.event_view(wire.read(wire.Event, json.dumps(EVENT | changes).encode()))


class TestAnIssue:
    def test_counts_its_window_and_tells_of_its_whole_life(self) -> None:
        found = issue()
        assert (found.events, found.users) == (1873, 642)
        assert found.first_seen == datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
        assert (found.short_id, found.status, found.project) == (
            "WEB-SHOP-1Z",
            "ignored",
            "web-shop",
        )
        assert found.url is not None
        assert "5f3a" not in found.url

    @pytest.mark.parametrize("count", [150, "150"], ids=["number", "text"])
    def test_may_have_its_count_as_a_text_or_as_a_number(self, count: object) -> None:
        assert issue(count=count).events == 150

    def test_may_lack_what_is_collapsed(self) -> None:
        bare = {key: ISSUE[key] for key in ("id", "project")}
        found = wire.issue_view(wire.read(wire.Issue, json.dumps(bare).encode()))
        assert (found.events, found.users, found.first_seen, found.level) == (
            None,
            None,
            None,
            "unknown",
        )


class TestAnEvent:
    def test_of_a_browser_is_read(self) -> None:
        found = event()
        assert found.id == EVENT["eventID"]
        assert (found.level, found.environment, found.release) == (
            "fatal",
            "production",
            "web@3.1.1",
        )
        first, second = found.exceptions
        assert first.frames == [
            "/static/app.js:1 in ? (library)",
            "src/chunks in loadChunk",
        ]
        assert (first.handled, second.type, second.frames) == (False, "Error", [])
        assert found.request == "https://shop.example/lessons/7"
        assert found.headers == {"User-Agent": "Mozilla/5.0", "Referer": "[hidden]"}
        assert (found.user, found.message) == ("a…@example.org", None)

    def test_shows_nothing_that_was_not_asked_for_by_name(self) -> None:
        text = str(event())
        for secret in ("hunter2", "t0ps3cret", "4242", "203.0.113.9", "gold", "Ruiz", "cart"):
            assert secret not in text

    @pytest.mark.parametrize(
        "changes",
        [
            {"entries": None, "tags": None, "user": None, "release": None},
            {"entries": [{"type": "exception", "data": None}, {"type": "request", "data": []}]},
            {"entries": [{"type": "exception", "data": {"values": None}}], "dateCreated": None},
        ],
    )
    def test_may_lack_almost_everything(self, changes: dict[str, Any]) -> None:
        found = event(**changes)
        assert (found.exceptions, found.request) == ([], None)
        assert found.title == "ChunkLoadError: Loading chunk 7 failed."


@pytest.mark.parametrize("body", [b"", b"<html>", b"{}", b"[]", b'{"id": 1'])
def test_what_is_not_sentrys_is_refused_and_never_empty(body: bytes) -> None:
    with pytest.raises(SentryUnreachable):
        wire.read(wire.Issue, body)
    with pytest.raises(SentryUnreachable):
        wire.read_list(wire.Issues, b'{"detail": "odd"}')
