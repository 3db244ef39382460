"""How well searches are understood: the labelled queries, how they are compared, the scores."""
