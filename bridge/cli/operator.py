"""Who gives a command: a user of the operating system, who may do everything with a shell on the server."""

import os
import pwd

from bridge.manage import Actor


def operator() -> Actor:
    """The actor of a command, by the user that the kernel says it runs as: no variable of the environment
    can name another."""
    user = os.getuid()
    try:
        name = pwd.getpwuid(user).pw_name
    except KeyError:  # a container runs as any number
        name = str(user)
    return Actor(f"os:{name}", "owner", local=True)
