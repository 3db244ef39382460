"""What models write otherwise than a schema says, and what is understood of it."""

from typing import Any

import pytest

from mcp_server.lenient import understood

STATES = {"$ref": "#/$defs/State"}
PARAMETERS: dict[str, Any] = {
    "properties": {
        "state": {"anyOf": [STATES, {"type": "null"}]},
        "kind": {"enum": ["no_show", "NO-SHOW", "late"], "type": "string"},
        "limit": {"type": "integer", "minimum": 1, "maximum": 100},
    },
    "$defs": {"State": {"enum": ["PENDING", "PAYMENT_FAILED"], "type": "string"}},
}


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("pending", "PENDING"),
        (" Payment failed ", "PAYMENT_FAILED"),
        ("payment-failed", "PAYMENT_FAILED"),
        ("PENDING", "PENDING"),
        ("failed", "failed"),
        (None, None),
        (7, 7),
    ],
)
def test_a_word_of_a_list_may_be_written_in_another_case(given: object, meant: object) -> None:
    assert understood({"state": given}, PARAMETERS, clamps=False) == ({"state": meant}, [])


def test_a_word_that_reads_as_two_is_left_to_be_refused() -> None:
    assert understood({"kind": "No Show"}, PARAMETERS, clamps=True)[0] == {"kind": "No Show"}
    assert understood({"kind": "LATE"}, PARAMETERS, clamps=True)[0] == {"kind": "late"}


def test_bounds_are_kept_only_where_nothing_is_changed() -> None:
    note = "`limit` may be 1 to 100: 100 was taken instead."
    assert understood({"limit": "500.0"}, PARAMETERS, clamps=True) == ({"limit": 100}, [note])
    assert understood({"limit": 500}, PARAMETERS, clamps=False) == ({"limit": 500}, [])
