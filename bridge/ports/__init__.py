"""The sockets: what the rooms ask of the world outside, as Protocols, and Services, which wiring fills.

Every store raises `StoreUnavailable` when its server is away; every connector raises `UpstreamError`.
Times are epoch seconds, durations seconds. `now` comes in as an argument wherever it decides something.
"""
