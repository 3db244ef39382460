"""Customers and their saved cards at Stripe."""

from instainstru_core.adapters.stripe import reading
from instainstru_core.adapters.stripe.answers import Object
from instainstru_core.adapters.stripe.caller import Part
from instainstru_core.domains.payments.errors import CallRefused
from instainstru_core.domains.payments.types import CardSeen, SetupSeen


class StripeCards(Part):
    """The port's CardGateway."""

    def create_customer(self, *, key: str, user_id: str, email: str, name: str) -> str:
        return self._caller.ask(
            "create_customer",
            lambda client: client.v1.customers.create(
                {"email": email, "name": name, "metadata": {"user_id": user_id}},
                {"idempotency_key": key},
            ),
            lambda values: Object.model_validate(values).id,
        )

    def start_setup(self, *, key: str, customer_id: str) -> SetupSeen:
        return self._caller.ask(
            "start_setup",
            lambda client: client.v1.setup_intents.create(
                {
                    "customer": customer_id,
                    "usage": "off_session",
                    "automatic_payment_methods": {"enabled": True, "allow_redirects": "never"},
                },
                {"idempotency_key": key},
            ),
            reading.setup,
        )

    def setup(self, setup_id: str) -> SetupSeen:
        return self._caller.ask(
            "setup", lambda client: client.v1.setup_intents.retrieve(setup_id), reading.setup
        )

    def card(self, payment_method_id: str) -> CardSeen:
        return self._caller.ask(
            "card",
            lambda client: client.v1.payment_methods.retrieve(payment_method_id),
            reading.card,
        )

    def attach_card(self, *, key: str, customer_id: str, payment_method_id: str) -> CardSeen:
        return self._caller.ask(
            "attach_card",
            lambda client: client.v1.payment_methods.attach(
                payment_method_id, {"customer": customer_id}, {"idempotency_key": key}
            ),
            reading.card,
        )

    def detach_card(self, *, key: str, payment_method_id: str) -> None:
        """Done as well when the card is nobody's by now, for which Stripe has no code."""
        try:
            self._caller.ask(
                "detach_card",
                lambda client: client.v1.payment_methods.detach(
                    payment_method_id, options={"idempotency_key": key}
                ),
                reading.card,
            )
        except CallRefused:
            if self.card(payment_method_id).customer_id is not None:
                raise
