"""People who pay and are paid, and the payment provider behind the real adapter."""

import pytest

from devstack.stripe_simulator.simulator import Simulator
from instainstru_core.adapters.stripe.gateway import StripeGateway
from instainstru_core.kernel.authority import Actor
from instainstru_core.kernel.uow import Uow
from tests.conftest import gateway_of
from tests.factories import payments_people as people
from tests.factories.stripe import Outside


@pytest.fixture
def gateway(stripe: Simulator) -> StripeGateway:
    """The way to the provider that the system takes as well."""
    return gateway_of(stripe)


@pytest.fixture
def outside(stripe: Simulator, gateway: StripeGateway) -> Outside:
    """Browsers and banks."""
    return Outside(stripe, gateway)


@pytest.fixture
def jonas(uow: Uow) -> Actor:
    """A student without a card, signed in."""
    return people.payer(uow)


@pytest.fixture
def maya(uow: Uow) -> Actor:
    """An instructor without an account, signed in."""
    return people.payee(uow)
