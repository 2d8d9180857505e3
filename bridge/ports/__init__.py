"""Ports: what the use cases need from outside (stores, CamDigiKey, keys), as Protocols; wiring fills them.

Every store raises `StoreUnavailable` when its server can't be reached; every connector raises
`UpstreamError`. Times are epoch seconds, durations seconds. `now` is an argument wherever it decides.
"""
