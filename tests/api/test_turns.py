"""Turns and what is made together, on an event loop."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from api.turns import NoTurn, Together, Turns
from tests.patience import PATIENCE_SECONDS


def run(work: Callable[[], Awaitable[None]]) -> None:
    asyncio.run(asyncio.wait_for(_awaited(work), PATIENCE_SECONDS))


async def _awaited(work: Callable[[], Awaitable[None]]) -> None:
    await work()


async def settle() -> None:
    """Let everything go on that can."""
    for _ in range(5):
        await asyncio.sleep(0)


class TestTurns:
    def test_go_round_in_the_order_of_arrival(self) -> None:
        async def work() -> None:
            turns = Turns(1, waiting=9, seconds=60)
            gate, order = asyncio.Event(), list[int]()

            async def visit(number: int) -> None:
                async with turns.turn():
                    order.append(number)
                    await gate.wait()

            tasks = [asyncio.create_task(visit(number)) for number in range(4)]
            await settle()
            assert (order, turns.in_flight) == ([0], 4)
            gate.set()
            await asyncio.gather(*tasks)
            assert (order, turns.in_flight) == ([0, 1, 2, 3], 0)

        run(work)

    def test_are_not_waited_for_longer_than_is_allowed(self) -> None:
        async def work() -> None:
            turns = Turns(1, waiting=9, seconds=0.02)
            async with turns.turn():
                with pytest.raises(NoTurn):
                    async with turns.turn():
                        pytest.fail("nobody has a turn")
                assert turns.in_flight == 1
            async with turns.turn():
                assert turns.in_flight == 1

        run(work)

    def test_are_refused_at_once_where_the_line_is_long(self) -> None:
        async def work() -> None:
            turns = Turns(1, waiting=1, seconds=60)
            async with turns.turn():
                assert not turns.is_full
                waiting = asyncio.create_task(turns.turn().__aenter__())
                await settle()
                assert turns.is_full
                with pytest.raises(NoTurn):
                    await turns.turn().__aenter__()
                waiting.cancel()

        run(work)

    def test_of_who_goes_away_are_the_next_one_s(self) -> None:
        async def work() -> None:
            turns = Turns(1, waiting=9, seconds=60)
            had: list[str] = []

            async def visit(name: str) -> None:
                async with turns.turn():
                    had.append(name)

            async with turns.turn():
                first, second = (asyncio.create_task(visit(name)) for name in "ab")
                await settle()
                first.cancel()
                await settle()
                assert turns.in_flight == 2
            await second
            assert (had, turns.in_flight) == (["b"], 0)

        run(work)

    def test_of_who_goes_away_when_called_are_passed_on(self) -> None:
        async def work() -> None:
            turns = Turns(1, waiting=9, seconds=60)
            had: list[str] = []

            async def visit(name: str) -> None:
                async with turns.turn():
                    had.append(name)

            async with turns.turn():
                first, second = (asyncio.create_task(visit(name)) for name in "ab")
                await settle()
            first.cancel()  # it was called by the end of the turn, and has not gone on yet
            await second
            assert (had, turns.in_flight) == (["b"], 0)

        run(work)


class TestTogether:
    def test_is_made_once_for_all_who_want_the_same(self) -> None:
        async def work() -> None:
            together, gate, made = Together[int](), asyncio.Event(), list[str]()

            def maker(name: str) -> Callable[[], Awaitable[int]]:
                async def make() -> int:
                    made.append(name)
                    await gate.wait()
                    return len(made)

                return make

            tasks = [
                asyncio.create_task(together.share(key, maker(key))) for key in ("a", "b", "a", "a")
            ]
            await settle()
            gate.set()
            found = await asyncio.gather(*tasks)
            assert made == ["a", "b"]
            assert [is_own for _, is_own in found] == [True, True, False, False]
            assert await together.share("a", maker("later")) == (3, True)

        run(work)

    def test_fails_for_all_who_want_the_same(self) -> None:
        async def work() -> None:
            together, gate = Together[int](), asyncio.Event()

            async def fail() -> int:
                await gate.wait()
                raise LookupError

            tasks = [asyncio.create_task(together.share("a", fail)) for _ in range(2)]
            await settle()
            gate.set()
            found = await asyncio.gather(*tasks, return_exceptions=True)
            assert [type(one) for one in found] == [LookupError, LookupError]

        run(work)

    def test_goes_on_where_the_first_goes_away(self) -> None:
        async def work() -> None:
            together, gate = Together[str](), asyncio.Event()

            async def make() -> str:
                await gate.wait()
                return "made"

            first, second = (asyncio.create_task(together.share("a", make)) for _ in range(2))
            await settle()
            first.cancel()
            gate.set()
            assert await second == ("made", False)

        run(work)
