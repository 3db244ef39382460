"""Which database may be hurt, and on whose word."""

import pytest

from instainstru_core.kernel.safety import DatabaseProtected, Tier, guard, host_of

LOCAL = "postgresql+psycopg://u:p@127.0.0.1:5433/demo"
SOCKET = "postgresql+psycopg://u@/demo?host=/run/private"
HOSTED = "postgresql+psycopg://u:p@db.prod.example/instainstru"


class TestGuard:
    @pytest.mark.parametrize("url", [LOCAL, SOCKET])
    def test_lets_tests_hurt_a_local_database(self, url: str) -> None:
        guard(url, Tier.INT)

    def test_keeps_tests_away_from_other_hosts(self) -> None:
        with pytest.raises(DatabaseProtected):
            guard(HOSTED, Tier.INT, typed="db.prod.example", agreed=True)

    @pytest.mark.parametrize(
        "url",
        [
            "postgresql://u@localhost/demo?host=db.prod.example",
            "postgresql://u@localhost/demo?hostaddr=10.0.0.5",
            "postgresql://u@/demo?host=/run/private,db.prod.example",
            "postgresql://u@/demo?host=localhost&host=db.prod.example",
            "postgresql://u@/demo?service=production",
        ],
    )
    def test_sees_a_host_that_the_url_names_elsewhere(self, url: str) -> None:
        with pytest.raises(DatabaseProtected):
            guard(url, Tier.INT)
        with pytest.raises(DatabaseProtected):
            guard(url, Tier.STG, agreed=True)

    @pytest.mark.parametrize(
        ("url", "variable", "refused"),
        [
            ("postgresql://u@/demo", "PGHOST", True),
            ("postgresql://u@/demo", "PGSERVICE", True),
            (LOCAL, "PGHOST", False),
            (SOCKET, "PGHOST", False),
            (LOCAL, "PGHOSTADDR", True),
            (SOCKET, "PGSERVICE", True),
            ("postgresql://u@/demo?hostaddr=127.0.0.1&host=localhost", "PGHOSTADDR", False),
        ],
    )
    def test_sees_a_host_that_the_environment_names_where_the_url_does_not(
        self, monkeypatch: pytest.MonkeyPatch, url: str, variable: str, *, refused: bool
    ) -> None:
        guard(url, Tier.INT)
        monkeypatch.setenv(variable, "db.prod.example")
        if not refused:
            guard(url, Tier.INT)
            return
        with pytest.raises(DatabaseProtected, match="db\\.prod\\.example"):
            guard(url, Tier.INT)

    def test_asks_for_a_word_before_hurting_staging(self) -> None:
        with pytest.raises(DatabaseProtected):
            guard(LOCAL, Tier.STG)
        guard(LOCAL, Tier.STG, agreed=True)

    @pytest.mark.parametrize("typed", [None, "", "db.prod", "DB.PROD.EXAMPLE"])
    def test_refuses_production_unless_the_whole_host_is_typed(self, typed: str | None) -> None:
        with pytest.raises(DatabaseProtected):
            guard(HOSTED, Tier.PROD, typed=typed, agreed=True)

    def test_obeys_the_typed_host(self) -> None:
        guard(HOSTED, Tier.PROD, typed="db.prod.example")

    def test_refuses_a_local_production_that_cannot_be_typed(self) -> None:
        with pytest.raises(DatabaseProtected):
            guard(SOCKET, Tier.PROD, typed="", agreed=True)


@pytest.mark.parametrize(
    ("url", "host"), [(LOCAL, "127.0.0.1"), (SOCKET, ""), (HOSTED, "db.prod.example")]
)
def test_the_host_is_read_from_the_url(url: str, host: str) -> None:
    assert host_of(url) == host
