"""The CamDigiKey bridge: an OpenID Provider that signs people in with CamDigiKey."""

__version__ = "0.1.0"
