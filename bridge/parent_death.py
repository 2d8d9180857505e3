"""Lets a process end when the one that started it dies (Linux).

Run as a script it becomes another program which ends so: `parent_death.py PARENT PROGRAM ARGUMENTS…`. That is
a program of its own, because setting the signal between fork and exec (`preexec_fn`) isn't safe in a process
with threads; the setting survives exec. It imports nothing but the standard library: it is run by its path,
where `bridge` can't be imported, and a command that needs only this starts without loading more.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1  # linux/prctl.h


def end_with(parent: int, with_signal: signal.Signals = signal.SIGKILL) -> None:
    """From now on the death of `parent` sends this process a signal. Exits where it has died already.

    Linux ties this to the thread that started us, so that thread has to live as long as its process.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, with_signal)
    if os.getppid() != parent:  # it died before the signal was set
        sys.exit(1)


def become(parent: int, program: list[str]) -> None:
    """Replace this process by a program that gets SIGTERM when `parent` dies. Does not return."""
    end_with(parent, signal.SIGTERM)
    os.execv(program[0], program)  # noqa: S606 -- no shell is the point


if __name__ == "__main__":
    become(int(sys.argv[1]), sys.argv[2:])
