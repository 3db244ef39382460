"""The private servers themselves: they start, answer, give way, and leave nothing behind."""

import json
import signal
import urllib.error
import urllib.request
from pathlib import Path

import psycopg
import pytest
from sqlalchemy.engine import make_url

from devstack import (
    cleaning,
    demo,
    environment,
    monitoring,
    ports,
    postgres,
    privileges,
    programs,
    seed,
    stack,
    status,
)
from devstack.lease import Lease
from devstack.places import Places
from devstack.process_id import ProcessId
from devstack.trouble import StackTrouble
from instainstru_core.kernel.clock import utc_now
from instainstru_core.kernel.time import local_day
from tests.databases import ServerUrls, clone, empty
from tests.devstack.conftest import checkout, cluster, nothing_runs, sleeper
from tests.devstack.test_ports import taken
from tests.patience import PATIENCE_SECONDS, wait_until

pytestmark = [
    pytest.mark.stack,
    pytest.mark.skipif(
        programs.prometheus(Places()) is None, reason="the servers here are given, not private"
    ),
]


def ask(places: Places, query: str) -> tuple[object, ...] | None:
    """One row of the private database, by its socket."""
    with psycopg.connect(
        host=postgres.socket_folder(places),
        port=ports.remembered(places)["postgres"],
        user=postgres.USER,
        dbname=postgres.DATABASE,
        autocommit=True,
    ) as connection:
        found = connection.execute(query)  # type: ignore[call-overload]
        return found.fetchone() if found.description else None


def ask_stripe(url: str, key: str) -> int:
    """The status of a call with this key."""
    request = urllib.request.Request(
        f"{url}/v1/balance", headers={"Authorization": f"Bearer {key}"}
    )
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE_SECONDS) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as refusal:
        return refusal.code


class TestEnsure:
    def test_starts_all_servers_and_says_where_they_are(self, places: Places) -> None:
        assert not status.of(places).up
        with Lease.take(places) as lease:
            stack.ensure(lease)
            known = environment.read(places)
            found = status.of(places)
            assert {one.name: one.state for one in found.processes} == dict.fromkeys(
                stack.ALL, "running"
            )
            addresses = {one.name: one.address for one in found.processes}
            assert addresses["postgres"] == known["DATABASE_URL"]
            assert addresses["prometheus"] == known["PROMETHEUS_URL"]
            assert known["REDIS_URL"].startswith("redis://:")
            assert found.database_url_for_other_programs is not None
            with psycopg.connect(found.database_url_for_other_programs) as by_password:
                assert by_password.execute("SELECT 1").fetchone() == (1,)
            before = lease.running()
            stack.ensure(lease)
            assert lease.running() == before
        assert {one.state for one in status.of(places).processes} == {"stopped"}
        assert nothing_runs(places)

    def test_keeps_the_data_until_it_is_thrown_away(self, places: Places) -> None:
        with Lease.take(places) as lease:
            stack.ensure(lease, ["postgres"])
            ask(places, "CREATE TABLE kept AS SELECT 7 AS number")
        with Lease.take(places) as lease:
            stack.ensure(lease, ["postgres"])
            assert ask(places, "SELECT number FROM kept") == (7,)
        cleaning.clean(places)
        assert not cluster(places).exists()

    def test_a_port_that_another_program_took_is_given_up(self, places: Places) -> None:
        with Lease.take(places) as lease:
            stack.ensure(lease, stack.DATABASES)
            before = ports.remembered(places)
        with taken(before["postgres"]), taken(before["redis"]), Lease.take(places) as lease:
            stack.ensure(lease, stack.DATABASES)
            after = ports.remembered(places)
            assert after["postgres"] != before["postgres"]
            assert after["redis"] != before["redis"]
            assert str(after["redis"]) in environment.read(places)["REDIS_URL"]
            assert ask(places, "SELECT 1") == (1,)

    def test_two_checkouts_work_beside_each_other(self, places: Places, tmp_path: Path) -> None:
        other = checkout(tmp_path / "other")
        with Lease.take(places) as one, Lease.take(other) as two:
            stack.ensure(one, stack.DATABASES)
            stack.ensure(two, stack.DATABASES)
            ask(places, "CREATE TABLE mine AS SELECT 1")
            assert ask(other, "SELECT to_regclass('mine')") == (None,)
            mine, theirs = ports.remembered(places), ports.remembered(other)
            assert not set(mine.values()) & set(theirs.values())
        assert nothing_runs(other)
        privileges.remove_data(other)

    def test_works_in_a_folder_of_any_name(self, tmp_path: Path) -> None:
        odd = checkout(tmp_path / "Zoë's, my #1: folder")
        with Lease.take(odd) as lease:
            stack.ensure(lease, stack.DATABASES + stack.MONITORS)
            assert ask(odd, "SELECT 1") == (1,)
            monitoring.scrape(odd, {"prometheus": ports.remembered(odd)["prometheus"]})
            url = environment.read(odd)["PROMETHEUS_URL"]
            wait_until(lambda: monitoring.value_of(url, 'count(up{role="prometheus"})') == 1)
        assert nothing_runs(odd)
        privileges.remove_data(odd)

    def test_an_unknown_server_is_refused(self, lease: Lease) -> None:
        with pytest.raises(StackTrouble, match="no server called mongo"):
            stack.ensure(lease, ["mongo"])


class TestSimulators:
    def test_answer_to_the_keys_of_their_checkout_alone(self, places: Places) -> None:
        with Lease.take(places) as lease:
            stack.ensure(lease, stack.SIMULATORS)
            known = environment.read(places)
            url, key = known["INSTAINSTRU_STRIPE_API_URL"], known["STRIPE_SECRET_KEY"]
            assert ask_stripe(url, key) == 200
            assert ask_stripe(url, "sk_test_of_another_checkout") == 401
            assert known["INSTAINSTRU_RESEND_API_URL"] != url
            assert known["RESEND_API_KEY"].startswith("re_")
            assert known["SENTRY_DSN"].endswith(
                f"@{known['INSTAINSTRU_SENTRY_URL'].removeprefix('http://')}/1"
            )
            (secret,) = json.loads(known["INSTAINSTRU_STRIPE_WEBHOOK_SECRETS"])
            assert secret.startswith("whsec_")
        assert nothing_runs(places)

    def test_a_killed_one_is_noticed(self, places: Places) -> None:
        with Lease.take(places) as lease:
            stack.ensure(lease, ["stripe"])
            lease.running()["stripe"].send(signal.SIGKILL)
            death = lease.death(PATIENCE_SECONDS)
            assert death is not None
            assert (death.name, death.code) == ("stripe", -signal.SIGKILL)

    def test_are_not_started_for_a_service_whose_key_is_set(
        self, places: Places, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        environment.complete(places)
        environment.update(places, {"INSTAINSTRU_STRIPE_API_URL": "http://127.0.0.1:1"})
        monkeypatch.setenv("STRIPE_SECRET_KEY", "sk_test_mine")
        others = [name for name in stack.SIMULATORS if name != "stripe"]
        assert stack.everything(places) == (*stack.DATABASES, *stack.MONITORS, *others)
        known = environment.for_processes(places)
        assert known["STRIPE_SECRET_KEY"] == "sk_test_mine"
        assert "INSTAINSTRU_STRIPE_API_URL" not in known
        assert "INSTAINSTRU_STRIPE_WEBHOOK_SECRETS" not in known

    def test_the_key_of_the_file_is_no_key_of_ones_own(
        self, places: Places, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for name, value in environment.complete(places).items():
            monkeypatch.setenv(name, value)
        assert stack.everything(places) == stack.ALL

    def test_a_made_up_key_is_never_used_without_their_address(self, places: Places) -> None:
        assert environment.complete(places)["RESEND_API_KEY"]
        assert "RESEND_API_KEY" not in environment.for_processes(places)


class TestASecondDemo:
    def test_brings_map_and_catalogue_to_what_the_checkout_has_by_then(
        self, places: Places, servers: ServerUrls, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        show = demo.Show(places)
        with clone(servers) as url:
            address = make_url(url).set(drivername="postgresql")
            plain = address.render_as_string(hide_password=False)
            monkeypatch.setenv("DATABASE_URL", url)
            environment.complete(places)
            environment.update(places, {demo.SEEDED: demo._mark(show) or ""})
            with psycopg.connect(plain) as connection:
                seed._remember(connection, demo.INSTRUCTORS, local_day(utc_now()))
            for digest, name in (("of yesterday", "Piano"), (seed.reference_digest(), "Clavier")):
                environment.update(places, {demo.REFERENCE: digest})
                with psycopg.connect(plain) as connection:
                    connection.execute("UPDATE services SET name = 'Clavier' WHERE slug = 'piano'")
                demo._seed(show, url)
                with psycopg.connect(plain) as connection:
                    asked = "SELECT name FROM services WHERE slug = 'piano'"
                    assert connection.execute(asked).fetchone() == (name,)
                assert environment.read(places)[demo.REFERENCE] == seed.reference_digest()


class TestCrash:
    def test_a_killed_database_is_noticed_and_starts_again(self, places: Places) -> None:
        with Lease.take(places) as lease:
            stack.ensure(lease, ["postgres"])
            lease.running()["postgres"].send(signal.SIGKILL)
            death = lease.death(PATIENCE_SECONDS)
            assert death is not None
            assert (death.name, death.code) == ("postgres", -signal.SIGKILL)
            (crashed,) = [one for one in status.of(places).processes if one.name == "postgres"]
            assert crashed.state == "crashed"
            stack.ensure(lease, ["postgres"])
            assert ask(places, "SELECT 1") == (1,)

    def test_a_lock_whose_pid_belongs_to_a_stranger_is_no_hindrance(self, places: Places) -> None:
        with Lease.take(places) as lease:
            stack.ensure(lease, ["postgres"])
            lock = cluster(places) / "postmaster.pid"
            text = lock.read_text()
        lease = Lease.take(places)
        lease.start(sleeper("stranger"))
        stranger = lease.running()["stranger"]
        _, _, rest = text.partition("\n")
        lock.write_text(f"{stranger.pid}\n{rest}")
        with lease:
            stack.ensure(lease, ["postgres"])
            assert ask(places, "SELECT 1") == (1,)
            assert stranger == ProcessId.of(stranger.pid)


class TestRefusals:
    def test_a_missing_program_is_named_with_what_to_do(
        self, places: Places, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        places.opt.unlink()
        monkeypatch.setenv("PATH", "/nowhere")
        with pytest.raises(StackTrouble, match="no Prometheus") as refused:
            monitoring.prometheus(places, 1, 2)
        assert refused.value.advice == "Run `make setup`."

    def test_a_server_that_cannot_start_shows_the_end_of_its_log(self, places: Places) -> None:
        with Lease.take(places) as lease:
            stack.ensure(lease, ["postgres"])
        (cluster(places) / "global/pg_control").unlink()
        did_not_start = pytest.raises(StackTrouble, match="postgres did not start")
        with Lease.take(places) as lease, did_not_start as refused:
            stack.ensure(lease, ["postgres"])
        assert "pg_control" in "\n".join(refused.value.tail)
        assert "make clean" in refused.value.advice

    def test_a_cluster_of_another_version_is_not_touched(self, places: Places) -> None:
        with Lease.take(places) as lease:
            stack.ensure(lease, ["postgres"])
        version = cluster(places) / "PG_VERSION"
        version.write_text("11\n")
        too_old = pytest.raises(StackTrouble, match="made by Postgres 11")
        with Lease.take(places) as lease, too_old:
            stack.ensure(lease, ["postgres"])
        assert version.read_text() == "11\n"

    def test_a_second_demo_in_one_checkout_is_refused(self, lease: Lease, places: Places) -> None:
        lease.start(sleeper("api"))
        with pytest.raises(StackTrouble, match="already running"):
            demo._raise_the_curtain(demo.Show(places), lease)

    @pytest.mark.parametrize(
        ("name", "other"), [("DATABASE_URL", "REDIS_URL"), ("REDIS_URL", "DATABASE_URL")]
    )
    def test_one_server_of_ones_own_is_not_mixed_with_private_ones(
        self,
        *,
        lease: Lease,
        places: Places,
        monkeypatch: pytest.MonkeyPatch,
        name: str,
        other: str,
    ) -> None:
        monkeypatch.setenv(name, "elsewhere")
        monkeypatch.delenv(other, raising=False)
        with pytest.raises(StackTrouble, match=f"{name} is set and {other} is not") as refused:
            demo._raise_the_curtain(demo.Show(places), lease)
        assert f"unset {name}" in refused.value.advice
        assert lease.running() == {}

    def test_a_database_of_somebody_s_is_not_touched_before_they_agree(
        self,
        *,
        servers: ServerUrls,
        lease: Lease,
        places: Places,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setenv("REDIS_URL", servers.redis_url)
        monkeypatch.delenv("INSTAINSTRU_SEED", raising=False)
        with empty(servers) as url:
            monkeypatch.setenv("DATABASE_URL", url)
            with pytest.raises(StackTrouble, match="seeding replaces the people") as refused:
                demo._raise_the_curtain(demo.Show(places), lease)
            address = make_url(url).set(drivername="postgresql")
            with psycopg.connect(address.render_as_string(hide_password=False)) as connection:
                made = connection.execute("SELECT to_regclass('alembic_version')").fetchone()
        assert made == (None,)
        assert "INSTAINSTRU_SEED=yes" in refused.value.advice
        assert lease.running() == {}

    def test_a_database_of_another_tier_is_not_filled(self, servers: ServerUrls) -> None:
        with clone(servers) as url, pytest.raises(StackTrouble, match="says that it is INT"):
            demo._require(url, servers.redis_url)

    @pytest.mark.parametrize(
        ("database_url", "words"),
        [
            ("postgresql://nobody@127.0.0.1:1/none", "DATABASE_URL"),
            ("nonsense", "DATABASE_URL"),
            (None, "REDIS_URL"),
        ],
    )
    def test_servers_that_are_given_and_do_not_answer_are_named(
        self, servers: ServerUrls, database_url: str | None, words: str
    ) -> None:
        given = database_url or servers.admin_url
        with pytest.raises(StackTrouble, match=f"The server of {words}") as refused:
            demo._require(given, "redis://127.0.0.1:1/0")
        assert f"unset {words}" in refused.value.advice
