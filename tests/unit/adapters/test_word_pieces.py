"""Words are cut into the same pieces as by the library that made the vocabulary."""

from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer

from instainstru_core.adapters.word_pieces import WordPieces
from instainstru_core.adapters.word_vectors import PACKAGE, TOKENS

FILE = Path(str(files(PACKAGE).joinpath(TOKENS)))
TEXTS = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="<>\u2581"), max_size=40
)


@cache
def pieces() -> WordPieces:
    return WordPieces(FILE)


@cache
def library() -> Any:
    return Tokenizer.from_file(str(FILE))


@pytest.mark.parametrize(
    "text",
    ["", " ", "piano", "Ukulele  lessons", " a ", "se\u00f1or \u65e5\u672c \U0001f600", "x" * 60],
)
def test_are_those_of_the_library(text: str) -> None:
    assert pieces().of(text) == library().encode(text, add_special_tokens=False).ids


@given(TEXTS)
def test_are_those_of_the_library_for_any_text(text: str) -> None:
    assert pieces().of(text) == library().encode(text, add_special_tokens=False).ids


def test_of_a_known_word_are_known() -> None:
    assert pieces().of("piano") == library().encode("piano", add_special_tokens=False).ids != []
