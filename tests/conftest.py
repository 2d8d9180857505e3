"""Shared fixtures live in tests/support, a module for each subject; this names them."""

pytest_plugins = [
    "tests.support.apache",
    "tests.support.browser",
    "tests.support.live",
    "tests.support.node",
    "tests.support.postgres",
    "tests.support.world",
]
