"""Whether a Grant's person may use its client still, where that lets in listed people alone."""

from dataclasses import replace

from bridge.domain.client import Client
from bridge.domain.grant import Grant
from bridge.ports.client_people import ClientPeople


def admitted(grant: Grant, client: Client, people: ClientPeople) -> Grant | None:
    """The Grant of a person, with the roles that they have now; None where they are not let in any more.

    Only a client with a list costs the query. Raises StoreUnavailable.
    """
    if client.access == "everyone":
        return grant
    person = people.find(client.client_id, grant.person.subject.id)
    if person is None or not person.admitted:
        return None
    return replace(grant, principal=replace(grant.person, roles=person.roles))
