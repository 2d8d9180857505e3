"""The administration API, /admin/api/v1: for applications that act for themselves.

Owns: its operations (`rows`, a row each, from which routes, the OpenAPI description and the checks before
each view follow), who asks (`guard`), what is read of a request (`bodies`, `queries`, `fields`, `conditions`,
`cursors`, `idempotency`), and its errors (`problems`, RFC 9457).
Leaves to others: what is done and whether the actor may (manage), and the tokens (oidc).
No cookie is read here, and no page of another origin gets an answer.
"""
