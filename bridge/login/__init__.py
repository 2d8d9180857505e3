"""The walk of a sign-in, a function a step: start, callback, confirm, finish, logout.

Each step takes frozen values and Services, and returns what has become of the Interaction. None calls the
next one: what comes after is decided by `domain.interaction.next_step`, asked by `finish.proceed` alone.
HTTP, cookies and pages are web's; the protocol's wording is oidc's.
"""
