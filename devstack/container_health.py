"""Whether the process in this container works: every given address must answer 200."""

import sys
import urllib.error
import urllib.request

DEFAULT = "http://127.0.0.1:8000/api/v1/health"


def works(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=2):  # noqa: S310 - an address of our own image
            return True
    except (OSError, urllib.error.URLError):
        return False


if __name__ == "__main__":
    sys.exit(0 if all(works(address) for address in sys.argv[1:] or [DEFAULT]) else 1)
