"""What the SDK sends: a line of headers, then for each item a line of headers and a payload."""

import gzip
import json
import zlib
from collections.abc import Iterator
from typing import Any

Item = tuple[str, dict[str, Any]]


class Unreadable(ValueError):
    """These bytes are no envelope."""


def items(body: bytes, encoding: str = "") -> Iterator[Item]:
    """Kind and payload of each item that is JSON. Raises Unreadable."""
    try:
        _, _, rest = _plain(body, encoding).partition(b"\n")
        while rest.strip():
            line, _, rest = rest.partition(b"\n")
            header = json.loads(line)
            length = header.get("length")
            payload = rest.partition(b"\n")[0] if length is None else rest[:length]
            rest = rest[len(payload) :].removeprefix(b"\n")
            if header["type"] != "attachment":
                yield str(header["type"]), json.loads(payload)
    except (ValueError, KeyError, AttributeError, OSError, zlib.error) as problem:
        raise Unreadable(repr(problem)) from problem


def _plain(body: bytes, encoding: str) -> bytes:
    match encoding:
        case "gzip":
            return gzip.decompress(body)
        case "deflate":
            return zlib.decompress(body)
        case _:
            return body
