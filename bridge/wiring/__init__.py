"""The only room that chooses implementations.

Owns: the services of a process (`services`, `connectors`, `database`), what administration works with
(`administration`), what is checked before a start (`checks`), the background work (`jobs`), and the server
with the bundled Valkey (`serving`).
Leaves to others: everything that is done with them.
"""
