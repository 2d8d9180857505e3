"""The Flask edge: a view reads the request, calls one use case of login or oidc, and renders the answer.

Owns: which view answers at which endpoint (`views`, `routes`), cookies (`cookies`, `browser`), headers
(`headers`, `cors`), pages and their words (`pages`, `texts`, `shares`, `language`), how errors look
(`errors`), limits by browser and address (`limits`).
Leaves to others: what a sign-in needs next (domain.next_step), the protocol's checks and answers (oidc).
"""
