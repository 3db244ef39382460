"""Answers as bytes: deflated once, told often, each time with an end of its own. Pure.

Only the end of an answer names the search. The beginning is deflated up to a byte's end, so that
the end can be put behind it as it is and the whole still is one well-formed gzip member.
"""

import zlib

from instainstru_core.domains.search.types.answers import Answer

LEVEL = 2
RAW = -15
HEADER = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
"""Gzip, deflated, without a name, a time or a system."""


def packed(
    document: bytes,
    *,
    cursor: str | None,
    mark: str,
    is_public: bool,
    note: bytes,
    deflate: bool = True,
) -> Answer:
    """The answer whose JSON object this is, without its end; not deflated where that can wait."""
    beginning = document[:-1]
    return Answer(
        body=_deflated(beginning) if deflate else b"",
        crc=zlib.crc32(beginning),
        length=len(beginning),
        cursor=cursor,
        mark=mark,
        is_public=is_public,
        note=note,
        plain=beginning,
    )


def plain(answer: Answer, search_id: str) -> bytes:
    """The whole answer as JSON."""
    beginning = answer.plain
    if beginning is None:
        beginning = zlib.decompressobj(RAW).decompress(answer.body)
    return beginning + _end(answer, search_id)


def gzipped(answer: Answer, search_id: str) -> bytes:
    """The whole answer as JSON in gzip, without deflating anything anew."""
    body = answer.body or _deflated(answer.plain or b"")
    end = _end(answer, search_id)
    size = len(end)
    stored = b"\x01" + size.to_bytes(2, "little") + (size ^ 0xFFFF).to_bytes(2, "little")
    crc = zlib.crc32(end, answer.crc).to_bytes(4, "little")
    length = ((answer.length + size) & 0xFFFFFFFF).to_bytes(4, "little")
    return HEADER + body + stored + end + crc + length


def _deflated(beginning: bytes) -> bytes:
    deflating = zlib.compressobj(LEVEL, zlib.DEFLATED, RAW)
    return deflating.compress(beginning) + deflating.flush(zlib.Z_SYNC_FLUSH)


def _end(answer: Answer, search_id: str) -> bytes:
    following = "null" if answer.cursor is None else f'"{answer.cursor}{search_id}"'
    return f',"next_cursor":{following},"search_id":"{search_id}"}}'.encode()
