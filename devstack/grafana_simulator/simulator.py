"""Grafana itself, without a network of its own: takes requests, asks who stands behind it."""

import json
import re
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

import httpx

from devstack.grafana_simulator import answers
from devstack.grafana_simulator.answers import Answer, says
from devstack.grafana_simulator.behind import Behind

VERSION = "11.1.0"
DEFAULT_LIMIT = "1000"
PROXIED = frozenset(
    {
        ("GET", "query"),
        ("POST", "query"),
        ("GET", "query_range"),
        ("POST", "query_range"),
        ("GET", "series"),
        ("GET", "labels"),
    }
)
STATES = {"firing": "Alerting", "pending": "Pending"}
HEALTH = {"ok": "ok", "err": "error"}


@dataclass(frozen=True, slots=True)
class Request:
    """One request; `kind` is the type of its body."""

    method: str
    target: SplitResult
    body: bytes
    kind: str | None

    @property
    def path(self) -> list[str]:
        return [unquote(part) for part in self.target.path.strip("/").split("/")]


class Simulator:
    """Answers requests. What `troubles` holds is answered first, each once."""

    def __init__(
        self,
        token: str,
        *,
        prometheus_url: str,
        alertmanager_url: str,
        dashboards: Path,
        datasource: str = "prometheus",
    ) -> None:
        self.troubles: deque[Answer] = deque()
        self._token = token
        self._prometheus = Behind(prometheus_url)
        self._alertmanager = Behind(alertmanager_url)
        self._dashboards = dashboards
        self._datasource = datasource

    def handle(
        self, method: str, target: str, headers: Mapping[str, str], body: bytes = b""
    ) -> Answer:
        """The answer to one request; header names are in lower case."""
        asked = Request(method, urlsplit(target), body, headers.get("content-type"))
        if asked.path == ["api", "health"]:
            return says({"commit": "simulated", "database": "ok", "version": VERSION})
        if (refusal := self._refusal(headers.get("authorization", ""))) is not None:
            return refusal
        return self.troubles.popleft() if self.troubles else self._answer(asked)

    def _refusal(self, authorization: str) -> Answer | None:
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer" or not token:
            return answers.NO_TOKEN
        return None if token == self._token else answers.WRONG_TOKEN

    def _answer(self, asked: Request) -> Answer:
        match asked.method, asked.path:
            case "GET", ["api", "search"]:
                found = self._search(parse_qs(asked.target.query))
            case "GET", ["api", "dashboards", "uid", uid]:
                found = self._dashboard(uid)
            case _, ["api", "datasources", "proxy", "uid", uid, "api", "v1", what]:
                found = self._proxy(asked, uid, what)
            case "GET", ["api", "prometheus", "grafana", "api", "v1", "rules"]:
                found = self._rules()
            case _, ["api", "alertmanager", "grafana", "api", "v2", *rest]:
                found = self._alerting(asked.method, rest, asked.body)
            case _:
                found = answers.NO_PATH
        return found

    def close(self) -> None:
        """Give back the connections."""
        self._prometheus.close()
        self._alertmanager.close()

    def _models(self) -> list[dict[str, Any]]:
        return [json.loads(path.read_text()) for path in sorted(self._dashboards.glob("*.json"))]

    def _search(self, asked: Mapping[str, list[str]]) -> Answer:
        if asked.get("type", ["dash-db"]) != ["dash-db"]:
            return says([])
        limit = int(asked.get("limit", [DEFAULT_LIMIT])[0])
        hits = [
            {
                "id": number,
                "uid": model["uid"],
                "title": model["title"],
                "uri": f"db/{_slug(model['title'])}",
                "url": f"/d/{model['uid']}/{_slug(model['title'])}",
                "slug": "",
                "type": "dash-db",
                "tags": model.get("tags", []),
                "isStarred": False,
                "folderId": 1,
                "folderUid": "instainstru",
                "folderTitle": "InstaInstru",
                "sortMeta": 0,
            }
            for number, model in enumerate(self._models(), start=1)
        ]
        return says(sorted(hits, key=lambda hit: hit["title"])[:limit])

    def _dashboard(self, uid: str) -> Answer:
        for model in self._models():
            if model["uid"] == uid:
                meta = {"type": "db", "slug": _slug(model["title"]), "provisioned": True}
                return says({"meta": meta, "dashboard": model})
        return answers.NO_DASHBOARD

    def _proxy(self, asked: Request, uid: str, what: str) -> Answer:
        if uid != self._datasource:
            return answers.NO_SOURCE
        if (asked.method, what) not in PROXIED:
            return answers.NO_RIGHT
        target = f"/api/v1/{what}" + (f"?{asked.target.query}" if asked.target.query else "")
        found = self._prometheus.ask(asked.method, target, asked.body, asked.kind)
        return answers.AWAY if found is None else Answer(found.status_code, found.content)

    def _rules(self) -> Answer:
        told = self._prometheus.told("/api/v1/rules?type=alert")
        if told is None:
            return answers.AWAY
        for group in told["data"]["groups"]:
            group["folderUid"] = "instainstru"
            for rule in group["rules"]:
                rule["health"] = HEALTH.get(rule["health"], "nodata")
                rule["alerts"] = [_as_grafana_says(alert) for alert in rule["alerts"]]
                if not rule["alerts"]:
                    labels = {**rule["labels"], "alertname": rule["name"]}
                    normal = {"state": "Normal", "activeAt": rule["lastEvaluation"], "value": ""}
                    rule["alerts"] = [{"labels": labels, "annotations": {}, **normal}]
        return says(told)

    def _alerting(self, method: str, path: list[str], body: bytes) -> Answer:
        found = self._alertmanager.ask(
            method, f"/api/v2/{'/'.join(path)}", body, "application/json" if body else None
        )
        if found is None:
            return answers.AWAY
        answer = Answer(found.status_code, found.content)
        match method, path:
            case "GET", ["silences"]:
                pass
            case "GET", ["alerts"]:
                answer = says([_in_folder(alert) for alert in found.json()])
            case "POST", ["silences"]:
                answer = _silenced(found)
            case "GET", ["silence", _]:
                answer = answer if found.is_success else answers.NO_SILENCE
            case "DELETE", ["silence", _]:
                gone = says({"message": "silence deleted"})
                answer = gone if found.is_success else answers.AWAY
            case _:
                answer = answers.NO_PATH
        return answer


def _silenced(found: httpx.Response) -> Answer:
    if not found.is_success:
        return answers.BAD_SILENCE
    return says({"silenceID": found.json()["silenceID"], "message": "silence created"}, 202)


def _as_grafana_says(alert: dict[str, Any]) -> dict[str, Any]:
    return {**_in_folder(alert), "state": STATES[alert["state"]]}


def _in_folder(alert: dict[str, Any]) -> dict[str, Any]:
    """An alert with the labels that Grafana adds to those of its rules."""
    added = {"grafana_folder": "InstaInstru", "__alert_rule_uid__": "simulated"}
    return {**alert, "labels": {**alert["labels"], **added}}


def _slug(title: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")
