"""ETags: versions out, expectations in, and 304 for what the caller already has.

A route sets the tag (`response.headers["ETag"] = etag.of_version(view.version)`); the router
answers 304 by itself when `If-None-Match` holds it.
"""

import hashlib
import re
from typing import Annotated

from fastapi import Header, Request, Response
from pydantic import BaseModel

from instainstru_core.kernel.errors import Invalid

KEPT_ON_304 = frozenset(
    {b"cache-control", b"content-location", b"date", b"etag", b"expires", b"vary"}
)
VERSION = re.compile(r'(?:W/)?"(\d{1,18})(?:\.[0-9a-f]{1,64})?"|(\d{1,18})')

IfMatch = Annotated[
    str | None,
    Header(alias="If-Match", description="The ETag of the version that this change is based on."),
]


class BadIfMatch(Invalid):
    code = "request.bad_if_match"


def of_version(version: int) -> str:
    """The tag of a numbered version."""
    return f'"{version}"'


def of_content(view: BaseModel) -> str:
    """The tag of whatever this view says."""
    return f'"{_digest(view)}"'


def of_version_and_content(version: int, view: BaseModel) -> str:
    """The tag of a numbered version that is shown beside other things, which change by themselves.

    `version_in` reads the version out of it.
    """
    return f'"{version}.{_digest(view)}"'


def is_any(if_match: str | None) -> bool:
    """Whether a caller says that any version there is will do."""
    return if_match is not None and if_match.strip() == "*"


def version_in(if_match: str | None) -> int | None:
    """The version a caller expects; None when there is no expectation. Raises BadIfMatch."""
    if if_match is None or is_any(if_match):
        return None
    found = VERSION.fullmatch(if_match.strip())
    if found is None:
        raise BadIfMatch('If-Match holds one version as the ETag gave it, such as "7".')
    return int(found[1] or found[2])


def conditional(request: Request, response: Response) -> Response:
    """The response, or 304 when the caller holds the same."""
    tag = response.headers.get("etag")
    held = request.headers.get("if-none-match")
    if tag is None or held is None or request.method != "GET" or response.status_code != 200:  # noqa: PLR2004
        return response
    if held.strip() != "*" and _bare(tag) not in {_bare(part) for part in held.split(",")}:
        return response
    unchanged = Response(status_code=304)
    unchanged.raw_headers[:] = [pair for pair in response.raw_headers if pair[0] in KEPT_ON_304]
    return unchanged


def _digest(view: BaseModel) -> str:
    return hashlib.blake2b(view.model_dump_json().encode(), digest_size=12).hexdigest()


def _bare(tag: str) -> str:
    return tag.strip().removeprefix("W/")
