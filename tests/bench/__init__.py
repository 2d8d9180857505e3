"""`make bench`: what each request costs the bridge, in CPU, beside one RSA-2048 signature of the same run.

The bridge runs as in production (`bridge run`, two workers, embedded Valkey, SQLite), CamDigiKey is the
simulator in a process of its own, and the load comes from this process. Nothing here is a test.
"""
