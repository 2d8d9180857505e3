"""The protocol: the checks, answers, tokens and keys of OAuth 2.0 and OpenID Connect.

Authlib and joserfc are used here and nowhere else; Flask is not used here.
Leaves to others: the steps of a sign-in (login), pages (web), and where things are stored (stores, by ports).
"""
