"""How results of the official suite are found again: by the names of its folders."""

import pytest

from tests.conformance.suite import scenario_of


@pytest.mark.parametrize(
    ("folder", "scenario"),
    [
        ("server-ping-2026-11-28T02-15-16-361Z", "ping"),
        ("server-server-initialize-2026-11-28T02-15-16-361Z", "server-initialize"),
        ("server-ping-2026-11-28T20-20-20-204Z", "ping"),
        ("server-elicitation-sep1330-enums-2026-01-20T00-00-20-020Z", "elicitation-sep1330-enums"),
    ],
)
def test_a_folder_tells_its_scenario_at_every_instant(folder: str, scenario: str) -> None:
    assert scenario_of(folder) == scenario


def test_another_way_of_naming_is_refused_not_miscounted() -> None:
    with pytest.raises(ValueError, match="another way"):
        scenario_of("ping-1764295816")
