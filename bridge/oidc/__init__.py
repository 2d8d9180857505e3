"""The protocol: OAuth 2.0 and OpenID Connect, their checks, answers, tokens and keys.

Authlib and joserfc live here and nowhere else; Flask does not. What a person sees and the order of a sign-in
belong to login and web; where things are kept, to stores, behind ports.
"""
