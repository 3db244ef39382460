"""The wallet over HTTP."""

import pytest
from fastapi.testclient import TestClient

from devstack.stripe_simulator.simulator import Simulator
from instainstru_core.domains.access.types import Role
from instainstru_core.domains.payments import flows as payments
from instainstru_core.domains.payments.schemas import SaveCard
from instainstru_core.kernel.authority import SYSTEM
from instainstru_core.runtime import Runtime
from tests.api.conftest import Headers, NewUser, SignIn
from tests.conftest import gateway_of
from tests.factories.credits import lot
from tests.factories.payments_people import payer_actor
from tests.factories.stripe import Outside

V1 = "/api/v1"
UNKNOWN_ID = "01JZ8M4T6Q3V9K2X7C5B1N0D8F"
BODY = {"cents": 2_000, "reason_code": "goodwill", "note": "The video room did not open."}


@pytest.fixture
def zoe(new_user: NewUser) -> str:
    return new_user(Role.STUDENT)


def save_card(runtime: Runtime, stripe: Simulator, user_id: str) -> None:
    actor = payer_actor(user_id)
    setup = payments.start_card_setup(runtime.begin, runtime.payments, actor=actor)
    outside = Outside(stripe, gateway_of(stripe))
    outside.confirm_setup(setup.setup_id)
    payments.save_card(
        runtime.begin,
        runtime.payments,
        actor=actor,
        command=SaveCard(setup_id=setup.setup_id),
    )


class TestWallet:
    def test_is_the_callers(
        self, client: TestClient, runtime: Runtime, zoe: str, sign_in: SignIn
    ) -> None:
        with runtime.begin(SYSTEM) as uow:
            lot_id = lot(uow, zoe, 700, days=10)

        found = client.get(f"{V1}/credits", headers=sign_in(zoe))

        assert found.status_code == 200
        body = found.json()
        assert (body["available_cents"], body["expiring_soon_cents"]) == (700, 700)
        assert [one["id"] for one in body["lots"]] == [lot_id]

    def test_needs_a_sign_in(self, client: TestClient) -> None:
        for path in ("credits", "credits/history", f"users/{UNKNOWN_ID}/credits"):
            assert client.get(f"{V1}/{path}").status_code == 401


class TestHistory:
    def test_comes_page_by_page(
        self, client: TestClient, runtime: Runtime, zoe: str, sign_in: SignIn
    ) -> None:
        with runtime.begin(SYSTEM) as uow:
            ids = [lot(uow, zoe, cents) for cents in (100, 200)]
        headers = sign_in(zoe)

        first = client.get(f"{V1}/credits/history", params={"limit": 1}, headers=headers).json()
        rest = client.get(
            f"{V1}/credits/history",
            params={"limit": 1, "cursor": first["next_cursor"]},
            headers=headers,
        ).json()

        assert [first["items"][0]["id"], rest["items"][0]["id"]] == ids[::-1]
        assert rest["next_cursor"] is None

    def test_refuses_a_cursor_that_is_not_ours(self, client: TestClient, student: Headers) -> None:
        found = client.get(f"{V1}/credits/history", params={"cursor": "x"}, headers=student)

        assert (found.status_code, found.json()["code"]) == (422, "paging.bad_cursor")


class TestTopUps:
    def test_charge_a_saved_card_once_for_each_key(
        self, client: TestClient, runtime: Runtime, stripe: Simulator, zoe: str, sign_in: SignIn
    ) -> None:
        headers = sign_in(zoe) | {"Idempotency-Key": "top-up-1"}
        save_card(runtime, stripe, zoe)

        done = client.post(f"{V1}/credits/top-ups", json={"cents": 5_000}, headers=headers)
        again = client.post(f"{V1}/credits/top-ups", json={"cents": 5_000}, headers=headers)

        assert done.status_code == 201
        assert (done.json()["state"], done.json()["cents"]) == ("issued", 5_000)
        assert again.json() == done.json()
        shown = client.get(f"{V1}/credits/top-ups/{done.json()['id']}", headers=headers)
        assert shown.json() == done.json()
        assert client.get(f"{V1}/credits", headers=headers).json()["available_cents"] == 5_000

    def test_need_a_card(self, client: TestClient, student: Headers) -> None:
        refused = client.post(f"{V1}/credits/top-ups", json={"cents": 5_000}, headers=student)

        assert (refused.status_code, refused.json()["code"]) == (409, "payments.card_not_ready")

    @pytest.mark.parametrize("cents", [999, 50_001])
    def test_have_a_least_and_a_most(
        self, client: TestClient, student: Headers, cents: int
    ) -> None:
        refused = client.post(f"{V1}/credits/top-ups", json={"cents": cents}, headers=student)

        assert refused.status_code == 422

    @pytest.mark.parametrize("top_up_id", [UNKNOWN_ID, "x"])
    def test_are_not_found_under_a_wrong_id(
        self, client: TestClient, student: Headers, top_up_id: str
    ) -> None:
        answer = client.get(f"{V1}/credits/top-ups/{top_up_id}", headers=student)

        assert (answer.status_code, answer.json()["code"]) == (404, "credits.top_up_not_found")


class TestStaff:
    def test_look_and_change_once_for_each_key(
        self, client: TestClient, admin: Headers, zoe: str
    ) -> None:
        path = f"{V1}/users/{zoe}/credits"
        foreseen = client.post(
            f"{path}/adjust", params={"preview": "true"}, json=BODY, headers=admin
        )
        assert foreseen.status_code == 200
        assert foreseen.json()["is_preview"] is True
        assert client.get(path, headers=admin).json()["available_cents"] == 0
        keyed = admin | {"Idempotency-Key": "goodwill-1"}
        done = client.post(f"{path}/adjust", json=BODY, headers=keyed)
        again = client.post(f"{path}/adjust", json=BODY, headers=keyed)
        assert done.json() == again.json()
        assert done.json()["available_after_cents"] == 2_000
        found = client.get(path, headers=admin).json()
        assert (found["user_id"], found["available_cents"]) == (zoe, 2_000)
        assert found["lots"][0]["note"] == BODY["note"]

    def test_cannot_take_what_is_not_there(
        self, client: TestClient, admin: Headers, zoe: str
    ) -> None:
        refused = client.post(
            f"{V1}/users/{zoe}/credits/adjust", json=BODY | {"cents": -1}, headers=admin
        )

        assert (refused.status_code, refused.json()["code"]) == (409, "credits.not_enough")

    @pytest.mark.parametrize("user_id", [UNKNOWN_ID, "x"])
    def test_do_not_find_nobody(self, client: TestClient, admin: Headers, user_id: str) -> None:
        path = f"{V1}/users/{user_id}/credits"

        found = client.get(path, headers=admin)
        refused = client.post(f"{path}/adjust", json=BODY, headers=admin)

        for answer in (found, refused):
            assert (answer.status_code, answer.json()["code"]) == (
                404,
                "credits.person_not_found",
            )

    @pytest.mark.parametrize(
        "change", [{"cents": 100_001}, {"note": " "}, {"reason_code": "because"}, {"more": 1}]
    )
    def test_must_say_what_and_why(
        self, client: TestClient, admin: Headers, zoe: str, change: dict[str, object]
    ) -> None:
        path = f"{V1}/users/{zoe}/credits/adjust"

        assert client.post(path, json=BODY | change, headers=admin).status_code == 422

    def test_is_what_a_student_is_not(self, client: TestClient, student: Headers, zoe: str) -> None:
        path = f"{V1}/users/{zoe}/credits"

        assert client.get(path, headers=student).status_code == 403
        assert client.post(f"{path}/adjust", json=BODY, headers=student).status_code == 403
