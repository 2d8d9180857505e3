"""Become another program, which ends when the parent does: `exec_with_parent.py PARENT PROGRAM ARGUMENTS…`.

A program of its own, because setting this between fork and exec (`preexec_fn`) isn't safe in a process with
threads. The mark survives exec; the parent's number shows whether it died before the mark was set.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1  # linux/prctl.h


def main(parent: int, program: list[str]) -> None:
    """Never comes back."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:
        sys.exit(1)
    os.execv(program[0], program)  # noqa: S606 -- no shell is the point


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
