"""What can be served with, but hardly as it was meant: told by `bridge config check` and at the start."""

from bridge.settings.tree import Settings

PROXIES_KEEP = 20  # seconds of an idle connection, in the files of deploy/proxies


def settings_hints(settings: Settings) -> list[str]:
    """A sentence for each; of settings that have no fault."""
    server, found = settings.server, []
    if settings.secure and not server.trusted_proxies:
        found.append(
            "server.trusted_proxies is missing: the issuer is https, so a proxy stands before the bridge,"
            " and all its people count as one address. Name the proxy's (127.0.0.1/32 on this machine)."
        )
    if settings.secure and server.keep_alive <= PROXIES_KEEP:
        found.append(
            f"server.keep_alive is {server.keep_alive} s: a proxy that keeps an idle connection for longer"
            f" answers 502 on one that the bridge has just closed. Above {PROXIES_KEEP}, or as 75 by default."
        )
    return found
