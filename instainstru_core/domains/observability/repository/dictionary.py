"""The dictionary of metrics, as it is written."""

from pathlib import Path
from typing import Any

import yaml

from instainstru_core.domains.observability.policy import templates
from instainstru_core.domains.observability.schemas import MetricDefinition

DICTIONARY = Path(__file__).resolve().parents[4] / "metrics_dictionary.yaml"


def dictionary() -> list[MetricDefinition]:
    """The entries of metrics_dictionary.yaml, their shorthand written out.

    Raises pydantic.ValidationError on nonsense.
    """
    document: dict[str, Any] = yaml.load(DICTIONARY.read_text("utf-8"), yaml.CSafeLoader)
    shown: dict[str, str] = document["dashboards"]
    return [
        MetricDefinition.model_validate(
            _expanded(entry) | {"dashboard": shown.get(entry["runbook"])}
        )
        for entry in document["metrics"]
    ]


def _expanded(entry: dict[str, Any]) -> dict[str, Any]:
    return entry | {
        name: templates.expanded(entry[name]) for name in ("promql", "samples") if name in entry
    }
