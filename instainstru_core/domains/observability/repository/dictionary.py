"""The dictionary of metrics, as it is written."""

from pathlib import Path
from typing import Any

import yaml

from instainstru_core.domains.observability.schemas import MetricDefinition

DICTIONARY = Path(__file__).resolve().parents[4] / "metrics_dictionary.yaml"


def dictionary() -> list[MetricDefinition]:
    """The entries of metrics_dictionary.yaml. Raises pydantic.ValidationError on nonsense."""
    document: dict[str, list[dict[str, Any]]] = yaml.load(
        DICTIONARY.read_text("utf-8"), yaml.CSafeLoader
    )
    return [MetricDefinition.model_validate(entry) for entry in document["metrics"]]
