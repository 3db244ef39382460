"""How well a search went, in a figure. Pure."""

FEW, ENOUGH, PLENTY = 5, 10, 50
EACH_RESULT, FULL = 5.0, 50.0
EACH_TOO_MANY, FLOOR = 0.2, 30.0
OF_USE = 25.0

LEAST_OF_PROBLEMS = 5
"""How often a wish is made before it is called a problem."""

NOBODY_COUNTS = 0.5
"""What no instructor at all counts as, so that ten who want a service weigh more than one."""


def quality(results: int, *, of_use: bool) -> float:
    """From 0 to 75: five points a result up to fifty, fewer past fifty results, and more where
    someone looked at one of them.
    """
    if results <= ENOUGH:
        points = results * EACH_RESULT
    elif results <= PLENTY:
        points = FULL
    else:
        points = max(FLOOR, FULL - (results - PLENTY) * EACH_TOO_MANY)
    return points + (OF_USE if of_use else 0.0)
