"""Our client bears servers that fail, and spares them."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import stamina

from instainstru_core.adapters import careful
from instainstru_core.adapters.careful import Away, Careful, Large, Uncertain
from tests.peers import Peer, Told, listening
from tests.processes import free_port


class Clock:
    """Seconds that pass when told."""

    def __init__(self) -> None:
        self.seconds = 1_000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture(autouse=True)
def _impatient() -> Iterator[None]:
    """Retries as many, without waits between them."""
    with stamina.set_testing(True, attempts=3):
        yield


@pytest.fixture
def peer() -> Iterator[Peer]:
    with listening() as peer:
        yield peer


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def client(peer: Peer, clock: Clock) -> Iterator[Careful]:
    client = Careful(peer.url, token="secret", clock=clock)
    yield client
    client.close()


class TestReads:
    def test_show_who_asks(self, peer: Peer, client: Careful) -> None:
        peer.script = [Told(200, {"a": 1}, {"Link": "next"})]
        reply = client.read("/a", params={"b": "c d"})
        assert (reply.status, reply.body, reply.headers["link"]) == (200, b'{"a": 1}', "next")
        assert peer.asked == ["GET /a?b=c+d"]
        assert peer.authorizations == ["Bearer secret"]

    def test_are_tried_again_while_the_server_is_busy(self, peer: Peer, client: Careful) -> None:
        peer.script = [Told(503), Told(0), Told(200, 1)]
        assert client.read("/a").status == 200
        assert len(peer.asked) == 3

    def test_are_not_tried_again_when_refused(self, peer: Peer, client: Careful) -> None:
        peer.script = [Told(429, 1, {"Retry-After": "7"})]
        reply = client.read("/a")
        assert (reply.status, reply.retry_after) == (429, 7)
        assert len(peer.asked) == 1

    def test_end_where_an_answer_has_no_end(self, peer: Peer, client: Careful) -> None:
        peer.script = [Told(200, b" " * (careful.MAX_ANSWER_BYTES + 1))]
        with pytest.raises(Large):
            client.read("/a")

    def test_of_nobody_say_when_to_come_back(self) -> None:
        client = Careful(f"http://127.0.0.1:{free_port()}")
        with pytest.raises(Away) as away:
            client.read("/a")
        assert away.value.retry_after == careful.RETRY_AFTER_SECONDS


class TestKeptAnswers:
    def test_are_given_again_for_a_moment(self, peer: Peer, client: Careful, clock: Clock) -> None:
        peer.script = [Told(200, 1), Told(200, 2)]
        assert client.read("/a", keep_seconds=5).body == b"1"
        clock.seconds += 4.9
        assert client.read("/a", keep_seconds=5).body == b"1"
        clock.seconds += 0.1
        assert client.read("/a", keep_seconds=5).body == b"2"

    def test_are_told_apart_by_what_was_asked(self, peer: Peer, client: Careful) -> None:
        peer.script = [Told(200, 1), Told(200, 2), Told(200, 3)]
        bodies = [
            client.read("/a", params={"q": "x"}, keep_seconds=5).body,
            client.read("/a", params={"q": "y"}, keep_seconds=5).body,
            client.read("/a", form={"q": "x"}, keep_seconds=5).body,
        ]
        assert bodies == [b"1", b"2", b"3"]

    def test_are_not_kept_after_a_refusal_or_a_write(self, peer: Peer, client: Careful) -> None:
        peer.script = [Told(500, 1), Told(200, 2), Told(200, 3), Told(200, 4)]
        assert client.read("/a", keep_seconds=5).body == b"1"
        assert client.read("/a", keep_seconds=5).body == b"2"
        assert client.write("POST", "/b", {}).body == b"3"
        assert client.read("/a", keep_seconds=5).body == b"4"

    def test_are_asked_for_once_by_many_at_the_same_moment(
        self, peer: Peer, client: Careful
    ) -> None:
        peer.script = [Told(200, 1, after_seconds=0.1)]

        def ask(_: int) -> bytes:
            return client.read("/a", keep_seconds=5).body

        with ThreadPoolExecutor(8) as pool:
            found = list(pool.map(ask, range(8)))
        assert found == [b"1"] * 8
        assert len(peer.asked) == 1


class TestManyAtOnce:
    def test_wait_for_each_other(self, peer: Peer, client: Careful) -> None:
        peer.script = [Told(200, 1, after_seconds=0.25)]

        def ask(number: int) -> int:
            return client.read(f"/{number}").status

        with ThreadPoolExecutor(12) as pool:
            found = list(pool.map(ask, range(12)))
        assert found == [200] * 12
        assert 1 < peer.most_at_once <= careful.AT_ONCE


class TestAServerThatFails:
    def test_is_left_alone_for_a_while_then_asked_by_one(
        self, peer: Peer, client: Careful, clock: Clock
    ) -> None:
        peer.script = [Told(503)]
        for _ in range(careful.FAILURES_IN_A_ROW):
            with pytest.raises(Away):
                client.read("/a")
        asked = len(peer.asked)
        clock.seconds += careful.REST_SECONDS - 5
        with pytest.raises(Away) as away:
            client.read("/a")
        assert (away.value.retry_after, len(peer.asked)) == (5, asked)
        with pytest.raises(Away):
            client.write("POST", "/a")
        clock.seconds += 5
        with pytest.raises(Away):
            client.read("/a")
        assert len(peer.asked) == asked + 3
        with pytest.raises(Away):
            client.read("/a")
        assert len(peer.asked) == asked + 3

    def test_is_trusted_again_once_it_answers(
        self, peer: Peer, client: Careful, clock: Clock
    ) -> None:
        peer.script = [Told(503)]
        for _ in range(careful.FAILURES_IN_A_ROW):
            with pytest.raises(Away):
                client.read("/a")
        peer.script = [Told(200, 1)]
        clock.seconds += careful.REST_SECONDS
        assert [client.read("/a").status for _ in range(3)] == [200] * 3

    def test_is_not_one_that_refuses(self, peer: Peer, client: Careful) -> None:
        peer.script = [Told(400, 1)]
        for _ in range(2 * careful.FAILURES_IN_A_ROW):
            assert client.read("/a").status == 400


class TestWrites:
    def test_are_sent_once(self, peer: Peer, client: Careful) -> None:
        peer.script = [Told(202, 1)]
        reply = client.write("POST", "/a", {"b": 1})
        assert (reply.status, reply.body) == (202, b"1")
        assert peer.asked == ["POST /a"]

    @pytest.mark.parametrize("told", [Told(0), Told(502), Told(503), Told(504)])
    def test_are_uncertain_without_an_answer_and_not_sent_again(
        self, peer: Peer, client: Careful, told: Told
    ) -> None:
        peer.script = [told]
        with pytest.raises(Uncertain):
            client.write("POST", "/a", {})
        assert peer.asked == ["POST /a"]

    def test_that_reach_nobody_have_certainly_not_been_made(self) -> None:
        client = Careful(f"http://127.0.0.1:{free_port()}")
        with pytest.raises(Away):
            client.write("DELETE", "/a")
