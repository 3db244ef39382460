"""What is written on things at Stripe, so that people and programs find them again."""

from tests.contracts.stripe.stage import Stage


class TestWhatIsWritten:
    def test_on_an_intent_and_a_transfer_is_the_command_and_the_reference(
        self, stage: Stage
    ) -> None:
        simulator = stage.simulated()
        sent = simulator.find(stage.transferred(stage.payee()).id)
        assert sent is not None
        assert sent["transfer_group"] == stage.reference
        assert sent["metadata"] == {
            "command_id": stage.key("transfer"),
            "reference": stage.reference,
        }
        charge = simulator.find(sent["source_transaction"])
        assert charge is not None
        intent = simulator.find(charge["payment_intent"])
        assert intent is not None
        assert intent["transfer_group"] == stage.reference
        assert intent["metadata"] == {
            "command_id": stage.key("source"),
            "reference": stage.reference,
        }
        assert intent["capture_method"] == "manual"
        assert intent["automatic_payment_methods"] == {"allow_redirects": "never", "enabled": True}

    def test_on_a_refund_is_the_command_and_our_reason(self, stage: Stage) -> None:
        simulator = stage.simulated()
        made = stage.gateway.refund(
            key=stage.key("r"),
            command_id=stage.key("r"),
            intent_id=stage.captured().id,
            cents=1_000,
            reason="instructor_cancelled",
        )
        refund = simulator.find(made.id)
        assert refund is not None
        assert refund["metadata"] == {
            "command_id": stage.key("r"),
            "reason": "instructor_cancelled",
        }

    def test_on_an_account_is_the_instructor_and_that_it_only_receives(self, stage: Stage) -> None:
        account = stage.simulated().find(stage.account())
        assert account is not None
        assert account["type"] == "express"
        assert account["email"] == "ines@teach.example"
        assert set(account["capabilities"]) == {"transfers"}
        assert account["metadata"] == {"instructor_id": stage.mark}

    def test_on_a_customer_is_the_person(self, stage: Stage) -> None:
        customer = stage.simulated().find(stage.customer())
        assert customer is not None
        assert (customer["name"], customer["email"]) == ("Maya Chen", "maya.chen@learn.example")
        assert customer["metadata"] == {"user_id": stage.mark}
