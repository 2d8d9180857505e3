"""The tests. `make test` runs them; CONTRIBUTING.md says how they are built."""
