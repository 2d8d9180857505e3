"""The settings: a TOML file and `BRIDGE_…` environment variables, checked as a whole at the start.

A variable has the name of its setting, with two underscores between the parts (`BRIDGE_SERVER__PORT`). One
that ends in `_FILE` names a file that holds the value, for secrets (`BRIDGE_MASTER_KEYS_FILE`), unless a
setting has that very name (`BRIDGE_OUTBOUND__CA_FILE`). The
environment wins over the file. All faults are reported together, a sentence each (ConfigError). Secrets are
printed as `***`.
"""

from bridge.settings.hints import settings_hints
from bridge.settings.listing import settings_in_force
from bridge.settings.reading import PREFIX, load
from bridge.settings.tree import (
    DEFAULT_CONNECTOR,
    CamDigiKey,
    Limits,
    Look,
    Redis,
    Server,
    Settings,
    section_of,
)
from bridge.settings.values import NON_TEXT_CLAIMS

__all__ = [
    "DEFAULT_CONNECTOR",
    "NON_TEXT_CLAIMS",
    "PREFIX",
    "CamDigiKey",
    "Limits",
    "Look",
    "Redis",
    "Server",
    "Settings",
    "load",
    "section_of",
    "settings_hints",
    "settings_in_force",
]
