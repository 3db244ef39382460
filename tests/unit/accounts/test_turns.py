"""Hashing takes turns."""

import pytest

from instainstru_core.domains.accounts.errors import HashingBusy
from instainstru_core.domains.accounts.flows import Turns


class TestTurns:
    def test_let_so_many_in_at_once_and_the_next_wait_in_vain(self) -> None:
        turns = Turns(at_once=2, patience_seconds=0.01)
        with turns.take(), turns.take(), pytest.raises(HashingBusy) as refusal, turns.take():
            pytest.fail("a third one got in")
        assert refusal.value.facts == {"retry_after": 2}

    def test_are_given_back_after_a_failure_too(self) -> None:
        turns = Turns(at_once=1, patience_seconds=0.01)
        with pytest.raises(ZeroDivisionError), turns.take():
            raise ZeroDivisionError
        with turns.take():
            pass
