"""The concepts of the bridge (clients, requests, sessions, grants, tokens) as frozen values.

No input or output, and the standard library only. A new state is a new value (`dataclasses.replace`).
What comes next in a sign-in is decided here, in `next_step`.
"""
