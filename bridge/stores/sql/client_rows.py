"""The row of a registered client."""

import time
import unicodedata

from bridge.domain.client import Client
from bridge.stores.records import CLIENT


def name_key(name: str) -> str:
    """What a name is sorted and searched by: without the difference of capitals and of ways to encode it."""
    return unicodedata.normalize("NFKC", name).casefold()


def row_of(client: Client, version: int) -> dict[str, str | int | None]:
    """The columns of a client's row, but for its id."""
    return {
        "client_name": client.client_name,
        "name_key": name_key(client.client_name),
        "enabled": client.enabled,
        "application_type": client.application_type,
        "connector": client.connector,
        "client_id_issued_at": client.client_id_issued_at,
        "data": CLIENT.dump(client).decode(),
        "version": version,
        "changed_at": int(time.time()),
    }
