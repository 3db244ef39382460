"""Press Ctrl-C as a person at a terminal does: COMMAND... is run on a terminal of its own.

    python3 interrupt.py 'what it prints' COMMAND...

Waits until that text is printed, presses Ctrl-C once, prints what follows and ends as it ends: with
its exit code, or 128 and the number of the signal that ended it; 125 when the text never came.
"""

import os
import pty
import re
import sys
import time

CTRL_C = b"\x03"
SETTLE_SECONDS = float(os.environ.get("SETTLE_SECONDS", "0.7"))
"""What was announced has begun by then, and is not done yet."""


def main(text: str, command: list[str]) -> int:
    pid, terminal = pty.fork()
    if pid == 0:
        os.execvp(command[0], command)
    printed, pressed = b"", False
    while piece := _read(terminal):
        sys.stdout.buffer.write(piece)
        sys.stdout.flush()
        printed += piece
        if not pressed and re.search(text.encode(), printed):
            time.sleep(SETTLE_SECONDS)
            os.write(terminal, CTRL_C)
            pressed = True
    _, status = os.waitpid(pid, 0)
    code = os.waitstatus_to_exitcode(status)
    return 125 if not pressed else code if code >= 0 else 128 - code


def _read(terminal: int) -> bytes:
    """What is printed next; nothing when the terminal was left by everybody."""
    try:
        return os.read(terminal, 65_536)
    except OSError:
        return b""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
