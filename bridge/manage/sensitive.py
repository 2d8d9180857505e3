"""What an application may have only after more than one person has looked at it."""

from bridge.domain.client import Client
from bridge.manage.access import Actor, Refused

# The scopes whose claims name a person for good: the national number, and CamDigiKey's own identifier.
SENSITIVE_SCOPES = ("national_id", "camdigikey_id")


def check_sensitive(actor: Actor, before: Client | None, after: Client) -> None:
    """Raises Refused where a change would let an application ask for such a claim that it might not before.

    The change is judged by what comes of it. Who has a shell on the server decides alone.
    """
    if actor.local:
        return
    had = set(before.scope) if before else set()
    if wanted := [scope for scope in SENSITIVE_SCOPES if scope in after.scope and scope not in had]:
        raise Refused(
            f"{' and '.join(wanted)} can be allowed only from the server's command line: "
            f"bridge client edit {after.client_id or 'CLIENT_ID'} --scope …"
        )
