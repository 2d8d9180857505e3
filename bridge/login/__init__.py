"""The steps of a sign-in: a module for each use case, which is built once with the ports it needs.

Owns: collecting what the decision needs (`decider`), the trip to CamDigiKey and back (`handoff`, `callback`,
`unsolicited`), opening the Session or asking "is this you?" (`signing_in`, `confirmation`), the person's
consent (`consent`), the Grant at the end (`completion`) and signing out (`logout`).
Leaves to others: the decision itself (domain.next_step), Sessions (sessions), the protocol (oidc),
pages (web).
"""
