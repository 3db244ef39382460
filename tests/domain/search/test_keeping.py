"""What a process keeps of the database: made once, anew where it changed; nobody waits for that."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from instainstru_core.domains.search.service.keeping import LOOK_AGAIN_SECONDS, Kept
from instainstru_core.kernel.authority import SYSTEM
from instainstru_core.runtime import Runtime
from tests.patience import PATIENCE_SECONDS


class Clock:
    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


class Source:
    """Something in the database, by its version."""

    def __init__(self) -> None:
        self.version = 1
        self.looked = 0
        self.made = 0
        self.begun = threading.Event()
        self.go_on = threading.Event()
        self.go_on.set()

    def look(self) -> int:
        self.looked += 1
        return self.version

    def make(self) -> str:
        self.made += 1
        self.begun.set()
        assert self.go_on.wait(PATIENCE_SECONDS)
        return f"version {self.version}"


def get(runtime: Runtime, kept: Kept[str], source: Source) -> str:
    with runtime.begin(SYSTEM) as uow:
        return kept.get(uow, "key", source.look, source.make)


class TestKept:
    def test_is_looked_at_every_ten_seconds_and_made_where_it_changed(
        self, committed_runtime: Runtime
    ) -> None:
        clock, source = Clock(), Source()
        kept = Kept[str](clock)
        assert get(committed_runtime, kept, source) == "version 1"
        source.version = 2
        clock.now += LOOK_AGAIN_SECONDS - 0.001
        assert get(committed_runtime, kept, source) == "version 1"
        assert (source.looked, source.made) == (1, 1)
        clock.now += 0.001
        assert get(committed_runtime, kept, source) == "version 2"
        clock.now += LOOK_AGAIN_SECONDS
        assert get(committed_runtime, kept, source) == "version 2"
        assert (source.looked, source.made) == (3, 2)

    def test_is_made_by_one_of_many_who_come_at_once(self, committed_runtime: Runtime) -> None:
        kept, source = Kept[str](), Source()
        with ThreadPoolExecutor(4) as pool:
            told = [pool.submit(get, committed_runtime, kept, source) for _ in range(8)]
            assert {one.result() for one in told} == {"version 1"}
        assert source.made == 1

    def test_serves_the_old_while_one_makes_the_new(self, committed_runtime: Runtime) -> None:
        clock, source = Clock(), Source()
        kept = Kept[str](clock)
        get(committed_runtime, kept, source)
        source.version = 2
        clock.now += LOOK_AGAIN_SECONDS
        source.begun.clear()
        source.go_on.clear()
        with ThreadPoolExecutor(1) as pool:
            new = pool.submit(get, committed_runtime, kept, source)
            assert source.begun.wait(PATIENCE_SECONDS)
            assert get(committed_runtime, kept, source) == "version 1"
            source.go_on.set()
            assert new.result() == "version 2"
        assert get(committed_runtime, kept, source) == "version 2"

    def test_is_made_again_after_it_failed(self, committed_runtime: Runtime) -> None:
        kept, source = Kept[str](), Source()

        def broken() -> str:
            raise ZeroDivisionError

        with committed_runtime.begin(SYSTEM) as uow:
            with pytest.raises(ZeroDivisionError):
                kept.get(uow, "key", source.look, broken)
            assert kept.get(uow, "key", source.look, source.make) == "version 1"

    def test_is_never_old_in_a_transaction_that_nobody_else_sees(self, runtime: Runtime) -> None:
        kept, source = Kept[str](), Source()
        get(runtime, kept, source)
        source.version = 2
        assert get(runtime, kept, source) == "version 2"
