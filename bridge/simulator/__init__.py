"""A CamDigiKey in the box: the API over mutual TLS in v3 and v2, login pages, personas, and faults on order.

It owns CamDigiKey's half of the wire, written apart from the client's half in `bridge.camdigikey`. The sample
application of the demo (`relying_party`) lives here too. Nothing of it runs in production.
"""

from bridge.simulator.server import Simulator, serve

__all__ = ["Simulator", "serve"]
