"""Calls to addresses that clients supplied, and messages to clients after a request is over.

Owns: which addresses may be called (`addresses`), DNS within a time limit (`resolver`), the fetcher
(`fetcher`, on httpx, over `network`), sending the outbox (`sender`, `delivery`), and back-channel logout.
Leaves to others: what a logout token says (oidc/logout_token), where messages rest (stores/sql/outbox), when
the sender runs (ops/jobs), and calls to CamDigiKey, whose address is the operator's (camdigikey/transport).
"""
