"""Our Sentry port over HTTP: the simulator always, Sentry itself where its token is set.

The simulator is fed by the real SDK, through `sdk.start` as every process calls it.
"""

import os
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
import sentry_sdk
import stamina

from devstack.sentry_simulator.faults import Fault, Trouble
from devstack.sentry_simulator.server import SimulatorServer
from instainstru_core.adapters.careful import FAILURES_IN_A_ROW, Careful
from instainstru_core.adapters.sentry.client import SentryClient
from instainstru_core.adapters.sentry.reading import HttpSentry, UnconfiguredSentry
from instainstru_core.domains.observability.errors import (
    IssueNotFound,
    SentryEnvironmentUnknown,
    SentryNotConfigured,
    SentryProjectUnknown,
    SentryQueryInvalid,
    SentryRefuses,
    SentryTooOften,
    SentryUnreachable,
)
from instainstru_core.domains.observability.ports import Sentry
from instainstru_core.domains.observability.types import IssueQuery, IssueSort, WhichEvent
from instainstru_core.kernel.errors import Refusal
from tests.patience import PATIENCE_SECONDS
from tests.peers import Told, listening
from tests.watching import TOKEN, simulated, told

NAMES = {"api": "instainstru-api"}
REAL_TOKEN = os.environ.get("SENTRY_AUTH_TOKEN")
REAL_ORGANIZATION = os.environ.get("INSTAINSTRU_SENTRY_ORGANIZATION", "")
REAL_URL = os.environ.get("INSTAINSTRU_SENTRY_URL", "https://sentry.io")


class CardDeclined(Exception):
    """An error of this test."""


@dataclass(frozen=True, slots=True)
class Telling:
    """Errors that are told by the real SDK."""

    server: SimulatorServer

    def of(self, words: str, *, user: str | None = None, cause: str | None = None) -> str:
        """The id of the event of an error with these words."""
        with sentry_sdk.new_scope() as scope:
            if user is not None:
                scope.set_user(
                    {"id": user, "email": f"{user}@example.org", "ip_address": "8.8.4.4"}
                )
            try:
                _charge(words, cause)
            except CardDeclined as failure:
                event_id = sentry_sdk.capture_exception(failure)
        sentry_sdk.flush(PATIENCE_SECONDS)
        assert event_id is not None
        return event_id


def _charge(words: str, cause: str | None) -> None:
    raise CardDeclined(words) from (None if cause is None else TimeoutError(cause))


@pytest.fixture
def server() -> Iterator[SimulatorServer]:
    with simulated() as server:
        yield server


@pytest.fixture
def telling(server: SimulatorServer) -> Iterator[Telling]:
    with told(server):
        yield Telling(server)


@contextmanager
def port_at(
    url: str, *, token: str = TOKEN, organization: str = "instainstru"
) -> Generator[HttpSentry]:
    port = HttpSentry(SentryClient(Careful(url, token=token)), organization, NAMES)
    yield port
    port.close()


@pytest.fixture
def sentry(server: SimulatorServer) -> Iterator[Sentry]:
    with port_at(server.url) as port:
        yield port


def query(**changes: object) -> IssueQuery:
    now = datetime.now(UTC)
    asked = IssueQuery(
        project=None,
        environment=None,
        start=now - timedelta(hours=24),
        end=now + timedelta(minutes=1),
        search="",
        sort=IssueSort.DATE,
        limit=10,
    )
    return replace(asked, **changes)  # type: ignore[arg-type]


class TestWhatTheSdkTells:
    def test_is_grouped_by_cause_and_counted(self, telling: Telling, sentry: Sentry) -> None:
        for user in ("u1", "u2", "u2"):
            telling.of("The card was declined.", user=user)
        (issue,) = sentry.issues(query()).items
        assert (issue.title, issue.events, issue.users) == (
            "CardDeclined: The card was declined.",
            3,
            2,
        )
        assert (issue.project, issue.short_id) == ("instainstru-api", "INSTAINSTRU-API-1")
        assert (issue.level, issue.status) == ("error", "unresolved")
        assert issue.culprit == f"{__name__} in _charge"

    def test_has_its_chain_of_causes_with_all_frames(
        self, telling: Telling, sentry: Sentry
    ) -> None:
        event_id = telling.of("It failed.", cause="no answer in 10 s")
        found = sentry.event(event_id)
        assert found is not None
        cause, last = found.event.exceptions
        assert (cause.type, cause.message) == ("TimeoutError", "no answer in 10 s")
        assert (last.type, last.message, last.handled) == ("CardDeclined", "It failed.", True)
        assert [frame.partition(" in ")[2].split()[0] for frame in last.frames] == ["of", "_charge"]
        assert found.event.release == "v7"
        assert found.event.environment == "production"
        assert found.event.tags["process"] == "exporter"

    def test_leaves_without_people_and_secrets(
        self, telling: Telling, server: SimulatorServer
    ) -> None:
        event_id = telling.of(
            "jonas@example.org used sk_live_abcdef123456 at"
            " https://api.test/pay?card=4242424242424242",
            user="u1",
        )
        kept = server.simulator.store.event(event_id)
        assert kept is not None
        (thrown,) = kept.payload["exception"]["values"]
        frames = thrown["stacktrace"].pop("frames")
        assert not any("vars" in frame for frame in frames)
        sent = str(kept.payload)
        for secret in ("jonas@", "u1@example", "sk_live", "4242", "8.8.4.4"):
            assert secret not in sent, secret
        assert kept.payload["user"] == {"id": "u1"}
        assert kept.tags["user"] == "id:u1"

    def test_is_one_deliberate_error_when_it_is_asked_for(
        self, telling: Telling, sentry: Sentry
    ) -> None:
        proof = sentry.prove()
        assert (proof.configured, proof.delivered, proof.environment) == (True, True, "production")
        assert proof.event_id is not None
        found = sentry.event(proof.event_id)
        assert found is not None
        assert found.event.title.startswith("DeliberateError: ")

    def test_is_known_to_be_lost_when_nobody_takes_it(
        self, telling: Telling, sentry: Sentry, server: SimulatorServer
    ) -> None:
        server.simulator.faults.add(Fault("deaf"))
        proof = sentry.prove()
        assert (proof.configured, proof.delivered) == (True, False)


class TestIssues:
    def test_are_found_by_state_and_all_is_all(
        self, telling: Telling, sentry: Sentry, server: SimulatorServer
    ) -> None:
        telling.of("Fails.")
        (issue,) = server.simulator.store.issues()
        issue.status = "resolved"
        assert sentry.issues(query(search="is:unresolved")).items == []
        assert len(sentry.issues(query(search="is:resolved")).items) == 1
        assert len(sentry.issues(query(search="")).items) == 1

    def test_come_in_pages(self, telling: Telling, sentry: Sentry) -> None:
        for place, words in enumerate(("One", "Two", "Three")):
            with sentry_sdk.new_scope() as scope:
                scope.fingerprint = [words]
                for _ in range(place + 1):
                    sentry_sdk.capture_message(words)
        sentry_sdk.flush(PATIENCE_SECONDS)
        first = sentry.issues(query(sort=IssueSort.FREQ, limit=2))
        assert [issue.title for issue in first.items] == ["Three", "Two"]
        assert (first.total, first.next_cursor) == (3, "0:2:0")
        rest = sentry.issues(query(sort=IssueSort.FREQ, limit=2, cursor=first.next_cursor))
        assert ([issue.title for issue in rest.items], rest.next_cursor) == (["One"], None)

    def test_count_what_was_in_the_window(
        self, telling: Telling, sentry: Sentry, server: SimulatorServer
    ) -> None:
        telling.of("Fails.")
        project = server.simulator.store.projects[0]
        payload = server.simulator.store.issues()[0].newest.payload
        old = datetime.now(UTC) - timedelta(days=3)
        server.simulator.store.take(
            project, payload | {"event_id": "a" * 32, "timestamp": old.isoformat()}
        )
        (issue,) = sentry.issues(query()).items
        assert issue.events == 1
        assert issue.first_seen == old
        assert sentry.issue(issue.id).events == 2

    def test_are_of_one_environment_or_project(self, telling: Telling, sentry: Sentry) -> None:
        telling.of("Fails.")
        assert len(sentry.issues(query(environment="production", project="api")).items) == 1
        assert sentry.issues(query(project="instainstru-web")).items == []

    def test_of_an_unknown_environment_or_project_are_refused(
        self, telling: Telling, sentry: Sentry
    ) -> None:
        telling.of("Fails.")
        with pytest.raises(SentryEnvironmentUnknown) as refused:
            sentry.issues(query(environment="prodution"))
        assert refused.value.facts["known"] == ["production"]
        with pytest.raises(SentryProjectUnknown) as unknown:
            sentry.issues(query(project="android"))
        assert unknown.value.facts["known"] == [
            "instainstru-api",
            "instainstru-mcp",
            "instainstru-web",
            "instainstru-worker",
        ]

    @pytest.mark.parametrize("search", ['"unbalanced', "is:odd", "level:"])
    def test_of_an_unreadable_search_are_refused(self, sentry: Sentry, search: str) -> None:
        with pytest.raises(SentryQueryInvalid):
            sentry.issues(query(search=search))


class TestOneIssue:
    def test_is_found_by_id_and_by_short_id(self, telling: Telling, sentry: Sentry) -> None:
        telling.of("Fails.")
        by_short_id = sentry.issue("instainstru-api-1")
        assert sentry.issue(by_short_id.id) == by_short_id

    @pytest.mark.parametrize("reference", ["99", "INSTAINSTRU-API-ZZ"])
    def test_that_is_not_there_is_refused(self, sentry: Sentry, reference: str) -> None:
        with pytest.raises(IssueNotFound):
            sentry.issue(reference)

    def test_shows_its_newest_or_its_oldest_event(self, telling: Telling, sentry: Sentry) -> None:
        ids = [telling.of("Fails."), telling.of("Fails.")]
        issue = sentry.issue("INSTAINSTRU-API-1")
        for which, event_id in ((WhichEvent.OLDEST, ids[0]), (WhichEvent.LATEST, ids[1])):
            event = sentry.event_of(issue.id, which, environment=None)
            assert event is not None
            assert event.id == event_id
        assert sentry.event_of(issue.id, WhichEvent.LATEST, environment="stg") is None

    def test_has_no_event_that_is_not_there(self, sentry: Sentry) -> None:
        assert sentry.event("f" * 32) is None


def troubled(server: SimulatorServer, trouble: Trouble, times: int = 1) -> None:
    server.simulator.faults.add(Fault(trouble, times=times, retry_after=7))


class TestTrouble:
    def test_that_passes_is_not_noticed(self, sentry: Sentry, server: SimulatorServer) -> None:
        troubled(server, "error", times=2)
        assert sentry.issues(query()).items == []

    @pytest.mark.parametrize(
        ("trouble", "refusal"),
        [
            ("error", SentryUnreachable),
            ("nonsense", SentryUnreachable),
            ("forbidden", SentryRefuses),
            ("rate_limit", SentryTooOften),
        ],
    )
    def test_that_stays_is_refused_and_never_an_empty_list(
        self,
        sentry: Sentry,
        server: SimulatorServer,
        trouble: Trouble,
        refusal: type[Refusal],
    ) -> None:
        troubled(server, trouble, times=3)
        with pytest.raises(refusal) as refused:
            sentry.issues(query())
        if refusal is SentryTooOften:
            assert refused.value.facts["retry_after"] == 7

    def test_of_a_token_is_told_apart(self, server: SimulatorServer) -> None:
        with port_at(server.url, token="another") as port, pytest.raises(SentryRefuses):
            port.issues(query())

    def test_of_an_organization_is_told_apart(self, server: SimulatorServer) -> None:
        with port_at(server.url, organization="another") as port, pytest.raises(SentryRefuses):
            port.issues(query())

    def test_again_and_again_is_not_waited_for(self) -> None:
        with (
            listening() as peer,
            port_at(peer.url) as port,
            stamina.set_testing(True, attempts=1),
        ):
            peer.script = [Told(503)]
            for asked in (*range(1, FAILURES_IN_A_ROW + 1), FAILURES_IN_A_ROW):
                with pytest.raises(SentryUnreachable):
                    port.issues(query())
                assert len(peer.asked) == asked

    def test_of_settings_is_said(self) -> None:
        with pytest.raises(SentryNotConfigured):
            UnconfiguredSentry().issues(query())
        assert UnconfiguredSentry().prove().configured is False


@pytest.mark.skipif(not (REAL_TOKEN and REAL_ORGANIZATION), reason="no token of Sentry is set")
@pytest.mark.enable_socket
def test_sentry_itself_speaks_what_we_read() -> None:
    since = datetime.now(UTC) - timedelta(days=30)
    with port_at(REAL_URL, token=REAL_TOKEN or "", organization=REAL_ORGANIZATION) as real:
        for issue in real.issues(query(limit=3, start=since)).items:
            assert real.issue(issue.short_id).id == issue.id
            event = real.event_of(issue.id, WhichEvent.LATEST, environment=None)
            assert event is not None
            assert real.event(event.id) is not None
        assert real.event("f" * 32) is None
        with pytest.raises(IssueNotFound):
            real.issue("1")


def test_an_environment_is_known_from_whatever_comes_from_it(
    telling: Telling, sentry: Sentry
) -> None:
    with pytest.raises(SentryEnvironmentUnknown):
        sentry.issues(query(environment="production"))
    sentry_sdk.crons.capture_checkin(monitor_slug="a-job", status="ok")
    sentry_sdk.flush(PATIENCE_SECONDS)
    assert sentry.issues(query(environment="production")).items == []
