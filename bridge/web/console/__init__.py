"""The administration console at /admin: a file a page; server-rendered, every form works without scripts.

Owns: which page is where, and what it asks of the actor (`rows`), who the actor is and the checks before a
page (`guard`), the controls of a client's fields (`fields`), and the pages.
Leaves to others: what is done (manage), each use case of which checks again what the actor may do.
"""
