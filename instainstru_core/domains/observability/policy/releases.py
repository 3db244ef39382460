"""Whether processes run the same code. Pure."""

from collections.abc import Sequence

from instainstru_core.domains.observability.types import Running


def drifts(running: Sequence[Running | None]) -> bool | None:
    """Whether two of them run different code; None where that cannot be told of all."""
    known = [one for one in running if one is not None]
    if len({one.release for one in known}) > 1:
        return True
    commits = {one.git_sha for one in known}
    if len(commits - {None}) > 1:
        return True
    can_tell = len(known) == len(running) and len(known) > 1 and len(commits) == 1
    return False if can_tell and None not in commits else None
