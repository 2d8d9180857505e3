"""Shared fixtures live in tests/support, a module for each subject; this names them."""

pytest_plugins = [
    "tests.support.world",  # before those that import it, so that its assertions are told in full
    "tests.support.apache",
    "tests.support.browser",
    "tests.support.live",
    "tests.support.node",
    "tests.support.postgres",
    "tests.support.running",
]
