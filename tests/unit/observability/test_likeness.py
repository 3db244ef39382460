"""How alike texts are by their letters."""

import pytest

from instainstru_core.domains.observability.policy.likeness import Likeness

KNOWN = ["cancelled lessons", "queue depth", "response time"]


def test_is_one_for_the_same_and_nothing_for_what_shares_nothing() -> None:
    likeness = Likeness(KNOWN)
    assert likeness.to("queue depth")[1] == pytest.approx(1.0)
    assert max(likeness.to("xyz")) < 0.1
    assert likeness.to("") == [0.0, 0.0, 0.0]


def test_sees_through_forms_and_slips() -> None:
    likeness = Likeness(KNOWN)
    for text, place in (
        ("cancellation of a lesson", 0),
        ("queues depths", 1),
        ("responce tyme", 2),
    ):
        found = likeness.to(text)
        assert found.index(max(found)) == place
        assert 0.2 < found[place] < 1


def test_is_the_same_each_time_and_knows_no_texts_as_well() -> None:
    assert Likeness(KNOWN).to("queue") == Likeness(KNOWN).to("queue")
    assert Likeness([]).to("queue") == []
