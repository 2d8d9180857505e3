"""What the bridge remembers: `redis` for what dies by itself, `sql` for what must not be lost or come back.

Owns: the form of what rests (`records`), the layout of both, their atomic steps, encryption at rest
(`sealing`, `sealed`), the composition of the two for Grants and tokens (`grants`, `tokens`), the bundled
Valkey of `embedded://` (`embedded`), and running the migrations (`migrate`).
Leaves to others: every decision about what is kept and how long. Implements the Protocols of `bridge.ports`;
chosen in `wiring` alone.
"""
