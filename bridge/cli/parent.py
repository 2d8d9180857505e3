"""A process that ends with the one that started it.

The same as `ops.worker.end_with`, which a command reaches through `wiring` alone: importing that would double
the time that the simulator takes to start.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1  # linux/prctl.h


def end_with_parent() -> None:
    """From now on the end of the process that started this one ends it too, by SIGTERM (Linux)."""
    parent = os.getppid()
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:
        sys.exit(1)
