"""Every alert once, in the words people use and in the order they should be read. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from instainstru_core.domains.observability.types import Alert, AlertState, Rule, RuleHealth

EVALUATED_WITHIN = timedelta(minutes=5)
"""Rules that are older than that may have missed what happened since."""
WORDS: Mapping[str, AlertState] = {
    "active": AlertState.FIRING,
    "alerting": AlertState.FIRING,
    "muted": AlertState.SILENCED,
    "suppressed": AlertState.SILENCED,
}
"""What people and vendors call these states besides their names."""
EVERY = frozenset({"all", "any"})
STATES = tuple(AlertState)
FOLDER = "grafana_folder"
SEVERITIES = ("critical", "warning", "info")


def word_for(text: str) -> str | None:
    """The state that this word means, or the word itself; None for all of them."""
    word = text.strip().casefold()
    return None if word in EVERY else WORDS.get(word, word)


def merged(held: Sequence[Alert] | None, rules: Sequence[Rule] | None) -> list[Alert]:
    """What the alert manager holds, and what rules hold beyond it. None stands for unknown.

    The alert manager alone knows what is silenced, the rules alone know what is pending.
    """
    known = list(held or [])
    for alert in (alert for rule in rules or [] for alert in rule.alerts):
        is_held = any(is_same(alert, other) for other in held or [])
        if alert.state is AlertState.PENDING or not is_held:
            known.append(alert)
    return sorted(known, key=_place)


def unheard(held: Sequence[Alert], rules: Sequence[Rule]) -> list[str]:
    """The alerts that fire by their rules, while the alert manager knows nothing of them."""
    firing = (alert for rule in rules for alert in rule.alerts if alert.state is AlertState.FIRING)
    return sorted({one.name for one in firing if not any(is_same(one, other) for other in held)})


def is_same(alert: Alert, held: Alert) -> bool:
    """Whether the alert manager holds this alert of a rule. On the way to it labels are added."""
    return _public(alert.labels).items() <= held.labels.items()


def failing(rules: Iterable[Rule]) -> list[str]:
    """The rules that cannot be evaluated: whether they would fire is unknown."""
    return sorted({rule.name for rule in rules if rule.health is RuleHealth.FAILING})


def stale(rules: Iterable[Rule], *, now: datetime) -> list[str]:
    """The rules that were not evaluated of late, or never."""
    return sorted(
        {
            rule.name
            for rule in rules
            if rule.evaluated_at is None or now - rule.evaluated_at > EVALUATED_WITHIN
        }
    )


def severity(alert: Alert) -> str | None:
    """How grave it is, as its rule says."""
    return alert.labels.get("severity")


def _place(alert: Alert) -> tuple[int, int, datetime, str, list[tuple[str, str]]]:
    grave = severity(alert)
    rank = SEVERITIES.index(grave) if grave in SEVERITIES else len(SEVERITIES)
    return (
        STATES.index(alert.state),
        rank,
        alert.since,
        alert.name,
        sorted(alert.labels.items()),
    )


def _public(labels: Mapping[str, str]) -> dict[str, str]:
    """Without the labels that Grafana adds, here or there."""
    return {
        name: value
        for name, value in labels.items()
        if name != FOLDER and not name.startswith("__")
    }
