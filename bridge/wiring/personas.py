"""The pretend people of a simulator, as far as the console may show what applications are told of them."""

import json
from collections.abc import Mapping
from urllib.parse import urlsplit

from bridge.camdigikey import Partner, User
from bridge.domain.ids import ConnectorId
from bridge.domain.network import is_loopback
from bridge.domain.subject import Identity
from bridge.settings import DEFAULT_CONNECTOR, Settings
from bridge.upstream.profile import identity_of

FILE = "people.json"  # the simulator writes it beside the account's partner.json


def personas_of(settings: Settings) -> Mapping[str, Identity]:
    """The people of the simulator by which administrators sign in, by their names there.

    Empty where that CamDigiKey is not one of this machine, or the file can't be read: it is for trying out.
    """
    account = settings.accounts.get(ConnectorId(settings.admin.connector or DEFAULT_CONNECTOR))
    if account is None or account.partner is None:
        return {}
    try:
        if not is_loopback(urlsplit(Partner.from_file(account.partner).base_url).hostname or ""):
            return {}
        people = json.loads((account.partner.parent / FILE).read_text(encoding="utf-8"))
        return {str(name): identity_of(User(**user)) for name, user in people.items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}
