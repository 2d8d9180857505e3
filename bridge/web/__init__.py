"""The Flask edge: a route parses, calls one function of login or oidc, and renders.

Cookies and headers live in security, what an error looks like in errors, words and pages in pages and texts.
"""
