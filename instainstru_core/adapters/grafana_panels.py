"""Dashboards in Grafana's own form: read from its API and from files alike."""

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel, Field

from instainstru_core.domains.observability.types import Panel

MOST_PANELS = 200


class Target(BaseModel):
    """What a panel asks for. Other data sources than Prometheus have other fields."""

    expr: str | None = None
    query: Any = None


class DataSource(BaseModel):
    """Where a panel asks."""

    uid: str | None = None
    kind: str | None = Field(default=None, alias="type")


class PanelModel(BaseModel):
    """A panel, or a row that holds panels."""

    id: int = 0
    title: str = ""
    kind: str = Field(default="", alias="type")
    description: str | None = None
    datasource: DataSource | str | None = None
    targets: list[Target] = []
    panels: list["PanelModel"] = []


class OldRow(BaseModel):
    """A row of dashboards from before Grafana 5."""

    panels: list[PanelModel] = []


class Model(BaseModel):
    """A dashboard."""

    uid: str
    title: str
    tags: list[str] = []
    panels: list[PanelModel] = []
    rows: list[OldRow] = []


def panels(model: Model) -> tuple[Panel, ...]:
    """All panels in their order, those of rows among them."""
    found = list(_flat(model.panels))
    for row in model.rows:
        found += _flat(row.panels)
    return tuple(
        Panel(
            id=one.id,
            title=one.title,
            kind=one.kind,
            description=one.description or None,
            datasource=_named(one.datasource),
            queries=tuple(filter(None, map(_asked, one.targets))),
        )
        for one in found[:MOST_PANELS]
    )


def _flat(found: list[PanelModel]) -> Iterator[PanelModel]:
    for one in found:
        if one.kind != "row":
            yield one
        yield from _flat(one.panels)


def _asked(target: Target) -> str | None:
    return target.expr or (target.query if isinstance(target.query, str) else None)


def _named(datasource: DataSource | str | None) -> str | None:
    """A name, or the uid or type of an object; null stands for the default."""
    if isinstance(datasource, DataSource):
        return datasource.uid or datasource.kind
    return datasource
