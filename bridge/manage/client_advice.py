"""What an application of its kind needs, and what was left on or off: a line for who registers one."""

from collections.abc import Iterator

from bridge.domain.client import Client


def advice(client: Client) -> str:
    """One line; empty where nothing has to be known."""
    parts = [*_switched_on(client), *_switched_off(client)]
    return f"To know: {'; '.join(parts)}." if parts else ""


def _signs_people_in(client: Client) -> bool:
    return "authorization_code" in client.grant_types


def _switched_on(client: Client) -> Iterator[str]:
    if not _signs_people_in(client):
        return
    if client.public:
        yield "it has to use PKCE with S256, since it has no secret"
    elif client.require_pkce:
        yield "it has to use PKCE with S256 (where its product can't: --no-require-pkce)"


def _switched_off(client: Client) -> Iterator[str]:
    if not _signs_people_in(client):
        return
    if not client.claims_in_id_token:
        yield "claims are in userinfo alone (where it reads only the ID token: --claims-in-id-token)"
    if client.public and client.application_type == "web" and not client.allowed_origins:
        yield "no page may call the token endpoint (where it runs in the browser: --allowed-origin)"
    if client.public and client.application_type == "web" and not client.popups:
        yield "a pop-up of its pages is cut off from them (where it signs people in by one: --popups)"
    if "email" in client.scope and client.email_fallback_domain is None:
        yield "people without an e-mail address have none (where it can't do without: --email-fallback)"
    if not client.post_logout_redirect_uris:
        yield "signing out leads back nowhere (--post-logout-redirect-uri)"
