"""Silences: shown, made once, ended."""

from dataclasses import replace
from datetime import timedelta

import pytest
from pydantic import ValidationError

from instainstru_core.domains.observability import flows
from instainstru_core.domains.observability.errors import (
    AlertmanagerUnreachable,
    PrometheusUnreachable,
    SilenceEnded,
    SilenceTooWide,
    SilenceUncertain,
    SilenceUnknown,
)
from instainstru_core.domains.observability.flows import silences as flow
from instainstru_core.domains.observability.schemas.alerts import (
    EndSilence,
    SilenceAlerts,
    SilenceMade,
    SilencePreview,
)
from instainstru_core.domains.observability.types import (
    AlertState,
    Matcher,
    Silence,
    SilenceState,
)
from instainstru_core.kernel.authority import (
    SYSTEM,
    Actor,
    ActorKind,
    Permission,
    PermissionMissing,
)
from tests.factories.monitoring import ScriptedMonitoring, alert, rule
from tests.factories.observability import NOW

RIGHTS = frozenset({Permission.OPERATIONS_READ, Permission.OPERATIONS_MANAGE})
JONAS = Actor(id="01JONAS", permissions=RIGHTS)
DESK = Actor(id="desk-copilot", kind=ActorKind.SERVICE, permissions=RIGHTS)
READER = Actor(id="01READER", permissions=frozenset({Permission.OPERATIONS_READ}))
KEY = "7KQ4W9ZT2MXB5RHCV8NA"
MARK = "d238bb5b0d1d"


def wish(**changes: object) -> SilenceAlerts:
    return SilenceAlerts.model_validate(
        {
            "matchers": [{"name": "alertname", "value": "ProcessDown"}],
            "duration_minutes": 30,
            "comment": "Planned restart",
            **changes,
        }
    )


def some() -> ScriptedMonitoring:
    return ScriptedMonitoring(
        held=[
            alert("ProcessDown", role="worker", severity="critical"),
            alert("ProcessDown", role="api", severity="warning"),
            alert("HttpSlow"),
        ],
        ruled=[rule("ProcessDown", alert("ProcessDown", AlertState.PENDING, role="mcp"))],
    )


def previewed(
    monitoring: ScriptedMonitoring, actor: Actor = JONAS, **changes: object
) -> flow.Considered[SilencePreview]:
    return flows.preview_silence(monitoring, actor=actor, command=wish(**changes))


def made(monitoring: ScriptedMonitoring, actor: Actor = JONAS, key: str = KEY) -> SilenceMade:
    return flows.silence(monitoring, actor=actor, command=wish(), key=key, at=NOW)


class TestAPreview:
    def test_shows_which_alerts_it_would_keep_quiet(self) -> None:
        found = previewed(some())
        assert found.told == SilencePreview(
            matchers=['alertname="ProcessDown"'],
            duration_minutes=30,
            created_by="user 01JONAS (InstaInstru copilot)",
            comment="Planned restart",
            covers=[
                'ProcessDown (firing, critical) role="worker"',
                'ProcessDown (firing, warning) role="api"',
                'ProcessDown (pending) role="mcp"',
            ],
            covers_total=3,
        )
        assert found.summary == (
            'Silence alerts with alertname="ProcessDown" for 30 minutes (3 fit now): Planned'
            " restart."
        )
        assert found.warnings == [flow.COVERS_CRITICAL]

    def test_makes_nothing(self) -> None:
        monitoring = some()
        previewed(monitoring)
        assert monitoring.kept == []

    def test_says_that_nothing_fits_yet(self) -> None:
        found = previewed(some(), matchers=[{"name": "alertname", "value": "Unheard"}])
        assert (found.told.covers_total, found.warnings) == (0, [flow.COVERS_NOTHING])

    def test_rests_on_the_alerts_there_are_not_on_whether_they_fire(self) -> None:
        before = previewed(some()).rests_on
        firing = some()
        firing.ruled = []
        firing.held.append(alert("ProcessDown", role="mcp"))
        assert previewed(firing).rests_on == before
        fewer = some()
        fewer.held.pop(0)
        assert previewed(fewer).rests_on != before

    def test_says_that_what_is_pending_is_unknown(self) -> None:
        monitoring = some()
        monitoring.away = {"rules": PrometheusUnreachable("Away.")}
        assert previewed(monitoring).warnings == [flow.PENDING_UNKNOWN, flow.COVERS_CRITICAL]

    def test_is_refused_while_nobody_knows_the_alerts(self) -> None:
        monitoring = some()
        monitoring.away = {"alerts": AlertmanagerUnreachable("Away.")}
        with pytest.raises(AlertmanagerUnreachable):
            previewed(monitoring)

    def test_is_refused_for_everything_of_a_kind(self) -> None:
        with pytest.raises(SilenceTooWide) as refused:
            previewed(some(), matchers=[{"name": "severity", "value": "critical"}])
        assert refused.value.facts["field"] == "matchers"

    @pytest.mark.parametrize("minutes", [4, 1441])
    def test_is_refused_outside_of_five_minutes_to_a_day(self, minutes: int) -> None:
        with pytest.raises(ValidationError):
            wish(duration_minutes=minutes)

    @pytest.mark.parametrize("minutes", [5, 1440])
    def test_may_last_from_five_minutes_to_a_day(self, minutes: int) -> None:
        assert wish(duration_minutes=minutes).duration_minutes == minutes

    @pytest.mark.parametrize(
        "changes",
        [
            {"comment": "  a  "},
            {"comment": "x" * 201},
            {"comment": "two\nlines"},
            {"matchers": []},
            {"matchers": [{"name": "alert name", "value": "x"}]},
            {"matchers": [{"name": "alertname", "value": ""}]},
            {"created_by": "somebody else"},
        ],
    )
    def test_takes_no_nonsense(self, changes: dict[str, object]) -> None:
        with pytest.raises(ValidationError):
            wish(**changes)

    def test_is_not_for_those_who_only_read(self) -> None:
        with pytest.raises(PermissionMissing):
            previewed(some(), READER)


class TestASilence:
    def test_says_who_answers_for_it_why_and_until_when(self) -> None:
        monitoring = some()
        found = made(monitoring)
        assert found == SilenceMade(
            id="silence-1",
            matchers=['alertname="ProcessDown"'],
            ends_at=NOW + timedelta(minutes=30),
            created_by="user 01JONAS (InstaInstru copilot)",
        )
        (kept,) = monitoring.kept
        assert kept.matchers == (Matcher("alertname", "ProcessDown"),)
        assert (kept.starts_at, kept.ends_at) == (NOW, NOW + timedelta(minutes=30))
        assert kept.comment == f"Planned restart ({MARK})"

    @pytest.mark.parametrize(
        ("actor", "creator"),
        [
            (JONAS, "user 01JONAS (InstaInstru copilot)"),
            (DESK, "service desk-copilot (InstaInstru copilot)"),
            (
                replace(DESK, operator="Lena L."),
                "Lena L. through service desk-copilot (InstaInstru copilot)",
            ),
            (SYSTEM, "system (InstaInstru copilot)"),
        ],
    )
    def test_is_made_in_the_name_of_whoever_asks(self, actor: Actor, creator: str) -> None:
        assert made(some(), actor).created_by == creator

    def test_is_made_once_for_each_key(self) -> None:
        monitoring = some()
        assert made(monitoring) == made(monitoring)
        assert len(monitoring.kept) == 1
        assert made(monitoring, key="another key").id == "silence-2"

    def test_is_found_again_when_the_answer_was_lost(self) -> None:
        monitoring = some()
        monitoring.loses_answers = True
        assert made(monitoring).id == "silence-1"
        assert len(monitoring.kept) == 1

    def test_is_uncertain_when_nobody_can_look(self) -> None:
        monitoring = some()
        monitoring.away = {"silence": SilenceUncertain("Nobody knows.")}
        with pytest.raises(SilenceUncertain):
            made(monitoring)

    def test_is_not_for_those_who_only_read(self) -> None:
        with pytest.raises(PermissionMissing):
            made(some(), READER)


class TestItsEnd:
    def test_is_shown_with_the_alerts_that_disturb_again(self) -> None:
        monitoring = some()
        command = EndSilence(silence_id=made(monitoring).id)
        found = flows.preview_unsilence(monitoring, actor=JONAS, command=command)
        assert found.told.frees == [
            'ProcessDown (silenced, critical) role="worker"',
            'ProcessDown (silenced, warning) role="api"',
        ]
        assert found.told.silence.comment == f"Planned restart ({MARK})"
        assert found.summary == (
            'End the silence of alerts with alertname="ProcessDown", which would last until'
            " 2026-06-15 14:30 UTC (2 alerts disturb again)."
        )
        assert monitoring.kept[0].state is SilenceState.ACTIVE

    def test_is_now(self) -> None:
        monitoring = some()
        command = EndSilence(silence_id=made(monitoring).id)
        at = NOW + timedelta(minutes=10)
        found = flows.unsilence(monitoring, actor=JONAS, command=command, at=at)
        assert (found.id, found.ends_at) == ("silence-1", at)
        assert monitoring.kept[0].state is SilenceState.EXPIRED

    def test_is_the_same_when_it_has_just_ended(self) -> None:
        monitoring = some()
        command = EndSilence(silence_id=made(monitoring).id)
        monitoring.unsilence("silence-1")
        late = NOW + timedelta(hours=1)
        found = flows.unsilence(monitoring, actor=JONAS, command=command, at=late)
        assert found.ends_at == NOW + timedelta(minutes=30)
        with pytest.raises(SilenceEnded):
            flows.preview_unsilence(monitoring, actor=JONAS, command=command)

    def test_is_refused_for_a_silence_that_is_not_there(self) -> None:
        command = EndSilence(silence_id="silence-9")
        with pytest.raises(SilenceUnknown):
            flows.preview_unsilence(some(), actor=JONAS, command=command)
        with pytest.raises(SilenceUnknown):
            flows.unsilence(some(), actor=JONAS, command=command, at=NOW)

    def test_is_not_for_those_who_only_read(self) -> None:
        monitoring = some()
        command = EndSilence(silence_id=made(monitoring).id)
        with pytest.raises(PermissionMissing):
            flows.preview_unsilence(monitoring, actor=READER, command=command)
        with pytest.raises(PermissionMissing):
            flows.unsilence(monitoring, actor=READER, command=command, at=NOW)

    @pytest.mark.parametrize("silence_id", ["", "../alerts", "a b", "x" * 65])
    def test_takes_no_id_that_is_none(self, silence_id: str) -> None:
        with pytest.raises(ValidationError):
            EndSilence(silence_id=silence_id)


class TestTheList:
    def test_leaves_out_what_is_over_unless_asked(self) -> None:
        def kept(name: str, state: SilenceState, hours: int) -> Silence:
            ends_at = NOW + timedelta(hours=hours)
            return Silence(name, state, (), NOW, ends_at, "jonas@example.org", "Because")

        monitoring = ScriptedMonitoring(
            kept=[
                kept("later", SilenceState.ACTIVE, 5),
                kept("over", SilenceState.EXPIRED, -1),
                kept("to come", SilenceState.PENDING, 9),
                kept("soon", SilenceState.ACTIVE, 1),
            ]
        )

        def listed(*, active_only: bool, limit: int = 50) -> tuple[list[str], int | None]:
            report = flows.silences_list(
                monitoring, actor=READER, active_only=active_only, limit=limit
            )
            assert {one.created_by for one in report.data.silences} == {"j…@example.org"}
            return [one.id for one in report.data.silences], report.total

        assert listed(active_only=True) == (["soon", "later", "to come"], 3)
        assert listed(active_only=False) == (["soon", "later", "to come", "over"], 4)
        assert listed(active_only=False, limit=1) == (["soon"], 4)
