"""Cards, accounts, identity, payouts and earnings over HTTP."""

import pytest
from fastapi.testclient import TestClient

from devstack.stripe_simulator.simulator import Simulator
from instainstru_core.domains.access.models import RoleGrant
from instainstru_core.domains.access.types import Role
from instainstru_core.domains.payments.flows import sync
from instainstru_core.domains.payments.models import ConnectAccount, IdentityCheck
from instainstru_core.kernel.authority import SYSTEM
from instainstru_core.kernel.ids import new_id
from instainstru_core.runtime import Runtime
from tests.api.conftest import Headers, SignIn
from tests.conftest import gateway_of
from tests.factories import instructors
from tests.factories.stripe import Outside

CARDS = "/api/v1/payment-methods"
CONNECT = "/api/v1/connect"


@pytest.fixture
def outside(stripe: Simulator) -> Outside:
    return Outside(stripe, gateway_of(stripe))


@pytest.fixture
def maya(runtime: Runtime) -> str:
    """An instructor without an account."""
    with runtime.begin(SYSTEM) as uow:
        instructor_id = instructors.profile(uow)
        uow.session.add(RoleGrant(user_id=instructor_id, role=Role.INSTRUCTOR, granted_at=uow.now))
        return instructor_id


@pytest.fixture
def account(
    client: TestClient, runtime: Runtime, outside: Outside, maya: str, sign_in: SignIn
) -> str:
    """Maya's account, ready to be paid."""
    client.post(f"{CONNECT}/onboarding", headers=sign_in(maya))
    with runtime.begin(SYSTEM) as uow:
        vendor_id = uow.session.get_one(ConnectAccount, maya).vendor_id
    outside.simulator.complete_onboarding(vendor_id)
    sync.sync_account(runtime.begin, runtime.payments, actor=SYSTEM, vendor_id=vendor_id)
    return vendor_id


class TestCards:
    def test_are_set_up_saved_chosen_and_removed(
        self, client: TestClient, outside: Outside, student: Headers
    ) -> None:
        setup = client.post(f"{CARDS}/setup", headers=student)
        assert setup.status_code == 201
        outside.confirm_setup(setup.json()["setup_id"])
        wanted = {"setup_id": setup.json()["setup_id"]}
        saved = client.post(CARDS, json=wanted, headers=student)
        first = saved.json()
        assert saved.status_code == 201
        assert first == {
            "id": first["id"],
            "brand": "visa",
            "last4": "4242",
            "exp_month": first["exp_month"],
            "exp_year": first["exp_year"],
            "is_default": True,
            "is_expired": False,
        }
        loose = {"payment_method_id": outside.loose_card("pm_card_mastercard")}
        second = client.post(CARDS, json=loose, headers=student).json()
        chosen = client.post(f"{CARDS}/{second['id']}/make-default", headers=student)
        assert chosen.json() == second | {"is_default": True}
        removed = client.delete(f"{CARDS}/{second['id']}", headers=student)
        assert (removed.status_code, removed.content) == (204, b"")
        assert client.get(CARDS, headers=student).json() == {"items": [first]}

    def test_of_others_are_refused_or_not_found(
        self, client: TestClient, outside: Outside, student: Headers
    ) -> None:
        theirs = {"payment_method_id": outside.card_of_somebody_else()}
        refused = client.post(CARDS, json=theirs, headers=student)
        assert (refused.status_code, refused.json()["code"]) == (403, "payments.card_of_another")
        for answer in (
            client.delete(f"{CARDS}/{new_id()}", headers=student),
            client.post(f"{CARDS}/{new_id()}/make-default", headers=student),
            client.post(CARDS, json={"setup_id": "seti_nobody"}, headers=student),
        ):
            assert (answer.status_code, answer.json()["code"]) == (404, "payments.card_not_found")

    @pytest.mark.parametrize("wanted", [{}, {"setup_id": "seti_1", "payment_method_id": "pm_1"}])
    def test_are_named_in_one_way(
        self, client: TestClient, student: Headers, wanted: dict[str, str]
    ) -> None:
        answer = client.post(CARDS, json=wanted, headers=student)
        assert (answer.status_code, answer.json()["code"]) == (422, "request.invalid")

    def test_wait_for_the_browser(self, client: TestClient, student: Headers) -> None:
        setup_id = client.post(f"{CARDS}/setup", headers=student).json()["setup_id"]
        answer = client.post(CARDS, json={"setup_id": setup_id}, headers=student)
        assert (answer.status_code, answer.json()["code"]) == (409, "payments.card_not_ready")


class TestTheAccount:
    def test_is_opened_and_followed(
        self, client: TestClient, maya: str, sign_in: SignIn, outside: Outside
    ) -> None:
        before = client.get(f"{CONNECT}/account", headers=sign_in(maya)).json()
        assert (before["exists"], before["is_ready"]) == (False, False)
        link = client.post(f"{CONNECT}/onboarding", headers=sign_in(maya))
        assert (link.status_code, set(link.json())) == (201, {"url", "expires_at"})
        after = client.get(f"{CONNECT}/account", headers=sign_in(maya)).json()
        assert (after["exists"], after["is_ready"], outside.accounts()) == (True, False, 1)

    def test_is_not_for_students(self, client: TestClient, student: Headers) -> None:
        for answer in (
            client.get(f"{CONNECT}/account", headers=student),
            client.post(f"{CONNECT}/onboarding", headers=student),
            client.get(f"{CONNECT}/identity", headers=student),
            client.post(f"{CONNECT}/identity", headers=student),
            client.get(f"{CONNECT}/balance", headers=student),
            client.get(f"{CONNECT}/payouts", headers=student),
            client.post(f"{CONNECT}/payouts/instant", headers=student),
            client.get(f"{CONNECT}/earnings", headers=student),
        ):
            assert (answer.status_code, answer.json()["code"]) == (
                403,
                "access.permission_missing",
            )


class TestIdentity:
    def test_is_started_and_followed(
        self,
        client: TestClient,
        runtime: Runtime,
        outside: Outside,
        maya: str,
        sign_in: SignIn,
    ) -> None:
        assert client.get(f"{CONNECT}/identity", headers=sign_in(maya)).json()["status"] is None
        started = client.post(f"{CONNECT}/identity", headers=sign_in(maya))
        assert (started.status_code, started.json()["status"]) == (201, "requires_input")
        assert started.json()["url"].startswith("https://verify.stripe.com/")
        with runtime.begin(SYSTEM) as uow:
            session = uow.session.get_one(IdentityCheck, maya).vendor_id
        outside.simulator.verify_identity(session)
        done = client.post(f"{CONNECT}/identity", headers=sign_in(maya)).json()
        assert (done["status"], done["url"]) == ("verified", None)


class TestPayouts:
    def test_are_asked_for_once_per_key_and_listed(
        self, client: TestClient, outside: Outside, maya: str, account: str, sign_in: SignIn
    ) -> None:
        headers = sign_in(maya)
        nothing = client.post(f"{CONNECT}/payouts/instant", headers=headers)
        assert (nothing.status_code, nothing.json()["code"]) == (
            409,
            "payments.nothing_to_pay_out",
        )
        outside.fund(account, 10_560)
        assert client.get(f"{CONNECT}/balance", headers=headers).json() == {
            "available_cents": 10_560
        }
        keyed = headers | {"Idempotency-Key": "k-1"}
        first, again = (client.post(f"{CONNECT}/payouts/instant", headers=keyed) for _ in range(2))
        assert (first.status_code, first.json()["cents"]) == (201, 10_560)
        assert again.json() == first.json()
        assert client.get(f"{CONNECT}/payouts", headers=headers).json() == {
            "items": [first.json()],
            "next_cursor": None,
        }

    def test_need_an_account(self, client: TestClient, maya: str, sign_in: SignIn) -> None:
        headers = sign_in(maya)
        none = client.get(f"{CONNECT}/balance", headers=headers)
        assert (none.status_code, none.json()["code"]) == (404, "payments.account_not_found")
        client.post(f"{CONNECT}/onboarding", headers=headers)
        unready = client.post(f"{CONNECT}/payouts/instant", headers=headers)
        assert (unready.status_code, unready.json()["code"]) == (
            409,
            "payments.account_not_ready",
        )


class TestEarnings:
    def test_are_told_for_days(self, client: TestClient, maya: str, sign_in: SignIn) -> None:
        days = {"first_on": "2026-06-01", "last_on": "2026-06-10"}
        found = client.get(f"{CONNECT}/earnings", params=days, headers=sign_in(maya)).json()
        assert (found["first_on"], found["last_on"], found["earned_cents"]) == (
            "2026-06-01",
            "2026-06-10",
            0,
        )

    @pytest.mark.parametrize(
        "days",
        [
            {"first_on": "2026-06-10", "last_on": "2026-06-01"},
            {"first_on": "2024-06-10", "last_on": "2026-06-01"},
            {"first_on": "0001-01-01"},
            {"last_on": "9999-12-31"},
            {"first_on": "June"},
        ],
    )
    def test_refuse_days_that_make_no_window(
        self, client: TestClient, maya: str, sign_in: SignIn, days: dict[str, str]
    ) -> None:
        answer = client.get(f"{CONNECT}/earnings", params=days, headers=sign_in(maya))
        assert (answer.status_code, answer.json()["code"]) == (422, "request.invalid")
