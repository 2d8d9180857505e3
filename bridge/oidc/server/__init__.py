"""Grant types, on Authlib's framework-neutral server and grant classes (DESIGN §3).

Authlib runs the checks in their order and calls our methods wherever something is stored, logged or decided.
Each grant type is a module; `server.GRANT_TYPES` is the table of them. What Authlib would do wrong for us,
and how we prevent it, is in tests/oidc/test_authlib_traps.py. Nothing outside this package imports Authlib.
"""
