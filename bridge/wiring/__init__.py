"""Wiring: the only package that chooses the implementations of ports.

Owns: building the services of a process (`services`, `connectors`, `database`, `outbound`), those of
administration (`administration`), the checks before a start (`checks`), the table of background jobs
(`jobs`), which keys a process uses (`keys`), and starting the server with the bundled Valkey (`serving`).
Leaves to others: everything that is done with them.
"""
