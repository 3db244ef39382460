"""`.devstack/env`: secrets are made once, for this user alone; what is really set wins."""

import json
import os
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from devstack import environment
from devstack.environment import SECRET_NAMES, STATIC_TOKENS, TOKEN_LIFE
from devstack.places import Places
from instainstru_core.kernel.settings import Settings


class TestComplete:
    def test_makes_secrets_once(self, places: Places) -> None:
        first = environment.complete(places)
        assert len({first[name] for name in SECRET_NAMES}) == len(SECRET_NAMES)
        assert environment.complete(places) == first == environment.read(places)

    def test_is_for_this_user_alone(self, places: Places) -> None:
        known = environment.complete(places)
        key = places.keys / "oauth.pem"
        assert known["INSTAINSTRU_OAUTH_SIGNING_KEY_FILE"] == str(key)
        for path in (places.state / "env", key):
            assert stat.S_IMODE(path.stat().st_mode) == 0o600

    def test_keeps_what_somebody_wrote_into_it(self, places: Places) -> None:
        environment.update(places, {"INSTAINSTRU_JWT_SECRET": 'it\'s "mine" = $HOME'})
        assert environment.complete(places)["INSTAINSTRU_JWT_SECRET"] == 'it\'s "mine" = $HOME'

    def test_the_demo_token_has_an_end_that_is_pushed_back_in_time(self, places: Places) -> None:
        known = json.loads(environment.complete(places)[STATIC_TOKENS])
        ((digest, holder),) = known.items()
        soon = datetime.now(UTC) + timedelta(days=1)
        stale = {digest: {**holder, "expires_at": soon.isoformat()}}
        environment.update(places, {STATIC_TOKENS: json.dumps(stale)})
        ((again, later),) = json.loads(environment.complete(places)[STATIC_TOKENS]).items()
        assert again == digest
        assert datetime.fromisoformat(later["expires_at"]) > datetime.now(UTC) + TOKEN_LIFE / 2

    def test_our_settings_can_read_it(
        self, places: Places, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for name, value in environment.complete(places).items():
            monkeypatch.setenv(name, value)
        settings = Settings()
        (holder,) = settings.mcp_static_tokens.values()
        assert holder.client_id == environment.DEMO_CLIENT
        assert holder.expires_at is not None
        assert settings.tier == "STG"


class TestStandIn:
    def test_gives_a_process_without_a_database_what_the_file_says(
        self, places: Places, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(os, "environ", {"REDIS_URL": "mine", "DATABASE_URL": ""})
        environment.update(places, {"DATABASE_URL": "private", "REDIS_URL": "private"})
        environment.stand_in(places)
        assert os.environ == {"DATABASE_URL": "private", "REDIS_URL": "mine"}

    def test_stays_out_of_the_way_of_a_database_that_is_named(
        self, places: Places, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(os, "environ", {"DATABASE_URL": "mine"})
        environment.update(places, {"DATABASE_URL": "private", "REDIS_URL": "private"})
        environment.stand_in(places)
        assert os.environ == {"DATABASE_URL": "mine"}


class TestSharedMetrics:
    def test_is_a_folder_that_goes_away(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv(environment.SHARED_METRICS, raising=False)
        with environment.shared_metrics():
            folder = Path(os.environ[environment.SHARED_METRICS])
            assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert not folder.exists()
        assert environment.SHARED_METRICS not in os.environ

    def test_is_the_one_that_was_given(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv(environment.SHARED_METRICS, "/given")
        with environment.shared_metrics():
            assert os.environ[environment.SHARED_METRICS] == "/given"
