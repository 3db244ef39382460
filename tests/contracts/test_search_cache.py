"""Stored answers on a real Redis: told again while they are true, and never after that."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from typing import Any, TypeVar, cast

import pytest
import redis
import structlog

from instainstru_core.adapters import search_cache
from instainstru_core.adapters.redis import RedisUnreachable
from instainstru_core.adapters.search_cache import NoAnswers, RedisAnswers
from instainstru_core.domains.search.policy import packing
from instainstru_core.domains.search.ports import Answers
from instainstru_core.domains.search.types.answers import Answer, Looked
from instainstru_core.kernel.ids import new_id
from tests.databases import ServerUrls
from tests.processes import free_port

T = TypeVar("T")
PIANO = packing.packed(
    b'{"total":1}', cursor="abc", mark="mark", is_public=True, note='{"text":"Zoë"}'.encode()
)
TAGS = ("catalog", "instructor:x")


@pytest.fixture
def answers(servers: ServerUrls) -> Iterator[RedisAnswers]:
    answers = RedisAnswers(servers.redis_url, new_id())
    yield answers
    answers.close()


def run(answers: Answers, work: Callable[[], Awaitable[T]]) -> T:
    async def whole() -> T:
        try:
            return await work()
        finally:
            await answers.leave()

    return asyncio.run(whole())


async def keep(
    answers: RedisAnswers,
    key: str = "k",
    *,
    answer: Answer = PIANO,
    tags: tuple[str, ...] = TAGS,
    since: int | None = None,
    seconds: int = 60,
) -> None:
    began = (await answers.look("nothing")).since if since is None else since
    assert began is not None
    await answers.keep(key, answer, since=began, tags=tags, seconds=seconds)


def asked(servers: ServerUrls) -> Any:
    """Redis itself."""
    return cast("Any", redis.Redis).from_url(servers.redis_url)


class TestAnAnswer:
    def test_is_told_again_as_it_was(self, answers: RedisAnswers) -> None:
        async def work() -> tuple[Looked, Looked]:
            before = await answers.look("k")
            await keep(answers)
            return before, await answers.look("k")

        before, after = run(answers, work)
        assert (before.answer, after.answer) == (None, PIANO)
        assert before.since is not None
        assert after.since is not None
        assert before.since < after.since

    def test_is_kept_apart_from_those_of_another_database(
        self, answers: RedisAnswers, servers: ServerUrls
    ) -> None:
        other = RedisAnswers(servers.redis_url, new_id())

        async def work() -> Looked:
            await keep(answers)
            try:
                return await other.look("k")
            finally:
                await other.leave()

        assert run(answers, work).answer is None

    def test_takes_the_place_of_the_last_one_whole(self, answers: RedisAnswers) -> None:
        other = packing.packed(b"{}", cursor=None, mark="2", is_public=False, note=b"")

        async def work() -> Looked:
            await keep(answers)
            await keep(answers, answer=other, tags=("other",))
            answers.touch(TAGS)
            return await answers.look("k")

        assert run(answers, work).answer == other

    def test_is_forgotten_after_its_time(self, answers: RedisAnswers, servers: ServerUrls) -> None:
        run(answers, lambda: keep(answers, seconds=77))
        with asked(servers) as client:
            (name,) = client.keys(f"{answers.prefix}answer:*")
            assert 70 < client.ttl(name) <= 77

    @pytest.mark.parametrize(
        ("touched", "is_told"),
        [
            (("instructor:x",), False),
            (("catalog", "other"), False),
            (("instructor:y",), True),
            (("instructor",), True),
            ((), True),
        ],
    )
    def test_is_untrue_once_a_tag_of_it_is_touched(
        self, answers: RedisAnswers, touched: tuple[str, ...], is_told: bool
    ) -> None:
        async def work() -> Looked:
            await keep(answers)
            answers.touch(touched)
            return await answers.look("k")

        assert (run(answers, work).answer is not None) is is_told

    def test_made_while_a_tag_was_touched_is_never_told(self, answers: RedisAnswers) -> None:
        async def work() -> tuple[Looked, Looked]:
            began = (await answers.look("k")).since
            answers.touch(["instructor:x"])  # what was read before that may be old
            await keep(answers, since=began)
            stale = await answers.look("k")
            await keep(answers)
            return stale, await answers.look("k")

        stale, fresh = run(answers, work)
        assert (stale.answer, fresh.answer) == (None, PIANO)

    def test_is_true_where_the_clock_of_redis_went_back(
        self, answers: RedisAnswers, servers: ServerUrls
    ) -> None:
        ahead = 4_000_000_000_000_000

        async def work() -> tuple[Looked, Looked]:
            with asked(servers) as client:
                client.set(f"{answers.prefix}clock", ahead)
            await keep(answers)
            told = await answers.look("k")
            answers.touch(["catalog"])
            return told, await answers.look("k")

        told, untrue = run(answers, work)
        assert (told.since, told.answer, untrue.answer) == (ahead, PIANO, None)
        assert untrue.since == ahead + 1

    def test_may_have_a_thousand_tags(self, answers: RedisAnswers) -> None:
        tags = tuple(f"instructor:{at}" for at in range(1_000))

        async def work() -> tuple[Looked, Looked]:
            await keep(answers, tags=tags)
            told = await answers.look("k")
            answers.touch(["instructor:999"])
            return told, await answers.look("k")

        told, untrue = run(answers, work)
        assert (told.answer, untrue.answer) == (PIANO, None)


class TestARedisThatIsAway:
    def test_keeps_nobody_from_searching(self) -> None:
        away = RedisAnswers(f"redis://127.0.0.1:{free_port()}/0", "x")

        async def work() -> Looked:
            await away.keep("k", PIANO, since=1, tags=TAGS, seconds=60)
            return await away.look("k")

        assert run(away, work) == Looked(since=None)

    def test_is_not_asked_again_at_once(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(search_cache, "AWAY_SECONDS", 3_600.0)  # however slow the machine is
        away = RedisAnswers(f"redis://127.0.0.1:{free_port()}/0", "x")

        async def work() -> list[Looked]:
            return [await away.look("k") for _ in range(100)]

        with structlog.testing.capture_logs() as lines:
            assert run(away, work) == [Looked(since=None)] * 100
        assert [line["event"] for line in lines] == ["search_cache_unreachable"]

    def test_refuses_to_forget(self) -> None:
        away = RedisAnswers(f"redis://127.0.0.1:{free_port()}/0", "x")
        with pytest.raises(RedisUnreachable):
            away.touch(TAGS)


class TestNoAnswers:
    def test_are_kept_where_that_is_turned_off(self) -> None:
        nothing = NoAnswers()

        async def work() -> Looked:
            await nothing.keep("k", PIANO, since=1, tags=TAGS, seconds=60)
            nothing.touch(TAGS)
            return await nothing.look("k")

        assert (run(nothing, work), nothing.is_on) == (Looked(since=None), False)
