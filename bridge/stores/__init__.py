"""What the bridge remembers: `redis` for what dies by itself, `sql` for what must not be lost or come back.

Owns: the layout of both, their atomic steps, encryption at rest (`sealing`), the composition of the two for
tokens (`tokens`), the bundled Valkey of `embedded://` (`embedded`), and running the migrations (`migrate`).
Leaves to others: every decision about what is kept and how long. Implements the Protocols of `bridge.ports`;
chosen in `wiring` alone.
"""
