"""A key does its work once."""

from datetime import timedelta

import pytest
from pydantic import BaseModel

from instainstru_core.kernel.authority import SYSTEM, Actor
from instainstru_core.kernel.idempotency import BadKey, KeyReused, forget, once
from instainstru_core.kernel.uow import Begin
from tests.conftest import SetClock


class Order(BaseModel):
    amount: int


class Receipt(BaseModel):
    number: int


class Till:
    """Counts how often it rang."""

    def __init__(self) -> None:
        self.rung = 0

    def ring(self) -> Receipt:
        self.rung += 1
        return Receipt(number=self.rung)


def pay(begin: Begin, till: Till, *, key: str | None, amount: int = 5, who: str = "ann") -> int:
    with begin(Actor(id=who)) as uow:
        return once(
            uow,
            operation="till.pay",
            key=key,
            request=Order(amount=amount),
            kind=Receipt,
            produce=till.ring,
        ).number


class TestOnce:
    def test_a_repeat_gets_the_first_answer(self, begin: Begin) -> None:
        till = Till()
        assert [pay(begin, till, key="k") for _ in range(3)] == [1, 1, 1]
        assert till.rung == 1

    def test_without_a_key_nothing_is_remembered(self, begin: Begin) -> None:
        till = Till()
        assert [pay(begin, till, key=None) for _ in range(2)] == [1, 2]

    def test_another_request_under_the_same_key_is_refused(self, begin: Begin) -> None:
        till = Till()
        pay(begin, till, key="k")
        with pytest.raises(KeyReused):
            pay(begin, till, key="k", amount=6)
        assert till.rung == 1

    def test_a_key_belongs_to_its_actor(self, begin: Begin) -> None:
        till = Till()
        assert [pay(begin, till, key="k", who=who) for who in ("ann", "bob")] == [1, 2]

    @pytest.mark.parametrize("key", ["", "a" * 201, "a\nb", "a\x00b"])
    def test_a_key_that_is_no_key_is_refused(self, begin: Begin, key: str) -> None:
        till = Till()
        with pytest.raises(BadKey):
            pay(begin, till, key=key)
        assert till.rung == 0

    def test_work_that_fails_leaves_the_key_free(self, begin: Begin) -> None:
        till = Till()

        def fail() -> Receipt:
            raise LookupError

        with pytest.raises(LookupError), begin(Actor(id="ann")) as uow:
            once(
                uow,
                operation="till.pay",
                key="k",
                request=Order(amount=5),
                kind=Receipt,
                produce=fail,
            )
        assert pay(begin, till, key="k") == 1


class TestForget:
    def test_deletes_answers_older_than_a_day_the_oldest_first(
        self, begin: Begin, clock: SetClock
    ) -> None:
        till = Till()
        for key in ("a", "b"):
            pay(begin, till, key=key)
            clock.advance(timedelta(minutes=1))
        clock.advance(timedelta(hours=24) - timedelta(minutes=2))
        with begin(SYSTEM) as uow:
            assert forget(uow, limit=10) == 0
        clock.advance(timedelta(minutes=2))
        with begin(SYSTEM) as uow:
            assert [forget(uow, limit=1) for _ in range(3)] == [1, 1, 0]
        assert pay(begin, till, key="a") == 3
