"""What keeps a service running: its logs, and whether it can serve. Nothing here decides about a login."""
