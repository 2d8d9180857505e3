"""Which applications may use the administration API, and who decides it."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from bridge.domain.admin_scopes import ADMIN_SCOPES, admin_scopes, speaks_of_administration
from bridge.domain.client import Client
from bridge.manage.access import Actor, Forbidden


def administers(client: Client | None) -> bool:
    """Whether an application has scopes of administration."""
    return client is not None and any(map(speaks_of_administration, client.scope))


def granted(client: Client) -> Mapping[str, str]:
    """What the trail tells of it, beside what was changed: its scopes of administration."""
    words = " ".join(sorted(admin_scopes(client.scope)))
    return {"administration": words} if words else {}


def check_admin_scopes(actor: Actor, before: Client | None, after: Client) -> None:
    """Raises Forbidden where somebody else than an owner in person, or who has a shell on the server,
    changes an application that has scopes of administration, or would have them.

    Its secret and its scopes are as good as a role: whoever could set them would have what it has.
    """
    decides = actor.local or (actor.role == "owner" and not actor.machine)
    if not decides and (administers(before) or administers(after)):
        raise Forbidden(f"{actor.id} may not change {after.client_id}, which has scopes of administration.")


def check_change(actor: Actor, before: Client | None, after: Client | None) -> None:
    """Raises Forbidden where somebody changes an application that administers, and may not.

    To keep one out, or to delete it, is every person's right who may do so to others; `after` None: deleted.
    """
    if before is not None and (after is None or _only_keeps_out(before, after)):
        check_ends(actor, before)
    elif after is not None:
        check_admin_scopes(actor, before, after)


def _only_keeps_out(before: Client, after: Client) -> bool:
    return not after.enabled and after == replace(before, enabled=False, managed_by=after.managed_by)


def check_ends(actor: Actor, client: Client) -> None:
    """Raises Forbidden where a machine disables or deletes one that administers; people may."""
    if actor.machine:
        check_admin_scopes(actor, client, client)


def admin_scope_faults(client: Client) -> Iterator[str]:
    """What is wrong with an application's scopes of administration, a sentence each."""
    words = [word for word in client.scope if speaks_of_administration(word)]
    if not words:
        return
    if unknown := [word for word in words if word not in admin_scopes(words)]:
        yield f"{unknown[0]!r} is no scope of administration; there are {', '.join(ADMIN_SCOPES)}."
    if client.grant_types != ("client_credentials",):
        yield (
            "Scopes of administration are for applications that act for themselves alone: their only grant "
            "type is client_credentials."
        )
    if len(words) < len(client.scope):
        yield (
            "An application with scopes of administration has no others: its tokens are for the API alone."
        )
