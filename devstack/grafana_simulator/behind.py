"""The two servers behind Grafana, asked in their own words."""

from typing import Any

import httpx

SECONDS = 10.0


class Behind:
    """One server. Where it cannot be reached, Grafana says so with a status of its own."""

    def __init__(self, url: str) -> None:
        self._client = httpx.Client(base_url=url, timeout=SECONDS, trust_env=False)

    def ask(
        self, method: str, target: str, body: bytes = b"", content_type: str | None = None
    ) -> httpx.Response | None:
        """Its answer; None where there is none."""
        headers = {"Content-Type": content_type} if content_type else {}
        try:
            return self._client.request(method, target, content=body, headers=headers)
        except httpx.HTTPError:
            return None

    def told(self, target: str) -> Any:  # noqa: ANN401 - whatever JSON it is
        """What it tells at this path; None where it tells nothing."""
        found = self.ask("GET", target)
        return found.json() if found is not None and found.is_success else None

    def close(self) -> None:
        """Give back the connections."""
        self._client.close()
