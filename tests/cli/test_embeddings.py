"""`instainstru search embeddings`."""

from tests.cli.conftest import Terminal


class TestEmbeddings:
    def test_are_shown_rebuilt_and_complete(self, terminal: Terminal) -> None:
        assert "0.0%" in terminal("search", "embeddings", "status").out
        rebuild = ("search", "embeddings", "rebuild", "--kind", "area")
        would = terminal(*rebuild, "--dry-run", "--json").json
        assert (would["made"], would["dry_run"]) == (0, True)
        assert would["left"] > 200
        done = terminal(*rebuild)
        assert done.code == 0
        assert f"{would['left']}" in done.out
        again = terminal(*rebuild, "--json").json
        assert (again["made"], again["left"], again["forgotten"]) == (0, 0, 0)
        shown = terminal("search", "embeddings", "status")
        assert "100.0%" in shown.out
        assert "wordllama-l2-supercat-256" in shown.out
