"""Stop the stack and throw its data away; `make clean` runs it before it removes the folders."""

from devstack import stack
from devstack.lease import Lease
from devstack.places import Places


def clean(places: Places) -> None:
    """Stop everything and forget the servers' data."""
    lease = Lease.join(places)
    if lease is not None:
        lease.down()
    stack.reset(places)


if __name__ == "__main__":
    clean(Places())
