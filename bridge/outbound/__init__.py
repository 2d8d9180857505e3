"""Calls to addresses that clients supplied, and what is told to them after a request is over.

Owns: which addresses are called (`addresses`), names into addresses within a time (`resolver`), the one
fetcher (`fetcher`, where httpx lives, over `network`), the outbox's sender (`sender`), back-channel logout.
Leaves to others: what a logout token says (oidc/logout_token), where messages rest (stores/sql/outbox), when
the sender runs (ops/jobs), and calls to CamDigiKey, whose address is the operator's (camdigikey/transport).
"""
