"""Stores: `redis` for what expires by itself, `sql` for what must not be lost, or not be accepted twice.

Owns: the format of stored records (`records`), keys and tables, atomic steps, encryption at rest (`sealing`,
`sealed`), Grants and tokens, which are in both (`grants`, `tokens`), the bundled Valkey of `embedded://`
(`embedded`), and running the migrations (`migrate`).
Leaves to others: what is stored and for how long. Implements the Protocols of `bridge.ports`; only `wiring`
chooses them.
"""
