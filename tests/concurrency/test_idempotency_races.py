"""A key whose answer is forgotten at the very moment it is asked for again, with real commits."""

from datetime import timedelta

from pydantic import BaseModel

from instainstru_core.kernel import measure
from instainstru_core.kernel.authority import SYSTEM, Actor
from instainstru_core.kernel.idempotency import forget, once
from instainstru_core.kernel.uow import Uow
from instainstru_core.runtime import Runtime
from tests.conftest import SetClock

ANN = Actor(id="ann")


class Order(BaseModel):
    amount: int


class Receipt(BaseModel):
    number: int


def pay(uow: Uow, number: int) -> int:
    return once(
        uow,
        operation="till.pay",
        key="k",
        request=Order(amount=5),
        kind=Receipt,
        produce=lambda: Receipt(number=number),
    ).number


def test_an_answer_that_is_forgotten_while_it_is_looked_for_is_made_anew(
    committed_runtime: Runtime, clock: SetClock
) -> None:
    runtime = committed_runtime
    with runtime.begin(ANN) as uow:
        assert pay(uow, 1) == 1
    clock.advance(timedelta(hours=24, microseconds=1))
    forgotten: list[int] = []

    def forget_between(_by: object, words: str, _values: object) -> None:
        if words.startswith("SELECT idempotency_keys") and not forgotten:
            with runtime.begin(SYSTEM) as other:
                forgotten.append(forget(other, limit=10))

    with measure.overheard(forget_between), runtime.begin(ANN) as uow:
        assert pay(uow, 2) == 2
    assert forgotten == [1]
    with runtime.begin(ANN) as uow:
        assert pay(uow, 3) == 2
