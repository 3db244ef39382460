"""The vectors of words are those of the file, read as they are needed."""

import os
from functools import cache

import numpy as np
import pytest

from instainstru_core.adapters import word_vectors
from instainstru_core.adapters.word_vectors import WEIGHTS, Weights, WordVectors
from instainstru_core.kernel.deadline import Deadline

FILE = word_vectors._file(WEIGHTS)
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


def test_the_file_is_closed_with_the_last_who_has_it() -> None:
    weights = Weights(FILE)
    number = weights._file
    assert os.fstat(number).st_size == FILE.stat().st_size
    del weights
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(number)


def test_a_text_is_the_mean_of_its_pieces_at_length_one_also_after_it_was_closed() -> None:
    vectors, deadline = WordVectors(), Deadline.within(10)
    first = vectors.embed(["piano lessons", ""], deadline=deadline)
    vectors.close()
    again = vectors.embed(["piano lessons", ""], deadline=deadline)
    assert np.array_equal(first, again)
    assert np.linalg.norm(again[0]) == pytest.approx(1.0, abs=1e-6)
    assert not again[1].any()
    pieces, _ = vectors._loaded()
    mean = stored()[pieces.of("piano lessons")].astype(np.float32).mean(axis=0)
    assert np.allclose(again[0], mean / np.linalg.norm(mean), atol=1e-6)
