"""The Settings tree: one TOML file and `BRIDGE_…` environment variables, checked as a whole at the start.

A variable is named by its path, two underscores between the steps (`BRIDGE_SERVER__PORT`); one that ends in
`_FILE` names a file that holds the value, for secrets (`BRIDGE_MASTER_KEYS_FILE`). The environment wins over
the file. Every fault is reported at once, one sentence each, as ConfigError; a secret prints as `***`.
"""

from bridge.settings.reading import PREFIX, load
from bridge.settings.tree import DEFAULT_CONNECTOR, CamDigiKey, Limits, Look, Redis, Server, Settings
from bridge.settings.values import TYPED

__all__ = [
    "DEFAULT_CONNECTOR",
    "PREFIX",
    "TYPED",
    "CamDigiKey",
    "Limits",
    "Look",
    "Redis",
    "Server",
    "Settings",
    "load",
]
