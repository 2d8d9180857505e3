"""A pretend CamDigiKey: its API over mutual TLS in v3 and v2, login pages, personas, and faults on request.

It owns CamDigiKey's side of the protocol, and shares no code with the partner's side in `bridge.camdigikey`.
The sample application of the demo (`relying_party`) is here too. Nothing of it runs in production.
"""

from bridge.simulator.server import Simulator, serve

__all__ = ["Simulator", "serve"]
