"""Client authentication (RFC 6749 §2.3): which client is asking, for every endpoint that applications call.

A module a method: each tells whether a request uses it, reads what the request says, and checks the proof.
`methods.METHODS` is the table of them, `authentication` the one entry. A new method (private_key_jwt,
tls_client_auth) is a module, a row in the table and a word in domain/client.AuthMethod; what its proof needs
beside the sealer becomes a field of `method.Proofs`.
"""
