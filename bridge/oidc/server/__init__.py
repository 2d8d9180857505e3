"""Grant types, on Authlib's framework-neutral server and grant classes (DESIGN §3).

Authlib gives the order of the checks and its extension points; each method it would have store, log or
decide something is ours. A module a grant type; `server.GRANT_TYPES` is the table of them. Authlib's traps
and our guards are in tests/oidc/test_authlib_traps.py. Nothing outside this package imports Authlib.
"""
