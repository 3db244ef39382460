"""The health pages of our own processes, over HTTP. Whatever is not such a page is no answer."""

from datetime import datetime
from http import HTTPStatus
from typing import Literal

from pydantic import BaseModel, ValidationError

from instainstru_core.domains.observability.errors import ProcessUnreachable
from instainstru_core.domains.observability.types import Running

TIMEOUT_SECONDS = 2.0
LARGEST_BYTES = 10_000


class Page(BaseModel):
    """What a process says of itself."""

    status: Literal["ok"]
    release: str
    git_sha: str | None = None
    started_at: datetime


class HttpHealthPages:
    """Asks each time anew: what was up a moment ago may be down."""

    def read(self, url: str) -> Running:
        """What the process behind this page says. Refuses with ProcessUnreachable."""
        import httpx  # noqa: PLC0415 - most processes never ask

        try:
            reply = httpx.get(url, timeout=TIMEOUT_SECONDS, follow_redirects=False)
        except (httpx.HTTPError, httpx.InvalidURL) as failure:
            raise _unreachable("It does not answer.") from failure
        if reply.status_code != HTTPStatus.OK:
            raise _unreachable(f"It answers with status {reply.status_code}.")
        try:
            page = Page.model_validate_json(reply.content[:LARGEST_BYTES])
        except ValidationError as failure:
            raise _unreachable("What answers there is no process of ours.") from failure
        return Running(release=page.release, git_sha=page.git_sha, started_at=page.started_at)


def _unreachable(words: str) -> ProcessUnreachable:
    return ProcessUnreachable(words, retry_after=5)
