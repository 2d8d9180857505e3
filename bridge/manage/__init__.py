"""Administration: one function per use case, each of which begins with `may(actor, action, object)`.

Owns: registering applications and the checks that explain (`clients`, `client_checks`, `addresses`), their
secrets, and signing keys (`keys`). Every change is written to the audit trail, with ids alone.
Leaves to others: how a command or a page asks, and where it is kept.
"""
