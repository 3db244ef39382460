"""Cursors belong to one list with its filters, and nothing else is accepted."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from instainstru_core.kernel.paging import BadCursor, decode_cursor, encode_cursor, page_of


def pages(limit: int, rows: list[int]) -> tuple[list[int], str | None]:
    page = page_of(rows, limit=limit, scope="numbers", key=lambda row: (row,), view=lambda row: row)
    return page.items, page.next_cursor


class TestPageOf:
    def test_the_last_page_has_no_cursor(self) -> None:
        assert pages(3, [1, 2, 3]) == ([1, 2, 3], None)

    def test_a_further_row_makes_a_cursor_after_the_last_shown(self) -> None:
        items, cursor = pages(2, [1, 2, 3])
        assert items == [1, 2]
        assert cursor is not None
        assert decode_cursor(cursor, scope="numbers", kinds=(int,)) == (2,)

    def test_an_empty_list_is_a_page(self) -> None:
        assert pages(2, []) == ([], None)


class TestDecodeCursor:
    @pytest.mark.parametrize(
        "cursor", ["", "!", "e30", "bnVsbA", "W10", "W1tdXQ", "a" * 5000, "\x00", "é"]
    )
    def test_refuses_nonsense(self, cursor: str) -> None:
        with pytest.raises(BadCursor):
            decode_cursor(cursor, scope="s", kinds=(str,))

    @pytest.mark.parametrize("opening", [b"[", b'{"a":'])
    def test_refuses_what_is_nested_too_deeply_to_be_read(self, opening: bytes) -> None:
        cursor = base64.urlsafe_b64encode(opening * 9_000).decode()
        with pytest.raises(BadCursor):
            decode_cursor(cursor, scope="s", kinds=(str,))

    def test_refuses_a_cursor_of_other_filters(self) -> None:
        cursor = encode_cursor(("a",), scope="list?status=live")
        with pytest.raises(BadCursor):
            decode_cursor(cursor, scope="list?status=paused", kinds=(str,))

    @pytest.mark.parametrize("key", [(1, "a"), ("a", 1, 2), (True, 1), ("a\x00", 1)])
    def test_refuses_parts_of_another_kind(self, key: tuple[str | int, ...]) -> None:
        cursor = encode_cursor(key, scope="s")
        with pytest.raises(BadCursor):
            decode_cursor(cursor, scope="s", kinds=(str, int))

    @given(st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"])))
    def test_returns_what_was_encoded(self, text: str) -> None:
        cursor = encode_cursor((text, 7), scope="s")
        assert decode_cursor(cursor, scope="s", kinds=(str, int)) == (text, 7)
