"""A student with a wallet."""

import pytest

from instainstru_core.kernel.uow import Uow
from tests.factories.instructors import person

BOOKING = "booking:01JZ8M4T6Q3V9K2X7C5B1N0D8F"
POT = "01JZ8M4T6Q3V9K2X7C5B1N0D8F"
OTHER = "booking:01JZ8M4T6Q3V9K2X7C5B1N0D8G"


@pytest.fixture
def zoe(uow: Uow) -> str:
    return person(uow, first_name="Zoe", last_name="Moss")
