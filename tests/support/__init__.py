"""What many tests share: the tools they need (a browser, PostgreSQL, Node, Apache) and fixtures made of them.

`tools` finds what the machine has, `prepare` gets what it lacks (`make test` runs it first), the other
modules are pytest plugins named in tests/conftest.py.
"""
