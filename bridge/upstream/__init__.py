"""The way to CamDigiKey, as the bridge sees it: implementations of ports.Connector.

Owns: which of CamDigiKey's fields becomes what (`profile`), which of its errors means what (`camdigikey`),
and when it is no longer asked (`breaker`). The wire itself belongs to the library bridge.camdigikey.
"""
