"""Private servers, demo data and the tour: everything runs on one machine.

Any module below is read by a Python that can read it, or by none: an older one is refused here,
in words that it understands.
"""

import platform
import sys

OLDEST_PYTHON = (3, 11)

if sys.version_info < OLDEST_PYTHON:
    sys.exit(
        "Set-up failed: this python3 is " + platform.python_version() + "; this project needs 3.11"
        " or newer.\nWhat to do: install a newer Python and put it first on PATH, or name it:"
        " `make setup PYTHON=python3.12`."
    )
