"""What happens at the payment provider without us: browsers confirm cards, money arrives."""

from dataclasses import dataclass

import stripe

from devstack.stripe_simulator.in_process import InProcessClient
from devstack.stripe_simulator.simulator import Simulator
from instainstru_core.adapters.stripe.gateway import StripeGateway


@dataclass(frozen=True)
class Outside:
    """Acts at the provider as browsers and banks do. `gateway` is the way that we take."""

    simulator: Simulator
    gateway: StripeGateway

    @property
    def client(self) -> stripe.StripeClient:
        return stripe.StripeClient("sk_test_x", http_client=InProcessClient(self.simulator))

    def confirm_setup(self, setup_id: str, card: str = "pm_card_visa") -> str:
        """The browser confirms a setup with this test card. Returns the card's id."""
        done = self.client.v1.setup_intents.confirm(setup_id, {"payment_method": card})
        return str(done.payment_method)

    def loose_card(self, card: str = "pm_card_visa") -> str:
        """A card that a browser has made and that is nobody's yet."""
        setup = self.client.v1.setup_intents.create(
            {
                "payment_method": card,
                "confirm": True,
                "usage": "on_session",
                "automatic_payment_methods": {"enabled": True, "allow_redirects": "never"},
            }
        )
        return str(setup.payment_method)

    def card_of_somebody_else(self) -> str:
        """A card that is saved by another customer."""
        customer = self.client.v1.customers.create({"email": "other@example.org"})
        attached = self.client.v1.payment_methods.attach(
            self.loose_card(), {"customer": customer.id}
        )
        return attached.id

    def detach(self, card_id: str) -> None:
        """The card is removed, not by us."""
        self.client.v1.payment_methods.detach(card_id)

    def customers(self) -> int:
        return self._count("customer")

    def accounts(self) -> int:
        return self._count("account")

    def sessions(self) -> int:
        return self._count("verification_session")

    def fund(self, account_id: str, cents: int) -> None:
        """So much arrives in a connected account."""
        self.client.v1.transfers.create(
            {"amount": cents, "currency": "usd", "destination": account_id}
        )

    def pay_daily(self, account_id: str) -> None:
        """The account is told to pay out on other days than ours."""
        self.client.v1.accounts.update(
            account_id, {"settings": {"payouts": {"schedule": {"interval": "daily"}}}}
        )

    def _count(self, kind: str) -> int:
        counts: dict[str, int] = self.simulator.summary()["counts"]
        return counts[kind]
