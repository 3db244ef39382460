"""What our client makes of what a Prometheus may answer. The vendor's words never get through."""

import json
import socket
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

import pytest
import stamina

from instainstru_core.adapters.prometheus import MAX_ANSWER_BYTES, HttpPrometheus
from instainstru_core.domains.observability.errors import (
    AnswerTooLarge,
    PrometheusNotConfigured,
    PrometheusTooSlow,
    PrometheusUnreachable,
    QueryFailed,
    QueryInvalid,
)
from instainstru_core.domains.observability.types import Found, Point, Series
from instainstru_core.kernel.errors import Refusal
from tests.patience import PATIENCE_SECONDS
from tests.processes import free_port

AT = datetime(2026, 6, 15, 14, 0, tzinfo=UTC)
SECRET = "hunter2 at https://user:pass@internal.example"


class Peer:
    """A server that gives the next answer of its script."""

    def __init__(self) -> None:
        self.script: list[tuple[int, bytes]] = []
        self.asked: list[tuple[str, dict[str, list[str]]]] = []
        peer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                size = int(self.headers["Content-Length"])
                peer.asked.append((self.path, parse_qs(self.rfile.read(size).decode())))
                status, body = peer.script.pop(0)
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def says(self, status: int, answer: object) -> None:
        body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        self.script.append((status, body))

    def finds(self, kind: str, result: object, **more: object) -> None:
        data = {"resultType": kind, "result": result}
        self.says(200, {"status": "success", "data": data, **more})


@pytest.fixture(autouse=True)
def _impatient() -> Iterator[None]:
    """Retries as many, without waits between them."""
    with stamina.set_testing(True, attempts=3):
        yield


@pytest.fixture
def peer() -> Iterator[Peer]:
    peer = Peer()
    serving = threading.Thread(target=peer.server.serve_forever, args=(0.01,))
    serving.start()
    yield peer
    peer.server.shutdown()
    peer.server.server_close()
    serving.join()


@pytest.fixture
def prometheus(peer: Peer) -> Iterator[HttpPrometheus]:
    prometheus = HttpPrometheus(peer.url)
    yield prometheus
    prometheus.close()


class TestAnswers:
    def test_of_a_vector(self, peer: Peer, prometheus: HttpPrometheus) -> None:
        line = {"metric": {"__name__": "up", "job": "x"}, "value": [AT.timestamp(), "1.5"]}
        peer.finds("vector", [line])
        assert prometheus.instant("up", at=AT) == Found(
            (Series({"__name__": "up", "job": "x"}, (Point(AT, 1.5),)),)
        )
        path, form = peer.asked[0]
        assert path == "/api/v1/query"
        assert form == {"query": ["up"], "time": [str(AT.timestamp())], "timeout": ["8s"]}

    def test_of_a_matrix(self, peer: Peer, prometheus: HttpPrometheus) -> None:
        values = [[AT.timestamp(), "1"], [AT.timestamp() + 15, "2"]]
        peer.finds("matrix", [{"metric": {}, "values": values}], warnings=[SECRET])
        found = prometheus.range("up", start=AT, end=AT, step_seconds=15)
        assert [point.value for point in found.series[0].points] == [1.0, 2.0]
        assert found.has_warnings
        assert peer.asked[0][1]["step"] == ["15"]

    def test_of_a_scalar(self, peer: Peer, prometheus: HttpPrometheus) -> None:
        peer.finds("scalar", [AT.timestamp(), "42"])
        assert prometheus.instant("42", at=AT) == Found((Series({}, (Point(AT, 42.0),)),))

    def test_of_nothing(self, peer: Peer, prometheus: HttpPrometheus) -> None:
        peer.finds("vector", [])
        assert prometheus.instant("absent_series", at=AT) == Found(())

    @pytest.mark.parametrize("text", ["NaN", "+Inf", "-Inf"])
    def test_of_what_is_no_number(self, peer: Peer, prometheus: HttpPrometheus, text: str) -> None:
        peer.finds("vector", [{"metric": {}, "value": [AT.timestamp(), text]}])
        assert prometheus.instant("0/0", at=AT).series[0].points == (Point(AT, None),)


class TestRefusals:
    @pytest.mark.parametrize(
        ("status", "complaint", "refusal"),
        [
            (400, {"errorType": "bad_data", "error": SECRET}, QueryInvalid),
            (422, {"errorType": "execution", "error": SECRET}, QueryFailed),
            (503, {"errorType": "timeout", "error": SECRET}, PrometheusTooSlow),
            (422, {"errorType": "canceled", "error": SECRET}, PrometheusTooSlow),
            (401, {"error": SECRET}, PrometheusUnreachable),
            (429, {"error": SECRET}, PrometheusUnreachable),
            (500, {"errorType": "internal", "error": SECRET}, PrometheusUnreachable),
            (302, {}, PrometheusUnreachable),
        ],
    )
    def test_speak_our_words(
        self,
        peer: Peer,
        prometheus: HttpPrometheus,
        status: int,
        complaint: dict[str, str],
        refusal: type[Refusal],
    ) -> None:
        peer.says(status, complaint)
        with pytest.raises(refusal) as refused:
            prometheus.instant("up", at=AT)
        assert "hunter2" not in refused.value.message + str(refused.value.facts)
        assert len(peer.asked) == 1

    def test_tell_the_place_of_a_mistake(self, peer: Peer, prometheus: HttpPrometheus) -> None:
        error = f'invalid parameter "query": 2:15: parse error: unexpected {SECRET}'
        peer.says(400, {"errorType": "bad_data", "error": error})
        with pytest.raises(QueryInvalid) as refused:
            prometheus.instant("up(", at=AT)
        assert (refused.value.facts["line"], refused.value.facts["column"]) == (2, 15)

    @pytest.mark.parametrize("body", [b"<html>Welcome</html>", b"", b"[]", b'{"data": 1}'])
    def test_of_a_server_that_is_no_prometheus(
        self, peer: Peer, prometheus: HttpPrometheus, body: bytes
    ) -> None:
        peer.says(200, body)
        with pytest.raises(PrometheusUnreachable):
            prometheus.instant("up", at=AT)

    def test_of_a_text(self, peer: Peer, prometheus: HttpPrometheus) -> None:
        peer.finds("string", [AT.timestamp(), "a"])
        with pytest.raises(QueryFailed):
            prometheus.instant('"a"', at=AT)

    def test_of_an_answer_without_end(self, peer: Peer, prometheus: HttpPrometheus) -> None:
        peer.says(200, b" " * (MAX_ANSWER_BYTES + 1))
        with pytest.raises(AnswerTooLarge):
            prometheus.instant("up", at=AT)
        assert len(peer.asked) == 1

    def test_when_none_is_configured(self) -> None:
        with pytest.raises(PrometheusNotConfigured):
            HttpPrometheus(None).instant("up", at=AT)

    @pytest.mark.parametrize("url", ["http://127.0.0.1:{port}", "nonsense", "http://[::1"])
    def test_when_nobody_is_there(self, url: str) -> None:
        prometheus = HttpPrometheus(url.format(port=free_port()))
        with pytest.raises(PrometheusUnreachable):
            prometheus.instant("up", at=AT)
        prometheus.close()


class TestPatience:
    def test_asks_a_busy_server_again(self, peer: Peer, prometheus: HttpPrometheus) -> None:
        peer.says(503, {})
        peer.says(502, {})
        peer.finds("vector", [])
        assert prometheus.instant("up", at=AT) == Found(())

    def test_ends_after_three_attempts(self, peer: Peer, prometheus: HttpPrometheus) -> None:
        for _ in range(3):
            peer.says(503, {})
        with pytest.raises(PrometheusUnreachable):
            prometheus.instant("up", at=AT)
        assert len(peer.asked) == 3

    def test_asks_again_when_the_connection_breaks(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            broken = 0

            def hang_up() -> None:
                nonlocal broken
                for _ in range(3):
                    listener.accept()[0].close()
                    broken += 1

            hanging_up = threading.Thread(target=hang_up)
            hanging_up.start()
            prometheus = HttpPrometheus(f"http://127.0.0.1:{listener.getsockname()[1]}")
            with pytest.raises(PrometheusUnreachable):
                prometheus.instant("up", at=AT)
            hanging_up.join(PATIENCE_SECONDS)
            prometheus.close()
        assert broken == 3
