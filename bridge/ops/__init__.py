"""What keeps a service running: its logs, whether it can serve, and its processes.

Owns: JSON log lines (`logs`), the access log (`access_log`), counts of what happened (`counters`), readiness
(`health`), background work (`jobs`), what a worker does at its start (`worker`) and whether it has to go
(`file_watch`), how Granian's requests (`granian_worker`) become whole ones (`bodies`, `environ`) and are
given to threads (`requests`), and the server that restarts workers and ends them in order (`workers`).
Leaves to others: what is served, and every decision about a login.
"""
