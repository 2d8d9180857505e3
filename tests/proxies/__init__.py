"""The bridge behind nginx, Caddy, HAProxy and Apache, real ones, each with its file of deploy/proxies.

The files are used as they are, but for the places that are others here (`kinds.py`): name and ports, the
files of the certificate, and where logs go. A browser's side is `visitor.py`.
"""
