"""Client authentication (RFC 6749 §2.3), for every endpoint that applications call.

Each method is a module: whether a request uses it, how its credentials are read, and how they are checked.
`methods.METHODS` is the table of them, and `authentication` is what endpoints call. A new method
(private_key_jwt, tls_client_auth) is a module, a row in the table and a word in domain/client.AuthMethod;
what its check needs beside the sealer becomes a field of `method.Proofs`.
"""
