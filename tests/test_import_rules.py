"""Who may import whom. The rooms of bridge/ are kept apart by this table, not by good intentions."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.imports import Import, cycle, imports, modules

BRIDGE = Path(__file__).resolve().parents[1] / "bridge"

# What each room may import besides itself. A new room gets its line here first.
MAY_IMPORT = {
    "camdigikey": "",
    "kyc": "",
    "errors": "",
    "settings": "domain",
    "parent_death": "",
    "domain": "",
    "ports": "domain",
    "sessions": "domain ports",
    "oidc": "sessions domain ports",
    "login": "oidc sessions domain ports",
    "manage": "login oidc sessions domain ports",
    "products": "domain",
    "upstream": "domain ports camdigikey kyc",
    "outbound": "oidc domain ports",
    "stores": "domain ports",
    "ops": "domain ports",
    "web": "login oidc sessions manage products domain ports ops",
    "simulator": "camdigikey",
    "wiring": "camdigikey kyc domain ports sessions oidc login manage products upstream outbound stores ops"
    " web simulator",
    "app": "wiring web ports",
    "cli": "wiring web manage products domain ports simulator",
    "__main__": "cli",
}
LIBRARIES = {"camdigikey", "kyc"}  # stand alone: not even errors and settings
# parent_death is one system call, for every room that starts a process or is one that was started.
OPEN_TO_ALL = {"errors", "settings", "parent_death"}

# The simulator checks requests and seals answers with code of its own: one mistake cannot hide in both.
CLIENTS_HALF = {"bridge.camdigikey.keystore", "bridge.camdigikey.models", "bridge.camdigikey.errors"}

FLASK = {"flask"}
WITHOUT_FLASK = {"oidc", "domain", "login", "manage"}
OAUTH = {"authlib", "joserfc"}
SAMPLE_CLIENT = "bridge.simulator.oidc_client"  # a relying party: it checks ID tokens as others do
# Loaded where there is a migration to run, which is seldom: it is a tenth of every start.
LATE = {"bridge.stores.migrate": {"alembic"}}
HTTP_CLIENTS = {"httpx", "http.client", "urllib.request", "urllib3", "requests"}


def room(module: str) -> str:
    """bridge.oidc.server.tokens lives in oidc; the package's own __init__ has the room ""."""
    return module.split(".")[1] if "." in module else ""


def is_ours(module: str) -> bool:
    return module.split(".")[0] == "bridge"


def comes_from(module: str, names: set[str]) -> bool:
    return any(module == name or module.startswith(f"{name}.") for name in names)


def allowed(by: str, target: str) -> bool:
    """May a module of room `by` import one of room `target`?"""
    if by == target:
        return True
    if target == "":  # the package itself: its version
        return by not in LIBRARIES
    if target in OPEN_TO_ALL and by not in LIBRARIES | {"errors", ""}:
        # Settings need more than the standard library, domain does not.
        return target == "errors" or by != "domain"
    return target in MAY_IMPORT.get(by, "").split()


def unknown_rooms(package: Path) -> list[str]:
    return sorted({room(name) for name in modules(package)} - MAY_IMPORT.keys() - {""})


def wrong_doors(package: Path) -> list[str]:
    found = imports(package)
    return [
        str(edge) for edge in found if is_ours(edge.target) and not allowed(room(edge.by), room(edge.target))
    ]


def servers_half(package: Path) -> list[str]:
    """What the simulator takes from camdigikey beyond the client's half."""
    taken = (
        edge for edge in imports(package) if (room(edge.by), room(edge.target)) == ("simulator", "camdigikey")
    )
    return [str(edge) for edge in taken if edge.target not in CLIENTS_HALF]


def in_functions(package: Path) -> list[str]:
    return [
        str(edge)
        for edge in imports(package)
        if edge.in_function and not (edge.by in LATE and comes_from(edge.target, LATE[edge.by]))
    ]


def circle(package: Path) -> list[str]:
    graph: dict[str, set[str]] = {name: set() for name in modules(package)}
    for edge in imports(package):
        if edge.target in graph:
            graph[edge.by].add(edge.target)
    return cycle(graph)


def misplaced_libraries(package: Path) -> list[str]:
    """Imports of other people's packages in rooms that do without them."""

    def misplaced(edge: Import) -> bool:
        here, package_name = room(edge.by), edge.target.split(".")[0]
        return (
            (package_name in FLASK and here in WITHOUT_FLASK)
            or (package_name in OAUTH and here != "oidc" and edge.by != SAMPLE_CLIENT)
            or (here == "domain" and not is_ours(edge.target) and package_name not in sys.stdlib_module_names)
        )

    return [str(edge) for edge in imports(package) if misplaced(edge)]


def scattered_http_clients(package: Path) -> list[str]:
    """Rooms where more than one module speaks HTTP as a client: it has to stay replaceable."""
    speakers: dict[str, set[str]] = {}
    for edge in imports(package):
        if comes_from(edge.target, HTTP_CLIENTS):
            speakers.setdefault(room(edge.by), set()).add(edge.by)
    return [f"{name}: {', '.join(sorted(found))}" for name, found in speakers.items() if len(found) > 1]


Rule = Callable[[Path], list[str]]
RULES: tuple[Rule, ...] = (
    unknown_rooms,
    wrong_doors,
    servers_half,
    in_functions,
    circle,
    misplaced_libraries,
    scattered_http_clients,
)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_bridge_keeps_the_rule(rule: Rule) -> None:
    broken = rule(BRIDGE)
    assert not broken, "\n".join(broken)


# Each line breaks one rule: a module, what it says, the rule, and the import that has to be named.
BROKEN = (
    ("web/pages.py", "from bridge.stores import redis", wrong_doors, "bridge.stores.redis"),
    ("web/pages.py", "from bridge import stores", wrong_doors, "bridge.stores"),
    ("web/pages.py", "from ..stores import redis", wrong_doors, "bridge.stores.redis"),
    ("web/pages.py", "from ..stores.redis import get", wrong_doors, "bridge.stores.redis"),
    ("web/__init__.py", "from .. import stores", wrong_doors, "bridge.stores"),
    ("web/pages.py", "import bridge.stores.redis", wrong_doors, "bridge.stores.redis"),
    ("camdigikey/client.py", "import bridge.errors", wrong_doors, "bridge.errors"),
    ("camdigikey/client.py", "from bridge import __version__", wrong_doors, "bridge"),
    ("domain/client.py", "import bridge.settings", wrong_doors, "bridge.settings"),
    ("errors.py", "from bridge.settings import Settings", wrong_doors, "bridge.settings"),
    ("settings.py", "import bridge.web", wrong_doors, "bridge.web"),
    (
        "simulator/app.py",
        "from bridge.camdigikey import envelope",
        servers_half,
        "bridge.camdigikey.envelope",
    ),
    ("simulator/app.py", "from bridge.camdigikey import Client", servers_half, "bridge.camdigikey"),
    ("ops/logs.py", "class Log:\n  def write(self):\n    import json", in_functions, "json"),
    ("oidc/keys.py", "import flask", misplaced_libraries, "flask"),
    ("login/start.py", "from flask import g", misplaced_libraries, "flask"),
    ("web/provider.py", "from joserfc import jwt", misplaced_libraries, "joserfc"),
    ("domain/client.py", "import pydantic", misplaced_libraries, "pydantic"),
)


@pytest.mark.parametrize(("module", "source", "rule", "target"), BROKEN)
def test_a_broken_rule_is_seen(tmp_path: Path, module: str, source: str, rule: Rule, target: str) -> None:
    found = rule(house(tmp_path, {"stores/redis.py": "", "camdigikey/envelope.py": "", module: source}))
    assert [line.rpartition(" ")[2] for line in found] == [target]


def test_a_room_that_the_table_lacks_is_seen(tmp_path: Path) -> None:
    assert unknown_rooms(house(tmp_path, {"attic.py": ""})) == ["attic"]


def test_two_modules_with_an_http_client_in_one_room_are_seen(tmp_path: Path) -> None:
    package = house(
        tmp_path, {"kyc/a.py": "import httpx", "kyc/b.py": "from http.client import HTTPConnection"}
    )
    assert scattered_http_clients(package) == ["kyc: bridge.kyc.a, bridge.kyc.b"]


def test_a_circle_of_imports_is_seen(tmp_path: Path) -> None:
    sources = {
        "oidc/a.py": "from bridge.oidc import b",
        "oidc/b.py": "from bridge.oidc.c import x",
        "oidc/c.py": "from . import a",
    }
    assert circle(house(tmp_path, sources)) == [
        "bridge.oidc.a",
        "bridge.oidc.b",
        "bridge.oidc.c",
        "bridge.oidc.a",
    ]


def test_what_the_table_allows_is_allowed(tmp_path: Path) -> None:
    sources = {
        "errors.py": "",
        "settings.py": "from bridge.errors import ConfigError",
        "domain/client.py": "from bridge.errors import BridgeError\nimport hashlib",
        "ports.py": "from bridge.domain.client import Client",
        "oidc/authorize.py": "import authlib\nfrom bridge.ports import Services\nfrom . import server",
        "oidc/server/__init__.py": "",
        "simulator/app.py": "import flask\nfrom bridge.camdigikey import models\nimport bridge.settings",
        "camdigikey/models.py": "",
        "wiring.py": "from bridge import __version__, web",
        "app.py": "from bridge import wiring",
        "cli/__init__.py": "from bridge.cli import run",
        "cli/run.py": "import bridge.wiring",
        "web/__init__.py": "",
    }
    package = house(tmp_path, sources)
    assert [(rule.__name__, rule(package)) for rule in RULES if rule(package)] == []


def house(folder: Path, sources: dict[str, str]) -> Path:
    """A package `bridge` made of these modules."""
    package = folder / "bridge"
    for name, source in sources.items():
        path = package / name
        path.parent.mkdir(parents=True, exist_ok=True)
        for above in (path.parent, package):
            (above / "__init__.py").touch()
        path.write_text(source, encoding="utf-8")
    return package
