"""One wallet at the same instant, with real commits."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from instainstru_core.domains.credits import service
from instainstru_core.domains.credits.types import CreditSource, Released
from instainstru_core.domains.ledger.types import Account, AccountKind
from instainstru_core.kernel.authority import SYSTEM
from instainstru_core.kernel.uow import Uow
from instainstru_core.runtime import Runtime
from tests.conftest import SetClock
from tests.factories.credits import amounts, lot, owed
from tests.factories.instructors import person
from tests.factories.ledger import standing
from tests.together import at_once

FIRST = "booking:first"
SECOND = "booking:second"
ROUNDS = range(5)


@pytest.fixture
def zoe(committed_runtime: Runtime) -> str:
    with committed_runtime.begin(SYSTEM) as uow:
        return person(uow, first_name="Zoe", last_name="Moss")


def given(runtime: Runtime, user_id: str, *cents: int, days: int = 30) -> list[str]:
    with runtime.begin(SYSTEM) as uow:
        return [lot(uow, user_id, one, days=days) for one in cents]


def reserve(runtime: Runtime, user_id: str, reference: str, cents: int) -> Callable[[], int]:
    def run() -> int:
        with runtime.begin(SYSTEM) as uow:
            return service.reserve(uow, user_id=user_id, reference=reference, cents=cents)

    return run


def working(runtime: Runtime, work: Callable[[Uow], int]) -> Callable[[], int]:
    def run() -> int:
        with runtime.begin(SYSTEM) as uow:
            return work(uow)

    return run


class TestTwoReservations:
    @pytest.mark.parametrize("lots", [(5_000,), (1_000, 1_500, 2_500)])
    def test_never_take_more_than_there_is(
        self, committed_runtime: Runtime, zoe: str, lots: tuple[int, ...]
    ) -> None:
        ids = given(committed_runtime, zoe, *lots)

        answers = at_once(
            [reserve(committed_runtime, zoe, name, 4_000) for name in (FIRST, SECOND)]
        )

        assert sorted(answers) == [1_000, 4_000]  # type: ignore[type-var]
        with committed_runtime.begin(SYSTEM) as uow:
            assert [amounts(uow, one) for one in ids] == [{"reserved": cents} for cents in lots]
            assert service.reserved(uow, FIRST) + service.reserved(uow, SECOND) == 5_000

    def test_of_one_reference_are_one_reservation(
        self, committed_runtime: Runtime, zoe: str
    ) -> None:
        given(committed_runtime, zoe, 1_000, 1_500, 2_500)

        answers = at_once([reserve(committed_runtime, zoe, FIRST, 4_000)] * 4)

        assert answers == [4_000] * 4
        with committed_runtime.begin(SYSTEM) as uow:
            assert service.reserved(uow, FIRST) == 4_000
            assert service.release(uow, reference=FIRST) == Released(4_000, 0)


class TestReservingAgainstTheSweep:
    def test_each_cent_goes_one_way(
        self, committed_runtime: Runtime, zoe: str, clock: SetClock
    ) -> None:
        ended, lasting = (
            given(committed_runtime, zoe, 3_000),
            given(committed_runtime, zoe, 2_000, days=90),
        )
        clock.advance(timedelta(days=30))

        def expire(uow: Uow) -> int:
            return service.expire_due(uow).expired_cents

        reserved, expired = at_once(
            [
                reserve(committed_runtime, zoe, FIRST, 4_000),
                working(committed_runtime, expire),
            ]
        )

        assert reserved == 2_000
        assert expired in {0, 3_000}  # a lot that somebody works on waits for the next sweep
        with committed_runtime.begin(SYSTEM) as uow:
            service.expire_due(uow)
            assert amounts(uow, ended[0]) == {"expired": 3_000}
            assert amounts(uow, lasting[0]) == {"reserved": 2_000}
            assert owed(uow, zoe) == 2_000
            assert standing(uow, AccountKind.BREAKAGE) == -3_000

    def test_two_sweeps_expire_a_lot_once(
        self, committed_runtime: Runtime, zoe: str, clock: SetClock
    ) -> None:
        given(committed_runtime, zoe, *[100] * 20)
        clock.advance(timedelta(days=30))

        def expire(uow: Uow) -> int:
            return service.expire_due(uow).expired_cents

        at_once([working(committed_runtime, expire)] * 3)

        with committed_runtime.begin(SYSTEM) as uow:
            service.expire_due(uow)
            assert standing(uow, AccountKind.BREAKAGE) == -2_000
            assert owed(uow, zoe) == 0


class TestReleasingAgainstConsuming:
    def test_one_of_them_gets_it_all(self, committed_runtime: Runtime, zoe: str) -> None:
        for round_number in ROUNDS:
            (one,) = given(committed_runtime, zoe, 3_000, days=30 - round_number)
            reference = f"booking:r{round_number}"
            reserve(committed_runtime, zoe, reference, 3_000)()

            released, consumed = at_once(
                [
                    working(
                        committed_runtime,
                        lambda uow, name=reference: (
                            service.release(uow, reference=name).released_cents
                        ),
                    ),
                    working(
                        committed_runtime,
                        lambda uow, name=reference: service.consume(uow, reference=name),
                    ),
                ]
            )

            assert (released, consumed) in {(3_000, 0), (0, 3_000)}
            with committed_runtime.begin(SYSTEM) as uow:
                fate = "available" if released else "consumed"
                assert amounts(uow, one) == {fate: 3_000}
                assert standing(uow, AccountKind.HELD, f"r{round_number}") == -int(str(consumed))
                # Nothing is left for the next round to reserve.
                service.reserve(uow, user_id=zoe, reference=f"{reference}-rest", cents=3_000)

    def test_two_that_consume_do_it_once(self, committed_runtime: Runtime, zoe: str) -> None:
        given(committed_runtime, zoe, 1_000, 2_000)
        reserve(committed_runtime, zoe, FIRST, 3_000)()

        answers = at_once(
            [working(committed_runtime, lambda uow: service.consume(uow, reference=FIRST))] * 3
        )

        assert sorted(answers) == [0, 0, 3_000]  # type: ignore[type-var]
        with committed_runtime.begin(SYSTEM) as uow:
            assert standing(uow, AccountKind.HELD, "first") == -3_000


class TestOneKey:
    def test_issues_once(self, committed_runtime: Runtime, zoe: str) -> None:
        def issue(uow: Uow) -> int:
            issued = service.issue(
                uow,
                user_id=zoe,
                cents=2_000,
                source=CreditSource.CANCELLATION,
                key="cancel:c1",
                funded_by=Account(AccountKind.HELD, "first"),
                reference=FIRST,
            )
            return int(issued is not None)

        answers = at_once([working(committed_runtime, issue)] * 4)

        assert sorted(answers) == [0, 0, 0, 1]  # type: ignore[type-var]
        with committed_runtime.begin(SYSTEM) as uow:
            assert owed(uow, zoe) == 2_000

    def test_reinstates_once(self, committed_runtime: Runtime, zoe: str) -> None:
        given(committed_runtime, zoe, 1_000, 2_000)
        with committed_runtime.begin(SYSTEM) as uow:
            service.reserve(uow, user_id=zoe, reference=FIRST, cents=3_000)
            service.consume(uow, reference=FIRST)

        def reinstate(uow: Uow) -> int:
            return service.reinstate(
                uow,
                reference=FIRST,
                cents=1_500,
                funded_by=Account(AccountKind.HELD, "first"),
                key="refund:r1",
            )

        assert at_once([working(committed_runtime, reinstate)] * 3) == [1_500] * 3
        with committed_runtime.begin(SYSTEM) as uow:
            assert owed(uow, zoe) == 1_500
            assert standing(uow, AccountKind.HELD, "first") == -1_500
