"""Shared fixtures live in tests/support, a module for each subject; this names them.

It also holds the one profile of Hypothesis: that a machine is slow is no fault of what is tested.
"""

from hypothesis import HealthCheck, settings

pytest_plugins = [
    "tests.support.world",  # before those that import it, so that its assertions are told in full
    "tests.support.apache",
    "tests.support.browser",
    "tests.support.house",
    "tests.support.live",
    "tests.support.node",
    "tests.support.postgres",
    "tests.support.databases",  # which are copied, in PostgreSQL too
    "tests.support.running",
]

# On top of the profile that Hypothesis took by itself: where CI is set, one that draws the same each time.
settings.register_profile("bridge", settings(), deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("bridge")
