"""Ending early on Ctrl-C, SIGTERM or the end of the terminal: at once, once, and without fail.

Standard library only.
"""

import signal
import sys

ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
AGAIN_SECONDS = 0.05


def heed() -> None:
    """Raise KeyboardInterrupt in the main thread when somebody ends this process.

    Python drops exceptions that are raised while it clears an object away, and with one of them
    the wish to end: that one is raised again a moment later.
    """
    for number in (*ENDINGS, signal.SIGALRM):
        signal.signal(number, signal.default_int_handler)
    sys.unraisablehook = _raise_again


def ignore() -> None:
    """Let nothing break off what is left to do: the end is under way."""
    for number in (*ENDINGS, signal.SIGALRM):
        signal.signal(number, signal.SIG_IGN)


def _raise_again(dropped: "sys.UnraisableHookArgs") -> None:
    if issubclass(dropped.exc_type, KeyboardInterrupt):
        signal.setitimer(signal.ITIMER_REAL, AGAIN_SECONDS)
    else:
        sys.__unraisablehook__(dropped)
