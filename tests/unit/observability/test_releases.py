"""Whether processes run the same code."""

import pytest

from instainstru_core.domains.observability.policy.releases import drifts
from instainstru_core.domains.observability.types import Running
from tests.factories.observability import NOW


def of(*known: str) -> list[Running | None]:
    """Processes such as `7/abc`, `7/` without a commit, and `?` for one that is unknown."""
    return [
        None if one == "?" else Running(one.partition("/")[0], one.partition("/")[2] or None, NOW)
        for one in known
    ]


@pytest.mark.parametrize(
    ("known", "answer"),
    [
        (("7/abc", "7/abc"), False),
        (("7/abc", "7/abd"), True),
        (("7/abc", "8/abc"), True),
        (("7/", "8/"), True),
        (("7/abc", "7/abd", "?"), True),
        (("7/abc", "7/abc", "?"), None),
        (("7/abc", "7/"), None),
        (("7/", "7/"), None),
        (("7/abc",), None),
        (("?", "?"), None),
        ((), None),
    ],
)
def test_drift_is_certain_or_unknown(known: tuple[str, ...], answer: bool | None) -> None:
    assert drifts(of(*known)) is answer
