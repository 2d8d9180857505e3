"""The README's "Where do I change …?", held to the code by one change of each kind that was made before.

What such a change touched in bridge/ and migrations/ is what the row names, no more and no less; the
exceptions are listed here, each with its reason, and none outlives it. Whoever spells out a second time what
was described once finds this test red, and can mend the code rather than the row.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.support.footprint import footprint, python_spells, spells
from tests.test_docs import KINDS_OF_CHANGE, ROOT, kind, rows

CODE = ("bridge", "migrations")
NOT_DRILLED = {
    "text",
    "cookie or header",
    "command",
    "page of the console",
    "role or permission of administrators",
    "what runs in production",
}


@dataclass(frozen=True, slots=True)
class Change:
    """An example of a kind, and how its files stand to the row of that kind."""

    row: str
    words: tuple[str, ...]  # by which the example is known
    # Exceptions by path, with the reason: files beyond the row that work with the example, and files that
    # the row names though the example is not in them.
    uses: Mapping[str, str] = field(default_factory=dict)
    follows: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.row}: {self.words[0]}"

    def footprint(self) -> set[str]:
        found = footprint(tuple(ROOT / folder for folder in CODE), self.words)
        return {str(path.relative_to(ROOT)) for path in found}

    def named(self) -> set[str]:
        return {path for path in rows()[self.row] if path.startswith(CODE)}


CHANGES = (
    Change(
        "a claim",
        ("nationality",),
        uses={"bridge/domain/claims/contact.py": "another claim, locale, is derived from it"},
    ),
    Change(
        "an authorize parameter",
        ("claims_locales", "claims_locales_supported"),
        uses={
            "bridge/domain/claims/facts.py": "what it changes: the language of names",
            "bridge/domain/claims/names.py": "what it changes: the language of names",
            "bridge/domain/claims/release.py": "what it changes: the language of names",
            "bridge/stores/sealing.py": "words that make sealed addresses shorter, nothing more",
        },
        follows={"bridge/oidc/authorization/checks/__init__.py": "the table: check_wishes reads it"},
    ),
    Change(
        "a client field",
        ("tos_uri",),
        uses={"bridge/web/pages.py": "what it is for: a link on the pages"},
        follows={
            "bridge/domain/metadata_field.py": "its kind, uri, and its check, https",
            "bridge/manage/field_checks.py": "the check https is a function there",
            "bridge/manage/client_checks.py": "rules of several fields",
        },
    ),
    Change(
        "an endpoint",
        ("revocation", "RevocationEndpoint", "revocation_endpoint_auth_methods_supported"),
        follows={"bridge/web/way_out.py": "those that people come to"},
    ),
    Change(
        "a grant type",
        ("client_credentials", "ClientCall", "ClientCredentialsGrantType"),
        uses={
            "bridge/manage/field_checks.py": "only with it a client has scopes of its own",
            "bridge/products/kinds.py": "a kind of application begins with it",
            "bridge/web/console/applications.py": "one that has it alone is asked for no addresses",
            "bridge/web/console/fields.py": "only with it scopes of its own can be written",
        },
    ),
    Change(
        "a client authentication method",
        ("client_secret_post",),
        uses={
            "bridge/oidc/client_auth/secrets.py": "a secret counts by header and by form",
            "bridge/products/values.py": "products have words of their own for it",
        },
    ),
    Change(
        "a response mode",
        ("form_post", "PostedForm"),
        uses={
            "bridge/stores/sealing.py": "words that make sealed addresses shorter, nothing more",
            "bridge/web/templates/console/moving_on.html": "another page that posts its form by itself",
        },
    ),
    Change(
        "a page",
        ("already_under_way", "AskToReplace", "ask_to_replace"),
        follows={"bridge/web/translations/km/LC_MESSAGES/messages.po": "its words in Khmer"},
    ),
    Change(
        "what administrators may change",
        ("rotate secret", "client.secret_rotated", "rotate_secret"),
        uses={
            "bridge/cli/demo_world.py": "its sample application gets a new secret at each start",
            "bridge/manage/client_files/administration.py": "a file sets secrets too",
        },
        follows={
            "bridge/web/translations/km/LC_MESSAGES/console.po": "its sentence in Khmer",
        },
    ),
    Change(
        "a setting",
        ("body_within",),
        follows={
            "bridge/settings/values.py": "values that are written in a way of their own",
            "bridge/settings/faults.py": "settings that contradict each other",
            "bridge/domain/policy.py": "those that rules read",
            "bridge/wiring/services.py": "those that ports are built with",
        },
    ),
    Change(
        "a stored record in Redis",
        ("Handoff", "HandoffStore", "RedisHandoffs", "HANDOFF", "handoffs", "handoff_taken"),
        uses={
            "bridge/login/handoff.py": "begins it",
            "bridge/login/callback.py": "takes it",
            "bridge/login/decider.py": "asks whether there is one",
        },
    ),
    Change(
        "a stored record in SQL",
        ("outbox", "Outbox", "SqlOutbox", "OutboxMessage"),
        uses={
            "bridge/sessions/ending.py": "puts messages into it",
            "bridge/outbound/sender.py": "takes them out of it",
            "bridge/outbound/delivery.py": "says how a message fared",
            "bridge/outbound/backchannel_logout.py": "delivers those of one kind",
            "bridge/wiring/jobs.py": "runs the sender",
        },
    ),
    Change(
        "a background job",
        ("purge",),
        uses={"bridge/stores/sql/__init__.py": "names what its room gives to others"},
    ),
    Change(
        "a connector",
        ("CamDigiKeyConnector", "carries_state"),
        uses={
            "bridge/login/handoff.py": "asks the capability",
            "bridge/login/decider.py": "asks the capability",
        },
        follows={
            "bridge/ports/connectors.py": "what every connector does",
            "bridge/upstream/profile.py": "CamDigiKey's fields, whichever way they come",
            "bridge/settings/tree.py": "the account that it is made of",
        },
    ),
    Change("a product", ("grafana", "generic_oauth")),
)


@pytest.mark.parametrize("change", CHANGES, ids=str)
def test_the_row_names_the_files_that_such_a_change_touched(change: Change) -> None:
    assert change.footprint() - change.uses.keys() == change.named() - change.follows.keys()


@pytest.mark.parametrize("change", CHANGES, ids=str)
def test_no_exception_outlives_its_reason(change: Change) -> None:
    assert change.uses.keys() <= change.footprint() - change.named()
    assert change.follows.keys() <= change.named() - change.footprint()


@pytest.mark.parametrize("change", CHANGES, ids=str)
def test_every_word_of_an_example_is_spelled_out_somewhere(change: Change) -> None:
    """So that a rename does not leave a drill behind that looks for nothing."""
    paths = [ROOT / path for path in change.footprint()]
    assert [word for word in change.words if not any(spells(path, (word,)) for path in paths)] == []


@pytest.mark.parametrize("change", CHANGES, ids=str)
def test_a_row_names_files_rather_than_folders(change: Change) -> None:
    """A folder would let everything pass that happens to lie in it."""
    assert [path for path in rows()[change.row] if not (ROOT / path).is_file()] == []


def test_each_kind_is_drilled_that_can_grow_by_copying_what_stands_there() -> None:
    assert {kind(change.row) for change in CHANGES} == KINDS_OF_CHANGE - NOT_DRILLED
    assert len({kind(change.row) for change in CHANGES}) == 14


# How it is seen


@pytest.mark.parametrize(
    "source",
    [
        "tos_uri: str | None = None",
        "shown = client.tos_uri",
        "Client(tos_uri=None)",
        "def tos_uri(): ...",
        "def show(tos_uri): ...",
        "from bridge import tos_uri",
        "from bridge.tos_uri import shown",
        "x = {'tos_uri': 1}",
        "x = b'\"tos_uri\":'",
        "x = f'{1} tos_uri'",
    ],
)
def test_a_word_in_code_is_seen(source: str) -> None:
    assert python_spells(source, ("tos_uri",))


@pytest.mark.parametrize(
    "source",
    [
        "# tos_uri",
        '"""The tos_uri."""',
        "def f():\n    '''tos_uri'''\n    return 1",
        "_tos_uri = 1",
        "x = 'tos_uris'",
    ],
)
def test_prose_and_longer_words_are_not_taken_for_it(source: str) -> None:
    assert not python_spells(source, ("tos_uri",))


def test_a_class_is_looked_for_among_names_alone() -> None:
    assert python_spells("from bridge import Handoff", ("Handoff",))
    assert not python_spells("log('without its Handoff')", ("Handoff",))


def test_a_file_is_seen_by_its_name_and_by_its_words(tmp_path: Path) -> None:
    (tmp_path / "purge.py").write_text("", encoding="utf-8")
    (tmp_path / "page.html").write_text("<p>purge</p>", encoding="utf-8")
    (tmp_path / "other.html").write_text("<p>purged</p>", encoding="utf-8")
    assert {path.name for path in footprint((tmp_path,), ("purge",))} == {"purge.py", "page.html"}
