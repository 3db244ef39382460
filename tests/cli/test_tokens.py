"""Programs that may ask for tokens, from the terminal."""

from instainstru_core.kernel.authority import SYSTEM
from instainstru_core.runtime import Runtime
from tests.cli.conftest import Terminal
from tests.factories import access as clients


def test_a_program_is_listed_and_stopped_by_who_agrees(
    terminal: Terminal, committed_runtime: Runtime
) -> None:
    with committed_runtime.begin(SYSTEM) as uow:
        known = clients.client(uow, name="Nightly report")
    (listed,) = terminal("token", "clients", "--json").json
    assert (listed["client_id"], listed["name"]) == (known.client_id, "Nightly report")
    assert known.client_secret not in terminal("token", "clients").out
    unasked = terminal("token", "disable", known.client_id, "--json")
    assert (unasked.code, unasked.problem["code"]) == (1, "cli.declined")
    assert terminal("token", "clients", "--json").json[0]["disabled_at"] is None
    stopped = terminal("token", "disable", known.client_id, "--yes", "--json").json
    assert stopped["disabled_at"] is not None
    unknown = terminal("token", "disable", "client_nobody", "--yes", "--json")
    assert (unknown.code, unknown.problem["code"]) == (1, "access.client_not_found")
