"""Saving, choosing and removing cards, with the provider behind the real adapter."""

import pytest
from sqlalchemy import select

from devstack.stripe_simulator.faults import Fault
from instainstru_core.adapters.stripe.gateway import StripeGateway
from instainstru_core.domains.audit.models import AuditEntry
from instainstru_core.domains.payments import flows, service
from instainstru_core.domains.payments.errors import (
    CardDeclined,
    CardNotFound,
    CardNotReady,
    CardOfAnother,
    ProviderFailed,
    ProviderUnreachable,
)
from instainstru_core.domains.payments.models import PaymentCustomer, PaymentMethod
from instainstru_core.domains.payments.schemas import PaymentMethodView, SaveCard
from instainstru_core.kernel.authority import SYSTEM, Actor, PermissionMissing
from instainstru_core.kernel.ids import new_id
from instainstru_core.kernel.uow import Begin
from tests.conftest import SetClock
from tests.factories import payments_people as people
from tests.factories.stripe import Outside


def listed(begin: Begin, actor: Actor) -> list[PaymentMethodView]:
    with begin(actor) as uow:
        return service.cards(uow).items


def saved(
    begin: Begin,
    gateway: StripeGateway,
    outside: Outside,
    actor: Actor,
    *,
    is_default: bool = False,
) -> PaymentMethodView:
    setup = flows.start_card_setup(begin, gateway, actor=actor)
    outside.confirm_setup(setup.setup_id)
    command = SaveCard(setup_id=setup.setup_id, is_default=is_default)
    return flows.save_card(begin, gateway, actor=actor, command=command)


class TestSaving:
    def test_starts_with_a_secret_for_the_browser(
        self, begin: Begin, gateway: StripeGateway, outside: Outside, jonas: Actor
    ) -> None:
        setup = flows.start_card_setup(begin, gateway, actor=jonas)
        known = outside.simulator.find(setup.setup_id)
        assert known is not None
        assert (setup.client_secret, known["usage"]) == (known["client_secret"], "off_session")
        with begin(SYSTEM) as uow:
            customer = uow.session.get_one(PaymentCustomer, jonas.id)
        assert known["customer"] == customer.vendor_id

    def test_keeps_the_card_of_a_confirmed_setup_and_makes_the_first_the_default(
        self, begin: Begin, gateway: StripeGateway, outside: Outside, jonas: Actor
    ) -> None:
        first = saved(begin, gateway, outside, jonas)
        assert (first.brand, first.last4, first.is_default, first.is_expired) == (
            "visa",
            "4242",
            True,
            False,
        )
        second = saved(begin, gateway, outside, jonas)
        assert second.is_default is False
        third = saved(begin, gateway, outside, jonas, is_default=True)
        assert [(one.id, one.is_default) for one in listed(begin, jonas)] == [
            (third.id, True),
            (second.id, False),
            (first.id, False),
        ]
        assert outside.customers() == 1

    def test_twice_keeps_one(
        self, begin: Begin, gateway: StripeGateway, outside: Outside, jonas: Actor
    ) -> None:
        setup = flows.start_card_setup(begin, gateway, actor=jonas)
        outside.confirm_setup(setup.setup_id)
        command = SaveCard(setup_id=setup.setup_id)
        views = [flows.save_card(begin, gateway, actor=jonas, command=command) for _ in range(2)]
        assert views[0] == views[1]
        assert len(listed(begin, jonas)) == 1

    def test_waits_for_the_browser(
        self, begin: Begin, gateway: StripeGateway, jonas: Actor
    ) -> None:
        setup = flows.start_card_setup(begin, gateway, actor=jonas)
        with pytest.raises(CardNotReady) as refused:
            flows.save_card(begin, gateway, actor=jonas, command=SaveCard(setup_id=setup.setup_id))
        assert refused.value.facts == {"status": "requires_payment_method"}
        assert listed(begin, jonas) == []

    def test_attaches_a_card_that_the_browser_has_made(
        self, begin: Begin, gateway: StripeGateway, outside: Outside, jonas: Actor
    ) -> None:
        loose = outside.loose_card()
        command = SaveCard(payment_method_id=loose)
        views = [flows.save_card(begin, gateway, actor=jonas, command=command) for _ in range(2)]
        assert views[0] == views[1]
        assert gateway.card(loose).customer_id is not None

    def test_refuses_a_card_of_somebody_else(
        self, begin: Begin, gateway: StripeGateway, outside: Outside, jonas: Actor
    ) -> None:
        theirs = outside.card_of_somebody_else()
        with pytest.raises(CardOfAnother):
            flows.save_card(begin, gateway, actor=jonas, command=SaveCard(payment_method_id=theirs))
        with begin(SYSTEM) as uow:
            zoe = people.payer(uow)
        setup = flows.start_card_setup(begin, gateway, actor=zoe)
        outside.confirm_setup(setup.setup_id)
        with pytest.raises(CardOfAnother):
            flows.save_card(begin, gateway, actor=jonas, command=SaveCard(setup_id=setup.setup_id))
        assert listed(begin, jonas) == []

    @pytest.mark.parametrize(
        "command",
        [SaveCard(setup_id="seti_nobody"), SaveCard(payment_method_id="pm_nobody")],
    )
    def test_refuses_what_the_provider_does_not_know(
        self, begin: Begin, gateway: StripeGateway, jonas: Actor, command: SaveCard
    ) -> None:
        with pytest.raises(CardNotFound):
            flows.save_card(begin, gateway, actor=jonas, command=command)

    def test_refuses_a_card_that_was_removed_before(
        self, begin: Begin, gateway: StripeGateway, outside: Outside, jonas: Actor
    ) -> None:
        setup = flows.start_card_setup(begin, gateway, actor=jonas)
        card = outside.confirm_setup(setup.setup_id)
        outside.detach(card)
        for command in (SaveCard(setup_id=setup.setup_id), SaveCard(payment_method_id=card)):
            with pytest.raises(CardNotReady, match="Enter it anew"):
                flows.save_card(begin, gateway, actor=jonas, command=command)

    def test_tells_that_the_bank_declined(
        self, begin: Begin, gateway: StripeGateway, outside: Outside, jonas: Actor
    ) -> None:
        loose = outside.loose_card()
        outside.simulator.change_card(loose, like="pm_card_chargeDeclined")
        with pytest.raises(CardDeclined):
            flows.save_card(begin, gateway, actor=jonas, command=SaveCard(payment_method_id=loose))
        assert listed(begin, jonas) == []

    @pytest.mark.parametrize("given", [{}, {"setup_id": "seti_1", "payment_method_id": "pm_1"}])
    def test_is_told_exactly_one_of_both(self, given: dict[str, str]) -> None:
        with pytest.raises(ValueError, match="either setup_id or payment_method_id"):
            SaveCard.model_validate(given)

    def test_is_for_people_with_the_permission(
        self, begin: Begin, gateway: StripeGateway, outside: Outside
    ) -> None:
        for actor in (SYSTEM, Actor(id=new_id())):
            with pytest.raises(PermissionMissing):
                flows.start_card_setup(begin, gateway, actor=actor)
        assert outside.customers() == 0


class TestTheCustomer:
    def test_is_found_again_when_the_answer_was_lost(
        self, begin: Begin, gateway: StripeGateway, outside: Outside, jonas: Actor
    ) -> None:
        outside.simulator.faults.add(Fault("timeout_after", path="/v1/customers"))
        with pytest.raises(ProviderUnreachable):
            flows.start_card_setup(begin, gateway, actor=jonas)
        flows.start_card_setup(begin, gateway, actor=jonas)
        assert outside.customers() == 1

    def test_is_made_anew_an_hour_after_the_provider_failed(
        self, begin: Begin, gateway: StripeGateway, outside: Outside, clock: SetClock, jonas: Actor
    ) -> None:
        """The provider remembers its own failure with the key: the key must not stay."""
        outside.simulator.faults.add(Fault("error_after", path="/v1/customers"))
        for _ in range(2):
            with pytest.raises(ProviderFailed):
                flows.start_card_setup(begin, gateway, actor=jonas)
        clock.now = clock.now.replace(hour=clock.now.hour + 1)
        assert flows.start_card_setup(begin, gateway, actor=jonas).setup_id.startswith("seti_")


class TestChoosing:
    def test_moves_the_default(
        self, begin: Begin, gateway: StripeGateway, outside: Outside, jonas: Actor
    ) -> None:
        first, second = (saved(begin, gateway, outside, jonas) for _ in range(2))
        with begin(jonas) as uow:
            assert service.make_default_card(uow, second.id).is_default is True
            assert service.make_default_card(uow, second.id).is_default is True
        assert [(one.id, one.is_default) for one in listed(begin, jonas)] == [
            (second.id, True),
            (first.id, False),
        ]
        with begin(SYSTEM) as uow:
            query = select(AuditEntry.action).filter_by(subject_id=second.id)
            assert sorted(uow.session.scalars(query)) == [
                "payments.make_default_card",
                "payments.save_card",
            ]

    def test_refuses_a_card_of_somebody_else(self, begin: Begin, jonas: Actor) -> None:
        with begin(SYSTEM) as uow:
            zoe = people.payer(uow)
            assert zoe.id is not None
            hers = people.card(uow, zoe.id)
        with begin(jonas) as uow, pytest.raises(CardNotFound):
            service.make_default_card(uow, hers.id)


class TestRemoving:
    def test_hands_the_default_over_to_the_newest(
        self, begin: Begin, gateway: StripeGateway, outside: Outside, jonas: Actor
    ) -> None:
        first, second, third = (saved(begin, gateway, outside, jonas) for _ in range(3))
        flows.remove_card(begin, gateway, actor=jonas, card_id=first.id)
        assert [(one.id, one.is_default) for one in listed(begin, jonas)] == [
            (third.id, True),
            (second.id, False),
        ]
        with begin(SYSTEM) as uow:
            gone = uow.session.get_one(PaymentMethod, first.id)
        assert gateway.card(gone.vendor_id).customer_id is None

    def test_again_is_not_found(
        self, begin: Begin, gateway: StripeGateway, outside: Outside, jonas: Actor
    ) -> None:
        only = saved(begin, gateway, outside, jonas)
        flows.remove_card(begin, gateway, actor=jonas, card_id=only.id)
        with pytest.raises(CardNotFound):
            flows.remove_card(begin, gateway, actor=jonas, card_id=only.id)
        assert listed(begin, jonas) == []

    def test_of_a_card_that_the_provider_already_forgot_is_done(
        self, begin: Begin, gateway: StripeGateway, outside: Outside, jonas: Actor
    ) -> None:
        setup = flows.start_card_setup(begin, gateway, actor=jonas)
        vendor_id = outside.confirm_setup(setup.setup_id)
        card = flows.save_card(
            begin, gateway, actor=jonas, command=SaveCard(setup_id=setup.setup_id)
        )
        outside.detach(vendor_id)
        flows.remove_card(begin, gateway, actor=jonas, card_id=card.id)
        with begin(SYSTEM) as uow:
            assert jonas.id is not None
            unknown = people.card(uow, jonas.id)
        flows.remove_card(begin, gateway, actor=jonas, card_id=unknown.id)
        assert listed(begin, jonas) == []

    def test_changes_nothing_while_the_provider_is_away(
        self, begin: Begin, gateway: StripeGateway, outside: Outside, jonas: Actor
    ) -> None:
        card = saved(begin, gateway, outside, jonas)
        outside.simulator.faults.add(Fault("timeout_before", path="*/detach"))
        with pytest.raises(ProviderUnreachable):
            flows.remove_card(begin, gateway, actor=jonas, card_id=card.id)
        assert listed(begin, jonas) == [card]

    def test_refuses_a_card_of_somebody_else(
        self, begin: Begin, gateway: StripeGateway, outside: Outside, jonas: Actor
    ) -> None:
        with begin(SYSTEM) as uow:
            zoe = people.payer(uow)
        hers = saved(begin, gateway, outside, zoe)
        with pytest.raises(CardNotFound):
            flows.remove_card(begin, gateway, actor=jonas, card_id=hers.id)
        assert listed(begin, zoe) == [hers]
