"""What must never reach a log line."""

from collections.abc import Iterator

import pytest

from instainstru_core.kernel import log
from instainstru_core.kernel.log import HIDDEN, redact, redacted


class TestRedacted:
    @pytest.mark.parametrize(
        ("text", "clean"),
        [
            ("Authorization: Bearer abcdefghijklmnop", f"Authorization: Bearer {HIDDEN}"),
            ("mail maya.chen@learn.example now", "mail m…@learn.example now"),
            ("call +1 212-555-0142 now", "call [phone] now"),
            ("call +12125550142 now", "call [phone] now"),
            ("phone=+442071838750, zone +0000", "phone=[phone], zone +0000"),
            ("postgresql://u:pa55w0rd@db/x", f"postgresql://u:{HIDDEN}@db/x"),
            ("password=hunter2, retry=3", f"password={HIDDEN}, retry=3"),
            ("GET /x?token=abc&page=2", f"GET /x?token={HIDDEN}&page=2"),
            ("api_key='k1' and tokens are lost", f"api_key='{HIDDEN}' and tokens are lost"),
            ("took 1234567890 ns", "took 1234567890 ns"),
            ("lesson on 2026-11-24 at 10:30", "lesson on 2026-11-24 at 10:30"),
        ],
    )
    def test_hides_credentials_and_people_and_nothing_else(self, text: str, clean: str) -> None:
        assert redacted(text) == clean

    def test_hides_the_rows_that_the_database_quotes(self) -> None:
        told = (
            'new row for relation "teaching_places" violates check constraint "ck"\n'
            "DETAIL:  Failing row contains (01JZ, 12 Elm Street, 40.71, -73.98).\n"
            "[SQL: INSERT]"
        )
        assert redacted(told) == (
            'new row for relation "teaching_places" violates check constraint "ck"\n'
            f"DETAIL:  {HIDDEN}\n"
            "[SQL: INSERT]"
        )

    def test_hides_a_json_web_token(self) -> None:
        assert redacted("t=eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ4In0.c2ln") == f"t={HIDDEN}"


class TestRedact:
    def test_hides_values_by_the_name_of_their_key_however_deep(self) -> None:
        event = {"outer": {"password": "hunter2", "list": ["a@b.example"]}, "client_secret": "s"}
        assert redact(None, "info", event) == {
            "outer": {"password": HIDDEN, "list": ["a…@b.example"]},
            "client_secret": HIDDEN,
        }

    def test_keeps_numbers_under_a_secret_sounding_name(self) -> None:
        assert redact(None, "info", {"tokens_used": 12}) == {"tokens_used": 12}


class TestTell:
    @pytest.fixture
    def heard(self) -> Iterator[list[tuple[str, object]]]:
        heard: list[tuple[str, object]] = []
        log.tell_of_exceptions(lambda failure, facts: heard.append((str(failure), facts["event"])))
        yield heard
        log._listeners.clear()

    def test_lets_the_listener_hear_of_errors_with_an_exception_alone(
        self, heard: list[tuple[str, object]]
    ) -> None:
        failure = ValueError("Broken.")
        triple = (ValueError, failure, None)
        for level in ("error", "critical", "warning", "info"):
            for given in (failure, triple, None, False):
                log.tell(None, level, {"event": level, "level": level, "exc_info": given})
        assert heard == [("Broken.", level) for level in ("error", "critical") for _ in range(2)]

    def test_finds_the_exception_that_is_being_handled(
        self, heard: list[tuple[str, object]]
    ) -> None:
        try:
            int("Broken.")
        except ValueError:
            log.tell(None, "error", {"event": "x", "level": "error", "exc_info": True})
        log.tell(None, "error", {"event": "y", "level": "error", "exc_info": True})
        assert heard == [("invalid literal for int() with base 10: 'Broken.'", "x")]

    def test_writes_the_line_whatever_the_listener_does(self) -> None:
        def broken(_failure: BaseException, _facts: object) -> None:
            raise LookupError

        log.tell_of_exceptions(broken)
        event = {"event": "x", "level": "error", "exc_info": ValueError()}
        assert log.tell(None, "error", event) is event
        log._listeners.clear()
