"""The walk of a sign-in: one use case a module, each built once with the ports it needs.

Owns: collecting the Situation (`decider`), the trip to CamDigiKey and back (`handoff`, `callback`,
`unsolicited`), who came back (`signing_in`, `confirmation`), the person's consent (`consent`), the Grant at
the end (`completion`) and signing out (`logout`).
Leaves to others: the decision itself (domain.next_step), Sessions (sessions), the protocol (oidc),
pages (web).
"""
