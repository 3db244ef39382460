"""What may be silenced, for how long, and which alerts a silence fits. Pure."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta

from instainstru_core.domains.observability.types import Alert, AlertState, Matcher, Silence

SHORTEST = timedelta(minutes=5)
LONGEST = timedelta(hours=24)
MOST_MATCHERS = 6
LABELS = (
    "alertname",
    "severity",
    "role",
    "instance",
    "job",
    "queue",
    "task",
    "tool",
    "endpoint",
    "service",
    "grafana_folder",
)
NAMING = ("alertname", "role", "instance")
"""One of these must be told exactly, so that no silence covers everything of a kind."""
ALTERNATIVES = re.compile(r"[\w .:/-]+(?:\|[\w .:/-]+)*", re.ASCII)


def problem(matchers: Sequence[Matcher]) -> str | None:
    """Why these matchers may not silence anything, and what to do; None where they may."""
    if not 1 <= len(matchers) <= MOST_MATCHERS:
        return f"A silence has 1 to {MOST_MATCHERS} matchers."
    names = [one.name for one in matchers]
    if strange := sorted({name for name in names if name not in LABELS}):
        return f"Alerts are not silenced by {', '.join(strange)}, but by: {', '.join(LABELS)}."
    if len(set(names)) < len(names):
        return "Name each label once. For one of several values, use is_regex with `a|b`."
    for one in matchers:
        if one.is_regex and ALTERNATIVES.fullmatch(one.value) is None:
            return "A pattern lists plain values, such as `HttpErrors|HttpSlow`: no wildcards."
    if not any(one.name in NAMING and one.is_equal and one.value for one in matchers):
        return (
            f"Say what exactly to silence: {', '.join(NAMING[:-1])} or {NAMING[-1]} must equal a"
            " value. A severity or a job alone covers alerts that nobody has thought of."
        )
    return None


def fits(matchers: Iterable[Matcher], labels: Mapping[str, str]) -> bool:
    """Whether all matchers fit these labels. One that is missing counts as empty."""
    return all(_fits(one, labels.get(one.name, "")) for one in matchers)


def covered(matchers: Sequence[Matcher], alerts: Iterable[Alert]) -> list[Alert]:
    """The alerts that a silence keeps from disturbing, those already silenced among them."""
    return [alert for alert in alerts if fits(matchers, alert.labels)]


def freed(silence: Silence, alerts: Iterable[Alert]) -> list[Alert]:
    """The alerts that would disturb again without it: no other silence holds them."""
    return [
        alert
        for alert in alerts
        if alert.state is AlertState.SILENCED and set(alert.silenced_by) == {silence.id}
    ]


def written(matcher: Matcher) -> str:
    """The matcher as people and Prometheus write it."""
    sign = {(True, False): "=", (False, False): "!=", (True, True): "=~", (False, True): "!~"}
    value = matcher.value.replace("\\", r"\\").replace('"', r"\"")
    return f'{matcher.name}{sign[matcher.is_equal, matcher.is_regex]}"{value}"'


def _fits(matcher: Matcher, value: str) -> bool:
    if matcher.is_regex:
        found = re.fullmatch(matcher.value, value) is not None
    else:
        found = matcher.value == value
    return found is matcher.is_equal
