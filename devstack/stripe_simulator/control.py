"""The levers over HTTP, below `/_sim/`: JSON in, JSON out."""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import cast

from devstack.stripe_simulator.clock import SimulatedClock
from devstack.stripe_simulator.errors import StripeRefusal
from devstack.stripe_simulator.faults import CALL_TROUBLES, EVENT_TROUBLES, Fault
from devstack.stripe_simulator.sending import Endpoint, Sender
from devstack.stripe_simulator.simulator import Simulator
from devstack.stripe_simulator.values import Json

_Action = Callable[[str, Json], Json]
PREFIX = "/_sim/"


class Control:
    """Turns requests of testers into what happens at Stripe."""

    def __init__(self, simulator: Simulator, clock: SimulatedClock, sender: Sender) -> None:
        self._simulator = simulator
        self._clock = clock
        self._sender = sender
        self._actions: Mapping[tuple[str, str], _Action] = {
            ("GET", "health"): lambda _, __: {"status": "ok"},
            ("GET", "state"): self._state,
            ("POST", "clock"): self._move_clock,
            ("GET", "faults"): self._faults,
            ("POST", "faults"): self._change_faults,
            ("POST", "forget"): self._forget,
            ("POST", "accounts"): self._account,
            ("POST", "cards"): self._card,
            ("POST", "disputes"): self._dispute,
            ("POST", "identity"): self._identity,
            ("POST", "payment_intents"): self._payment_intent,
            ("POST", "payouts"): self._payout,
            ("POST", "refunds"): self._refund,
            ("POST", "reversals"): self._reversal,
            ("POST", "setup_intents"): self._setup_intent,
            ("POST", "webhooks"): self._listen,
            ("GET", "webhooks"): lambda _, __: {"deliveries": self._sender.deliveries()},
        }

    def answer(self, method: str, path: str, body: str) -> tuple[int, Json]:
        """Do what is asked."""
        name, _, rest = path.removeprefix(PREFIX).strip("/").partition("/")
        try:
            if (method, name) == ("POST", "import"):
                return 200, {"loaded": self._simulator.load(body.splitlines())}
            action = self._actions.get((method, name))
            if action is None:
                return 404, {"error": f"There is no {method} {path}"}
            return 200, action(rest.split("/")[0], json.loads(body) if body.strip() else {})
        except StripeRefusal as refusal:
            return refusal.status, {"error": refusal.message}
        except (KeyError, TypeError, ValueError) as problem:
            return 400, {"error": repr(problem)}

    def _state(self, _: str, __: Json) -> Json:
        return {**self._simulator.summary(), **self._faults("", {}), **self._time()}

    def _time(self) -> Json:
        return {"clock": self._clock.now().isoformat()}

    def _move_clock(self, _: str, wish: Json) -> Json:
        if "set" in wish:
            moment = wish["set"]
            self._clock.set(
                datetime.fromisoformat(moment)
                if isinstance(moment, str)
                else datetime.fromtimestamp(moment, UTC)
            )
        elif "advance_seconds" in wish:
            self._clock.advance(timedelta(seconds=wish["advance_seconds"]))
        elif wish.get("follow"):
            self._clock.follow()
        else:
            raise ValueError("Say `set`, `advance_seconds` or `follow`.")
        self._simulator.tick()
        return self._time()

    def _faults(self, _: str, __: Json) -> Json:
        return {"faults": [asdict(fault) for fault in self._simulator.faults.active()]}

    def _change_faults(self, _: str, wish: Json) -> Json:
        if wish.pop("clear", False):
            self._simulator.faults.clear()
        if wish:
            if wish["trouble"] not in {*CALL_TROUBLES, *EVENT_TROUBLES}:
                raise ValueError(f"There is no trouble called {wish['trouble']}.")
            self._simulator.faults.add(Fault(**wish))
        return self._faults("", {})

    def _forget(self, _: str, __: Json) -> Json:
        self._simulator.forget()
        return self._state("", {})

    def _listen(self, _: str, wish: Json) -> Json:
        self._sender.send_to((Endpoint(str(wish["url"])),))
        return {"url": wish["url"]}

    def _account(self, identifier: str, wish: Json) -> Json:
        if wish["action"] == "complete_onboarding":
            return self._simulator.complete_onboarding(identifier)
        if wish["action"] == "disable":
            return self._simulator.disable_account(
                identifier, wish.get("reason", "requirements.past_due")
            )
        raise ValueError("Say `complete_onboarding` or `disable`.")

    def _card(self, identifier: str, wish: Json) -> Json:
        self._simulator.change_card(identifier, **wish)
        return {"changed": identifier}

    def _dispute(self, identifier: str, wish: Json) -> Json:
        if identifier:
            return self._simulator.close_dispute(identifier, won=bool(wish["won"]))
        return self._simulator.open_dispute(
            wish["charge"], reason=wish.get("reason", "fraudulent"), amount=wish.get("amount")
        )

    def _identity(self, identifier: str, wish: Json) -> Json:
        if wish["outcome"] == "verified":
            return self._simulator.verify_identity(identifier)
        if wish["outcome"] == "failed":
            return self._simulator.fail_identity(
                identifier, wish.get("code", "document_unverified_other")
            )
        raise ValueError("Say `verified` or `failed`.")

    def _payment_intent(self, identifier: str, wish: Json) -> Json:
        return self._simulator.complete_payment_intent(identifier, succeeds=_succeeds(wish))

    def _refund(self, identifier: str, wish: Json) -> Json:
        if not identifier:
            return self._simulator.refund_by_hand(
                wish["charge"], wish.get("amount"), reason=wish.get("reason")
            )
        if wish["action"] == "fail":
            return self._simulator.fail_refund(identifier)
        raise ValueError("Say `fail`.")

    def _reversal(self, _: str, wish: Json) -> Json:
        return self._simulator.reverse_by_hand(wish["transfer"], wish.get("amount"))

    def _setup_intent(self, identifier: str, wish: Json) -> Json:
        return self._simulator.complete_setup_intent(identifier, succeeds=_succeeds(wish))

    def _payout(self, identifier: str, wish: Json) -> Json:
        if not identifier:
            return self._simulator.pay_out(wish["account"])
        return self._simulator.settle_payout(
            identifier, wish.get("account"), failure_code=wish.get("failure_code")
        )


def _succeeds(wish: Json) -> bool:
    return cast("bool", wish.get("succeeds", True))
