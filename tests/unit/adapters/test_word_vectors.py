"""The vectors of words are those of the file, read as they are needed."""

import os
from functools import cache

import numpy as np
import pytest

from instainstru_core.adapters.word_pieces import WordPieces
from instainstru_core.adapters.word_vectors import (
    TOKENS,
    WEIGHTS,
    Weights,
    WordVectors,
    file_of,
)
from instainstru_core.kernel.deadline import Deadline
from tests.patience import PATIENCE_SECONDS

FILE = file_of(WEIGHTS)
PIECES, WIDTH = 32_000, 256


@cache
def stored() -> "np.ndarray[tuple[int, int], np.dtype[np.float16]]":
    """The tensor stands at the end of its file, which holds nothing else."""
    bytes_of_all = FILE.read_bytes()[-PIECES * WIDTH * 2 :]
    return np.frombuffer(bytes_of_all, np.float16).reshape(PIECES, WIDTH)


def test_rows_are_those_of_the_file_in_the_order_they_were_asked_for() -> None:
    numbers = [31_999, 0, 7, 7, 12_345]
    rows = Weights(FILE).rows(numbers)
    assert rows.dtype == np.float32
    assert np.array_equal(rows, stored()[numbers].astype(np.float32))


@pytest.mark.parametrize("number", [PIECES, PIECES + 1_000])
def test_there_is_no_row_behind_the_last(number: int) -> None:
    with pytest.raises(EOFError, match=str(number)):
        Weights(FILE).rows([0, number])


def opened() -> int:
    """How often this process has the file open."""
    held = (os.path.realpath(one.path) for one in os.scandir("/proc/self/fd"))
    return sum(one == str(FILE.resolve()) for one in held)


def test_the_file_is_closed_with_the_last_who_has_it() -> None:
    before = opened()
    weights = Weights(FILE)
    assert opened() == before + 1
    del weights
    assert opened() == before


def test_a_text_is_the_mean_of_its_pieces_at_length_one_also_after_it_was_closed() -> None:
    vectors, deadline = WordVectors(), Deadline.within(PATIENCE_SECONDS)
    first = vectors.embed(["piano lessons", ""], deadline=deadline)
    vectors.close()
    again = vectors.embed(["piano lessons", ""], deadline=deadline)
    assert np.array_equal(first, again)
    assert np.linalg.norm(again[0]) == pytest.approx(1.0, abs=1e-6)
    assert not again[1].any()
    pieces = WordPieces(file_of(TOKENS))
    mean = stored()[pieces.of("piano lessons")].astype(np.float32).mean(axis=0)
    assert np.allclose(again[0], mean / np.linalg.norm(mean), atol=1e-6)
