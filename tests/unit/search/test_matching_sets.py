"""Sets of bits that many rows have in common."""

import numpy as np

from instainstru_core.domains.search.policy.matching.sets import Numbering, Sets, words_of

FIRST, HIGH, BOTH = 0b101, 1 << 100, 0b101 | 1 << 100


def table(*wholes: int) -> Sets:
    numbering = Numbering(Sets.none(2))
    numbering.each(wholes)
    return numbering.sets()


def test_the_same_set_has_one_number() -> None:
    numbering = Numbering(Sets.none(2))
    assert numbering.each([FIRST, HIGH, FIRST, 0, HIGH]).tolist() == [0, 1, 0, 2, 1]
    assert numbering.sets().words.tolist() == [[0b101, 0, 0], [0, 1 << 36, 0]]


def test_a_later_table_keeps_the_numbers_and_the_earlier_one_stays_as_it_is() -> None:
    earlier = table(FIRST, HIGH)
    numbering = Numbering(earlier)
    assert [numbering.of(one) for one in (BOTH, HIGH, FIRST, BOTH)] == [2, 1, 0, 2]
    assert numbering.sets().words[:, :2].tolist() == earlier.words.tolist()
    assert (len(earlier), len(numbering.sets())) == (2, 3)


def test_without_a_new_set_the_table_is_the_same() -> None:
    earlier = table(FIRST)
    numbering = Numbering(earlier)
    assert numbering.of(FIRST) == 0
    assert numbering.sets() is earlier


def test_a_set_is_found_only_as_a_whole() -> None:
    known = table(FIRST, BOTH)
    assert [known.find(one) for one in (FIRST, BOTH, HIGH, 0)] == [0, 1, None, None]
    assert Sets.none(2).find(0) is None


def test_holding_says_which_share_a_bit() -> None:
    known = table(FIRST, HIGH, BOTH, 0)
    assert known.holding(words_of(0b100, 2)).tolist() == [True, False, True, False]
    assert known.holding(words_of(1 << 100, 2)).tolist() == [False, True, True, False]
    assert known.holding(words_of(0b10, 2)).tolist() == [False] * 4
    assert known.holding(words_of(0, 2)).tolist() == [False] * 4


def test_the_union_is_of_the_named_sets_alone() -> None:
    known = table(FIRST, HIGH, 0b10)
    assert known.union(np.array([0, 2, 0], np.int32)) == (0b111, 0)
    assert known.union(np.array([1, 2], np.int32)) == (0b10, 1 << 36)
    assert known.union(np.zeros(0, np.int32)) == (0, 0)
    assert Sets.none(2).union(np.zeros(0, np.int32)) == (0, 0)
