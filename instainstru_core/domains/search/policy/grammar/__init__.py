"""What a text says: words with their places, spans for each slot, one consistent set of them.

`parse(text, words, today)` reads a text; `words_of(terms, gazetteer)` makes the words it knows.
"""

from instainstru_core.domains.search.policy.grammar.parse import parse
from instainstru_core.domains.search.policy.grammar.vocabulary import words_of
from instainstru_core.domains.search.policy.grammar.words import Words

__all__ = ["Words", "parse", "words_of"]
