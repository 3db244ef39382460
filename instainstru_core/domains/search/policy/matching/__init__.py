"""Who answers a wish, in which order, out of an index of all that is offered. Pure.

`index` holds the offerings as columns, `places` measures between areas, `filters` judges who
answers, `ranking` puts them in order, `paging` cuts pages, `relaxing` adds who nearly answers,
`facets` counts what can be chosen. `searching.matched` does all of it.
"""
