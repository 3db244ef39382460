"""What may be silenced, and which alerts a silence fits."""

from dataclasses import replace
from datetime import timedelta

import pytest

from instainstru_core.domains.observability.policy import silences
from instainstru_core.domains.observability.types import (
    AlertState,
    Matcher,
    Silence,
    SilenceState,
)
from tests.factories.monitoring import alert
from tests.factories.observability import NOW

DOWN = Matcher("alertname", "ProcessDown")
KEPT = Silence(
    "s1", SilenceState.ACTIVE, (DOWN,), NOW, NOW + timedelta(hours=1), "user 01J", "Restart"
)


class TestASilence:
    @pytest.mark.parametrize(
        "matchers",
        [
            (DOWN,),
            (Matcher("role", "worker"),),
            (Matcher("instance", "127.0.0.1:8000"),),
            (Matcher("alertname", "HttpErrors|HttpSlow", is_regex=True),),
            (DOWN, Matcher("severity", "critical")),
            (DOWN, Matcher("role", "api", is_equal=False)),
            (DOWN, Matcher("endpoint", "/api/v1/a|/api/v1/b-c", is_regex=True, is_equal=False)),
        ],
    )
    def test_that_names_what_it_covers_is_allowed(self, matchers: tuple[Matcher, ...]) -> None:
        assert silences.problem(matchers) is None

    @pytest.mark.parametrize(
        ("matchers", "why"),
        [
            ((), "1 to 6 matchers"),
            ((DOWN, *(Matcher(name, "x") for name in silences.LABELS[1:7])), "1 to 6 matchers"),
            ((Matcher("severity", "critical"),), "must equal a value"),
            ((Matcher("job", "instainstru"),), "must equal a value"),
            ((Matcher("alertname", "ProcessDown", is_equal=False),), "must equal a value"),
            ((Matcher("alertname", ""),), "must equal a value"),
            ((DOWN, Matcher("pod", "x"), Matcher("env", "y")), "not silenced by env, pod"),
            ((DOWN, DOWN), "each label once"),
            ((Matcher("alertname", ".*", is_regex=True),), "no wildcards"),
            ((Matcher("alertname", "Http.+", is_regex=True),), "no wildcards"),
            ((Matcher("alertname", "a||b", is_regex=True),), "no wildcards"),
            ((DOWN, Matcher("role", "", is_regex=True)), "no wildcards"),
        ],
    )
    def test_that_may_cover_anything_is_not(self, matchers: tuple[Matcher, ...], why: str) -> None:
        assert why in (silences.problem(matchers) or "")

    def test_lasts_from_five_minutes_to_a_day(self) -> None:
        assert timedelta(minutes=5) == silences.SHORTEST
        assert timedelta(days=1) == silences.LONGEST


class TestMatchers:
    @pytest.mark.parametrize(
        ("matcher", "fits"),
        [
            (Matcher("role", "api"), True),
            (Matcher("role", "ap"), False),
            (Matcher("role", "api", is_equal=False), False),
            (Matcher("role", "worker|api", is_regex=True), True),
            (Matcher("role", "worker|ap", is_regex=True), False),
            (Matcher("role", "worker", is_regex=True, is_equal=False), True),
            (Matcher("queue", "default"), False),
            (Matcher("queue", "default", is_equal=False), True),
        ],
    )
    def test_fit_as_alertmanager_says(self, matcher: Matcher, *, fits: bool) -> None:
        assert silences.fits([matcher], {"alertname": "X", "role": "api"}) is fits

    def test_have_to_fit_together(self) -> None:
        labels = {"alertname": "ProcessDown", "role": "api"}
        assert silences.fits([DOWN, Matcher("role", "api")], labels)
        assert not silences.fits([DOWN, Matcher("role", "worker")], labels)

    @pytest.mark.parametrize(
        ("matcher", "written"),
        [
            (Matcher("a", "b"), 'a="b"'),
            (Matcher("a", 'b"\\', is_equal=False), 'a!="b\\"\\\\"'),
            (Matcher("a", "b|c", is_regex=True), 'a=~"b|c"'),
            (Matcher("a", "b|c", is_regex=True, is_equal=False), 'a!~"b|c"'),
        ],
    )
    def test_are_written_as_prometheus_does(self, matcher: Matcher, written: str) -> None:
        assert silences.written(matcher) == written


class TestFreed:
    def test_are_the_alerts_that_no_other_silence_holds(self) -> None:
        held = alert("ProcessDown", AlertState.SILENCED)
        alone = replace(held, silenced_by=("s1",))
        twice = replace(held, silenced_by=("s1", "s2"))
        other = replace(held, silenced_by=("s2",))
        firing = alert("ProcessDown", AlertState.FIRING)
        assert silences.freed(KEPT, [alone, twice, other, firing]) == [alone]
